/*
 * Chunks are arithmetic, not a list: chunk number -> window is computed from a compact grid per
 * scene. A chunk is scheduled as one task; it is worked on block by block.
 */
#ifndef IMGPIPE_CHUNK_H
#define IMGPIPE_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "window.h"

/* How one scene is cut. All sizes in pixels. */
struct chunk_grid {
	uint32_t x_size, y_size; /* of the scene */
	uint32_t chunk_x_size, chunk_y_size;
	uint32_t block_x_size,
		block_y_size; /* blocks are aligned to the scene's upper left corner */
	bool whole_chunk;     /* --working-set chunk: the block is the chunk */
	bool streamed;        /* stored blocks larger than the budget: decoded by rows */
	bool constant;        /* nothing is stored of the scene: a chunk is done as one pixel */
	size_t arena;         /* bytes of a worker's arena for any block of it */
	size_t footprint;     /* arena, and what decoders allocate for themselves */
	/*
	 * Of runs that make files of pixels (output_file.h): chunks are cut along squares of `unit`
	 * pixels, 2^level of them a side, or down where a chunk is as wide as the scene; streamed:
	 * along several such squares. 0: none.
	 */
	uint32_t unit;
	unsigned level;
};

uint64_t chunk_grid_count(const struct chunk_grid *grid);

/* Window of chunk `number` < chunk_grid_count(), row by row from the upper left. */
struct window chunk_grid_window(const struct chunk_grid *grid, uint64_t number);

/*
 * Walk the blocks of a chunk in row order: *block is the block before (x_size 0 to start); false
 * where there is none left.
 */
bool chunk_next_block(const struct chunk_grid *grid, const struct window *chunk,
		      struct window *block);

#endif
