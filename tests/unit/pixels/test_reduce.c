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

#include "pixels/ground_sum.h"
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

static double area_with(double pixel_area_m2, uint128 ground, bool by_tile)
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
	scene.ground.n_x = ground > 0;
	*cells.ground = ground;
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
	scene_totals_finish(totals, &result);
	area_m2 = result.value[0].area_m2;
	scene_totals_free(totals);
	free(group);
	return area_m2;
}

static double area(double pixel_area_m2, bool by_tile)
{
	return area_with(pixel_area_m2, 0, by_tile);
}

/* In a scene without areas on the ground their sum is not looked at; in one with them, only that.
 */
static void area_on_the_ground(void **state)
{
	(void)state;
	for (int by_tile = 0; by_tile < 2; by_tile++) {
		assert_true(area_with(0, (uint128)5 << 29, by_tile) == 2.5);
		assert_true(area_with(0, (uint128)3 << 90, by_tile) == 3 * 0x1p60);
	}
}

static struct scene varying(uint32_t block)
{
	struct scene scene = {.x_size = 5, .y_size = 4};

	/* 100 + 8 x + 16 y m2 there: pixel centres lie half-way. */
	scene.ground = (struct ground_area){
		.n_x = 2, .n_y = 2, .block = block, .node = {100, 140, 164, 204}};
	return scene;
}

static double sum_of(const struct scene *scene, const struct window *window, const uint8_t *class,
		     size_t stride, bool constant)
{
	uint128 sum = 0;

	ground_sum(&sum, scene, window, class, stride, constant);
	return ground_sum_m2(sum);
}

/* However it is cut, and by blocks of columns whose middle counts for all of them. */
static void ground_is_summed(void **state)
{
	static const uint8_t class[4][5] = {{0, 1, 0, 2, 0}, {0}, {1, 1, 1, 1, 0}, {3, 3, 3, 3, 3}};
	const struct window all = {0, 0, 5, 4};
	struct scene fine = varying(1), coarse = varying(2);
	uint128 sum = 0;
	double want = 0, want_coarse = 0;

	(void)state;
	for (unsigned y = 0; y < 4; y++)
		for (unsigned x = 0; x < 5; x++) {
			if (class[y][x])
				continue;
			want += 100 + 8 * (x + 0.5) + 16 * (y + 0.5);
			want_coarse += 100 + 8 * (x < 4 ? x / 2 * 2 + 1.0 : 4.5) + 16 * (y + 0.5);
		}
	assert_float_equal(sum_of(&fine, &all, class[0], 5, false), want, 1e-6);
	assert_float_equal(sum_of(&coarse, &all, class[0], 5, false), want_coarse, 1e-6);
	for (unsigned y = 0; y < 4; y++)
		for (unsigned x = 0; x < 5; x += 3) {
			const struct window part = {x, y, x ? 2 : 3, 1};

			ground_sum(&sum, &coarse, &part, &class[y][x], 99, false);
		}
	assert_true(ground_sum_m2(sum) == sum_of(&coarse, &all, class[0], 5, false));
	assert_float_equal(sum_of(&fine, &all, class[0], 5, true), 20 * (100 + 20 + 32), 1e-6);
	assert_true(sum_of(&fine, &all, class[3], 5, true) == 0);
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
		cmocka_unit_test(area_on_the_ground),
		cmocka_unit_test(ground_is_summed),
	};

	pixels_layout(&layout, &options);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
