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

static size_t bytes(uint32_t chunk_x, uint32_t chunk_y, bool by_tile)
{
	const struct scene scene = tiled();
	const struct chunk_grid grid = {.x_size = 80,
					.y_size = 80,
					.chunk_x_size = chunk_x,
					.chunk_y_size = chunk_y,
					.block_x_size = chunk_x,
					.block_y_size = chunk_y};

	return tally_bytes(&scene, &grid, 1, by_tile);
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
	struct piece *piece = calloc(1, sizeof(*piece));
	struct chunk_result chunk = {.n_pieces = 1, .piece = piece};
	struct scene_result result = {.scene = &scene};
	struct tally *tally;
	struct error err;
	double area_m2;

	scene.pixel_area_m2 = pixel_area_m2;
	tally = tally_new(&scene, &grid, by_tile, &err);
	assert_non_null(tally);
	accum_clear(&piece->accum);
	accum_add(&piece->accum, &recipe_ndvi.value[0].grid, 0.5f, 7);
	piece->histogram.count[histogram_slot(&recipe_ndvi.value[0].grid, 0.5f)] = 7;
	piece->accum.n[PIXEL_NODATA] = 93;
	assert_int_equal(tally_fold(tally, &chunk, &err), 0);
	if (by_tile) { /* a tile that is not there */
		piece->tile = 64;
		assert_int_equal(tally_fold(tally, &chunk, &err), -1);
		assert_int_equal(err.code, EX_DATAERR);
	}
	tally_finish(tally, &result);
	area_m2 = result.area_m2;
	tally_free(tally);
	free(piece);
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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
