/*
 * Pictures: a byte a pixel, the number of a colour in a table. Drawn in memory, kept small; written
 * by png.h. Knows no data. Nothing that is drawn leaves the picture. Thread-safe for pictures that
 * are not shared.
 */
#ifndef IMGPIPE_PICTURE_H
#define IMGPIPE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

enum { PICTURE_COLOURS = 256, PICTURE_MOST = 8192 };

struct rgba {
	uint8_t red, green, blue, alpha; /* alpha 0: nothing is there */
};

struct picture {
	uint32_t x_size, y_size;
	unsigned n_colours;
	struct rgba colour[PICTURE_COLOURS];
	uint8_t *pixel; /* row by row; owned */
};

/* What picture_init() allocates. Pure. */
size_t picture_bytes(uint32_t x_size, uint32_t y_size);
/* All pixels 0, no colours. Sides from 1 to PICTURE_MOST. -1 with an error, and empty. */
int picture_init(struct picture *picture, uint32_t x_size, uint32_t y_size,
		 struct error *err) MUST_CHECK;
void picture_release(struct picture *picture); /* all zero is allowed */

static inline uint8_t *picture_row(const struct picture *picture, uint32_t y)
{
	return picture->pixel + (size_t)y * picture->x_size;
}

/* Places may lie outside. */
void picture_fill(struct picture *picture, int x, int y, int width, int height, uint8_t colour);
/* A frame, one pixel wide, within these sizes. */
void picture_frame(struct picture *picture, int x, int y, int width, int height, uint8_t colour);
/* Of pixels that touch by their corners at least. */
void picture_line(struct picture *picture, int x0, int y0, int x1, int y1, uint8_t colour);

/*
 * Text of one line with its upper left corner at x, y. Letters of 5 x 7 pixels, `scale` times as
 * large; 2 below the base line. What is not ASCII is a question mark.
 */
enum { PICTURE_TEXT_ADVANCE = 6, PICTURE_TEXT_HEIGHT = 9 };
void picture_text(struct picture *picture, int x, int y, unsigned scale, uint8_t colour,
		  const char *text);
int picture_text_width(const char *text, unsigned scale);
/*
 * The same in `width` pixels: where it is longer its middle is left out (".."). Returns the width
 * that was taken.
 */
int picture_text_within(struct picture *picture, int x, int y, int width, unsigned scale,
			uint8_t colour, const char *text);

/* used[c]: some pixel has colour c. */
void picture_colours_used(const struct picture *picture, bool used[PICTURE_COLOURS]);

/*
 * A smaller one of the same colours: sides divided by the least whole number that makes both `most`
 * or less. mean: a pixel is the mean of the numbers of its pixels that are not 0, halves up, as of
 * a ramp; else the upper left one that is not 0.
 */
int picture_shrink(struct picture *small, const struct picture *picture, uint32_t most, int mean,
		   struct error *err) MUST_CHECK;

#endif
