/*
 * Chunks and blocks: every pixel once, blocks along the stored tiles.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "chunk.h"

/* Every pixel of the scene lies in exactly one block of exactly one chunk. */
static void cover_once(const struct chunk_grid *grid)
{
	unsigned char *seen = calloc(grid->x_size, grid->y_size);

	for (uint64_t i = 0; i < chunk_grid_count(grid); i++) {
		struct window chunk = chunk_grid_window(grid, i), block = {0};

		while (chunk_next_block(grid, &chunk, &block)) {
			assert_true(block.x_off >= chunk.x_off && block.y_off >= chunk.y_off);
			for (uint32_t y = 0; y < block.y_size; y++)
				for (uint32_t x = 0; x < block.x_size; x++)
					seen[(size_t)(block.y_off + y) * grid->x_size +
					     block.x_off + x]++;
		}
	}
	for (size_t i = 0; i < (size_t)grid->x_size * grid->y_size; i++)
		assert_int_equal(seen[i], 1);
	free(seen);
}

static void chunks_cover_the_scene_once(void **state)
{
	static const uint32_t size[] = {1, 7, 16, 33, 100};

	(void)state;
	for (unsigned c = 0; c < 5 * 5 * 5; c++) {
		struct chunk_grid grid = {
			.x_size = 100,
			.y_size = 61,
			.chunk_x_size = size[c % 5],
			.chunk_y_size = size[c / 5 % 5] < 61 ? size[c / 5 % 5] : 61,
			.block_x_size = size[c / 25],
			.block_y_size = 16,
			.whole_chunk = c % 3 == 0,
		};

		cover_once(&grid);
	}
}

static void blocks_keep_to_the_tile_grid(void **state)
{
	struct chunk_grid grid = {.x_size = 1000,
				  .y_size = 1000,
				  .chunk_x_size = 300,
				  .chunk_y_size = 300,
				  .block_x_size = 256,
				  .block_y_size = 256};
	struct window chunk = chunk_grid_window(&grid, 1), block = {0};

	(void)state;
	assert_true(chunk_next_block(&grid, &chunk, &block));
	assert_int_equal(block.x_off, 300);
	assert_int_equal(block.x_size, 512 - 300);
	assert_true(chunk_next_block(&grid, &chunk, &block));
	assert_int_equal(block.x_off, 512);
	assert_int_equal(block.x_size, 88);
	assert_int_equal(block.y_size, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_cover_the_scene_once),
		cmocka_unit_test(blocks_keep_to_the_tile_grid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
