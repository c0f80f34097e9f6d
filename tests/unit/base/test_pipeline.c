/*
 * The machinery alone: chunk arithmetic, limits, error texts, arenas.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"
#include "budget.h"
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

static void errors_are_one_line(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, EX_DATAERR, "a\nb%c", 7), -1);
	assert_string_equal(err.text, "a\\x0Ab\\x07");
	error_prefix(&err, "file\x1b");
	assert_string_equal(err.text, "file\\x1B: a\\x0Ab\\x07");
	assert_int_equal(err.code, EX_DATAERR);
	error_set(&err, EX_DATAERR, "%0*d", 5000, 1);
	assert_int_equal(strlen(err.text), ERROR_TEXT_BYTES - 1);
	/* A path as long as they come keeps out neither the cause nor the remedy. */
	error_errno(&err, EX_NOINPUT, ENOENT, "%04000d.tif: cannot be opened", 1);
	assert_non_null(strstr(err.text, "...0000"));
	assert_non_null(strstr(err.text, "1.tif: cannot be opened: No such file or directory"));
	error_prefix(&err, "%0*d", 9000, 1);
	assert_int_equal(strlen(err.text), ERROR_TEXT_BYTES - 1);
	assert_non_null(strstr(err.text, "No such file or directory"));
	assert_int_equal(error_set(NULL, EX_DATAERR, "nobody listens"), -1);
}

static void arenas_are_bounded(void **state)
{
	struct arena arena;
	struct error err;

	(void)state;
	assert_int_equal(arena_init(&arena, 10000, &err), 0);
	assert_non_null(arena_alloc(&arena, 100));
	assert_int_equal(arena.used, 128);
	assert_null(arena_alloc(&arena, arena.size));
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_int_equal(arena.used, 128);
	arena_rewind(&arena, 0);
	assert_non_null(arena_alloc(&arena, arena.size));
	arena_release(&arena);
	assert_int_equal(arena_init(&arena, SIZE_MAX - 100, &err), -1);
	assert_int_equal(err.code, EX_TEMPFAIL);
}

static void slurm_limits_count(void **state)
{
	struct machine machine;

	(void)state;
	setenv("SLURM_MEM_PER_NODE", "7", 1);
	setenv("SLURM_CPUS_PER_TASK", "1", 1);
	machine_probe(&machine);
	unsetenv("SLURM_MEM_PER_NODE");
	unsetenv("SLURM_CPUS_PER_TASK");
	assert_int_equal(machine.limit_bytes, 7 << 20);
	assert_string_equal(machine.limit_source, "SLURM_MEM_PER_NODE");
	assert_int_equal(machine.workers, 1);
	machine_probe(&machine);
	assert_true(machine.limit_bytes > 7 << 20 && machine.limit_bytes <= machine.ram_bytes);
	assert_true(machine.workers >= 1 && machine.workers <= machine.cpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_cover_the_scene_once),
		cmocka_unit_test(blocks_keep_to_the_tile_grid),
		cmocka_unit_test(errors_are_one_line),
		cmocka_unit_test(arenas_are_bounded),
		cmocka_unit_test(slurm_limits_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
