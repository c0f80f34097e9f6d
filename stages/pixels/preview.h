/*
 * A coarse map of one value over a scene, on a grid of its own, whatever the scene's tiles are: for
 * reports that show where values lie. A cell has how many valid pixels it holds and the sum of
 * their values on a fixed grid, so that merging is exact and in any order gives the same bits.
 *
 * A value is taken in steps of 2^(e - 14), e the exponent of the value's grid (NDVI: 6.1e-5),
 * halves away from 0, and no further from 0 than 2^(e + 10). Pixel x of x_size lies in column
 * x * across / x_size, rounded down; rows likewise. Pure, thread-safe for different previews.
 */
#ifndef IMGPIPE_STAGES_PREVIEW_H
#define IMGPIPE_STAGES_PREVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "recipe.h"
#include "result.h"
#include "window.h"

enum {
	PREVIEW_SIDE = 64,  /* cells along the longer side of a scene, at the most */
	PREVIEW_VALUES = 4, /* the first ones of a recipe have previews */
	PREVIEW_BITS = 14,
	PREVIEW_MOST = 1 << (PREVIEW_BITS + 10)
};

struct preview_cell {
	uint64_t sum; /* of steps; the bits of a signed one */
	uint64_t n;
};

struct preview {
	uint64_t rows; /* bit y: row y is in use; all others hold anything */
	uint64_t unused;
	struct preview_cell cell[PREVIEW_SIDE][PREVIEW_SIDE]; /* [y][x] */
};

extern const struct reducer reducer_preview; /* struct preview */

/* Cells of a scene of this size: as many pixels each, about, along x and y. */
struct preview_size {
	uint32_t across, down;
};
struct preview_size preview_size(uint32_t x_size, uint32_t y_size);

/* What a block's plane holds. */
struct preview_pixels {
	const float *value;
	const uint8_t *pixel_class;
	struct window window; /* of the scene */
	bool constant;        /* the first one stands for all */
};

/* Add a window of a scene of x_size x y_size pixels. */
void preview_add(struct preview *preview, const struct value_grid *grid, uint32_t x_size,
		 uint32_t y_size, const struct preview_pixels *pixels);

/* Mean of the valid pixels of a cell; NaN where there is none. */
double preview_mean(const struct preview *preview, const struct value_grid *grid, uint32_t x,
		    uint32_t y);

#endif
