/*
 * Cutting one scene into chunks: sizes by each form of --chunk, and the memory of a block.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pixels/stages.h"
#include "plan.h"

/* Places of the bands in the recipe. */
enum { RED, NIR };

static size_t no_totals(const struct scene *scene, const struct chunk_grid *grid,
			const struct result_layout *layout, unsigned workers, bool by_tile)
{
	(void)scene;
	(void)grid;
	(void)layout;
	(void)workers;
	(void)by_tile;
	return 0;
}

static const struct workload workload = {
	.name = "fake",
	.slice_rows = block_slice_rows,
	.slice = block_slice,
	.pixel_bytes = scene_pixel_bytes,
	.layout = pixels_layout,
	.totals_bytes = no_totals,
};

/* 1000 x 1000 pixels of 2 bytes in stored tiles of 100 x 100. */
static struct scene tiled(void)
{
	struct scene scene = {.n_files = 1,
			      .x_size = 1000,
			      .y_size = 1000,
			      .store_x_size = 100,
			      .store_y_size = 100,
			      .tile_x_size = 100,
			      .tile_y_size = 100};

	scene.has_band[RED] = scene.has_band[NIR] = true;
	scene.band[RED].type = scene.band[NIR].type = SAMPLE_U16;
	return scene;
}

static struct chunk_grid cut(const struct scene *scene, const struct options *options)
{
	const struct plan plan = {.pool = 1ull << 40, .workers = 1, .ranks = 1};
	struct chunk_grid grid;
	struct error err;

	assert_int_equal(plan_scene(&grid, &plan, options, &workload, scene, &err), 0);
	return grid;
}

static void expect_bytes(uint64_t bytes, uint32_t x, uint32_t y)
{
	const struct options options = {.chunk_kind = CHUNK_BYTES, .chunk_bytes = bytes};
	const struct scene scene = tiled();
	struct chunk_grid grid = cut(&scene, &options);

	assert_int_equal(grid.chunk_x_size, x);
	assert_int_equal(grid.chunk_y_size, y);
}

/* Bytes of red and NIR together; whole tiles, along a row and then row by row. */
static void chunks_by_bytes(void **state)
{
	(void)state;
	expect_bytes(1, 100, 100);
	expect_bytes(4 * 10000, 100, 100);
	expect_bytes(4 * 10000 + 4, 200, 100);
	expect_bytes(4 * 90000, 900, 100);
	expect_bytes(4 * 100000, 1000, 100);
	expect_bytes(4 * 100000 + 4, 1000, 200);
	expect_bytes(4 * 300000, 1000, 300);
	expect_bytes(1ull << 40, 1000, 1000);
}

static void chunks_by_tiles_and_pixels(void **state)
{
	const struct options tile = {.chunk_kind = CHUNK_TILE};
	const struct options pixels = {.chunk_kind = CHUNK_PIXELS, .chunk_x = 30, .chunk_y = 2000};
	const struct options automatic = {.chunk_kind = CHUNK_AUTO};
	const struct scene scene = tiled();
	struct chunk_grid grid = cut(&scene, &tile);

	(void)state;
	assert_int_equal(grid.chunk_x_size, 100);
	assert_int_equal(grid.chunk_y_size, 100);
	grid = cut(&scene, &pixels);
	assert_int_equal(grid.chunk_x_size, 30);
	assert_int_equal(grid.chunk_y_size, 1000);
	/* 2^18 pixels are 26.2 tiles: three rows of ten; a block is of 2^16: seven tiles */
	grid = cut(&scene, &automatic);
	assert_int_equal(grid.chunk_x_size, 1000);
	assert_int_equal(grid.chunk_y_size, 300);
	assert_int_equal(grid.block_x_size, 700);
	assert_int_equal(grid.block_y_size, 100);
}

/* Each file of a scene has a decoder of its own. */
static void memory_of_all_decoders(void **state)
{
	const struct options automatic = {.chunk_kind = CHUNK_AUTO};
	struct scene scene = tiled();
	uint64_t one = cut(&scene, &automatic).footprint;

	(void)state;
	scene.n_files = 2;
	scene.files[0].info.codec_bytes = 1000;
	scene.files[1].info.codec_bytes = 70000;
	assert_int_equal(cut(&scene, &automatic).footprint, one + 71000);
}

/* Nothing stored in any file: one pixel stands for the scene. */
static void nothing_stored(void **state)
{
	const struct options automatic = {.chunk_kind = CHUNK_AUTO};
	struct scene scene = tiled();
	struct chunk_grid grid;

	(void)state;
	scene.n_files = 2;
	scene.files[0].info.empty = true;
	assert_false(cut(&scene, &automatic).constant);
	scene.files[1].info.empty = true;
	grid = cut(&scene, &automatic);
	assert_true(grid.constant);
	assert_int_equal(chunk_grid_count(&grid), 1);
	assert_int_equal(grid.block_x_size, 1);
	assert_int_equal(grid.block_y_size, 1);
	scene.files[1].info.has_mask = true;
	assert_false(cut(&scene, &automatic).constant);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chunks_by_bytes),
		cmocka_unit_test(chunks_by_tiles_and_pixels),
		cmocka_unit_test(memory_of_all_decoders),
		cmocka_unit_test(nothing_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
