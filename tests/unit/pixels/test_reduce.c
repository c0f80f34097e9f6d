/*
 * Totals of a scene: what they take, and the area, which is not always known.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pixels/stages.h"
#include "recipe.h"

/* 8 x 8 tiles of 10 x 10 pixels. */
static struct scene tiled(void)
{
	return (struct scene){.x_size = 80, .y_size = 80, .tile_x_size = 10, .tile_y_size = 10};
}

static const struct options options = {.recipe = &recipe_ndvi};
static struct result_layout layout;

static size_t bytes(uint32_t chunk_x, uint32_t chunk_y, bool by_tile)
{
	const struct scene scene = tiled();
	const struct chunk_grid grid = {.x_size = 80,
					.y_size = 80,
					.chunk_x_size = chunk_x,
					.chunk_y_size = chunk_y,
					.block_x_size = chunk_x,
					.block_y_size = chunk_y};

	return scene_totals_bytes(&scene, &grid, &layout, 1, by_tile);
}

/* Only chunks that cut tiles leave tiles open, whichever way they cut. */
static void open_tiles_are_paid_for(void **state)
{
	size_t aligned = bytes(20, 20, true);

	(void)state;
	assert_true(aligned > bytes(20, 20, false));
	assert_int_equal(bytes(10, 80, true), aligned);
	assert_int_equal(bytes(80, 100, true), aligned);
	assert_true(bytes(20, 15, true) > aligned);
	assert_true(bytes(15, 20, true) > aligned);
	assert_true(bytes(15, 15, true) > aligned);
	assert_true(bytes(80, 15, true) > aligned);
	assert_int_equal(bytes(20, 15, false), bytes(20, 20, false));
}

static double area(double pixel_area_m2, bool by_tile)
{
	struct scene scene = tiled();
	const struct chunk_grid grid = {.x_size = 80,
					.y_size = 80,
					.chunk_x_size = 10,
					.chunk_y_size = 10,
					.block_x_size = 10,
					.block_y_size = 10};
	const struct value_offsets at = value_offsets(&layout, 0);
	struct cell_group *group = calloc(1, layout.group_bytes);
	const struct value_cells cells = value_cells(&at, group);
	struct chunk_result chunk = {.n_groups = 1, .group = group};
	struct scene_result result = {.scene = &scene};
	struct scene_totals *totals;
	struct error err;
	double area_m2;

	scene.pixel_area_m2 = pixel_area_m2;
	totals = scene_totals_new(&scene, &grid, &layout, by_tile, &err);
	assert_non_null(totals);
	accum_clear(cells.accum);
	accum_add(cells.accum, &recipe_ndvi.value[0].grid, 0.5f, 7);
	cells.histogram->count[histogram_slot(&recipe_ndvi.value[0].grid, 0.5f)] = 7;
	cells.accum->n[PIXEL_NODATA] = 93;
	assert_int_equal(scene_totals_fold(totals, &chunk, &err), 0);
	if (by_tile) { /* a tile that is not there */
		group->tile = 64;
		assert_int_equal(scene_totals_fold(totals, &chunk, &err), -1);
		assert_int_equal(err.code, EX_DATAERR);
	}
	scene_totals_finish(totals, &scene, &result);
	area_m2 = result.value[0].area_m2;
	scene_totals_free(totals);
	free(group);
	return area_m2;
}

static void area_of_valid_pixels(void **state)
{
	(void)state;
	for (int by_tile = 0; by_tile < 2; by_tile++) {
		assert_true(area(100, by_tile) == 700);
		assert_true(isnan(area(0, by_tile)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_tiles_are_paid_for),
		cmocka_unit_test(area_of_valid_pixels),
	};

	pixels_layout(&layout, &options);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
