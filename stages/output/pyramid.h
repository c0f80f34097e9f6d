/*
 * The pyramid of one map: the grid of tiles at full resolution (level 0) and of each overview.
 * Level l + 1 has half the sides of level l, rounded up. Pure arithmetic; sizes in pixels.
 */
#ifndef IMGPIPE_OUTPUT_PYRAMID_H
#define IMGPIPE_OUTPUT_PYRAMID_H

#include <stdbool.h>
#include <stdint.h>

#include "maps.h"

enum {
	PYRAMID_LEVELS_MOST = 32,
	PICTURE_SIDE_MOST = 1024, /* pixels of a picture's longer side */
};

struct pyramid {
	uint32_t x_size, y_size; /* of the scene */
	uint32_t tile;
	unsigned n_levels; /* 1 without overviews; else until both sides are one tile at most */
};

/* What artifacts of maps are (artifact.kind). */
enum map_artifact {
	/* An encoded tile: number of pyramid_number(). The bytes are those of the file, leader and
	 * trailer included (tile_record.h); 0: nodata alone, and not stored. */
	ARTIFACT_TILE,
	/* The quarter of a tile of level K + 1 that the tile of level K with this number becomes:
	 * (tile / 2)^2 stored samples. */
	ARTIFACT_QUADRANT,
	/* The stored samples of a whole tile, for pictures: of level picture_level(). Workers make
	 * them where that is <= K. */
	ARTIFACT_SAMPLES,
	/* Tags that say where the scene lies; number 0; with the chunk that has tile 0. */
	ARTIFACT_GEO,
};

void pyramid_make(struct pyramid *pyramid, uint32_t x_size, uint32_t y_size, uint32_t tile,
		  bool overviews);
uint32_t pyramid_x_size(const struct pyramid *pyramid, unsigned level);
uint32_t pyramid_y_size(const struct pyramid *pyramid, unsigned level);
uint32_t pyramid_across(const struct pyramid *pyramid, unsigned level);
uint32_t pyramid_down(const struct pyramid *pyramid, unsigned level);
/* Tiles of this level. */
uint64_t pyramid_tiles(const struct pyramid *pyramid, unsigned level);
/* Tiles of all levels before this one; level n_levels: of all. UINT64_MAX never: sizes are 32 bit.
 */
uint64_t pyramid_first(const struct pyramid *pyramid, unsigned level);
/* Level by level from full resolution, row by row. */
uint64_t pyramid_number(const struct pyramid *pyramid, unsigned level, uint32_t x, uint32_t y);
/* Back. false where there is no such tile. */
bool pyramid_tile(const struct pyramid *pyramid, uint64_t number, unsigned *level, uint32_t *x,
		  uint32_t *y);

/* Is a picture made of this output? Of values and classes, which stand first; not of bands. */
bool map_has_picture(const struct maps *maps, unsigned output);
/* How many outputs have one. */
unsigned maps_n_pictures(const struct maps *maps);
/*
 * The pyramid that workers make of an output, and by which its artifacts are numbered: that of the
 * file, or up to the picture's level where the file has no overviews. Level 0 is the same in both.
 */
void map_pyramid(struct pyramid *pyramid, const struct maps *maps, unsigned output, uint32_t x_size,
		 uint32_t y_size);
/* The first level that is no larger than PICTURE_SIDE_MOST; the last one where none is. */
unsigned picture_level(const struct pyramid *pyramid);

#endif
