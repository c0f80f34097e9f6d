/*
 * Chunk arithmetic: numbers to windows. No list, no state.
 */
#include "chunk.h"

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

uint64_t chunk_grid_count(const struct chunk_grid *grid)
{
	return ceil_div(grid->x_size, grid->chunk_x_size) *
	       ceil_div(grid->y_size, grid->chunk_y_size);
}

struct window chunk_grid_window(const struct chunk_grid *grid, uint64_t number)
{
	uint64_t across = ceil_div(grid->x_size, grid->chunk_x_size);
	uint32_t x_off = (uint32_t)(number % across * grid->chunk_x_size);
	uint32_t y_off = (uint32_t)(number / across * grid->chunk_y_size);

	return (struct window){x_off, y_off, least(grid->chunk_x_size, grid->x_size - x_off),
			       least(grid->chunk_y_size, grid->y_size - y_off)};
}

/* Size of the block that starts at `off`: to the next grid line or the chunk's end. */
static uint32_t block_extent(uint32_t off, uint32_t block_size, uint32_t chunk_end)
{
	uint32_t to_line = block_size - off % block_size;

	return least(to_line, chunk_end - off);
}

bool chunk_next_block(const struct chunk_grid *grid, const struct window *chunk,
		      struct window *block)
{
	uint32_t x_end = chunk->x_off + chunk->x_size, y_end = chunk->y_off + chunk->y_size;
	bool first = block->x_size == 0;

	if (grid->whole_chunk) {
		*block = *chunk;
		return first;
	}
	if (first)
		*block = (struct window){.x_off = chunk->x_off, .y_off = chunk->y_off};
	else
		block->x_off += block->x_size;
	if (block->x_off >= x_end) {
		block->x_off = chunk->x_off;
		block->y_off += block->y_size;
	}
	if (block->y_off >= y_end)
		return false;
	block->x_size = block_extent(block->x_off, grid->block_x_size, x_end);
	block->y_size = block_extent(block->y_off, grid->block_y_size, y_end);
	return true;
}
