/*
 * Pyramids against closed forms and loops that halve.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "output/pyramid.h"

/* Sizes halved one by one, rounded up, until both are one tile at most. */
static void sides_halve(void **state)
{
	const uint32_t sizes[][2] = {{1, 1},           {512, 512},
				     {513, 1},         {10980, 10980},
				     {20111, 7},       {100000, 99999},
				     {4294967295u, 3}, {1, 1025},
				     {2745, 1373},     {4294967295u, 4294967295u}};

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint64_t x = sizes[i][0], y = sizes[i][1];
		struct pyramid pyramid;
		unsigned level = 0;

		pyramid_make(&pyramid, (uint32_t)x, (uint32_t)y, 512, true);
		for (;; level++) {
			assert_int_equal(pyramid_x_size(&pyramid, level), x);
			assert_int_equal(pyramid_y_size(&pyramid, level), y);
			assert_int_equal(pyramid_across(&pyramid, level), (x + 511) / 512);
			assert_int_equal(pyramid_down(&pyramid, level), (y + 511) / 512);
			if (x <= 512 && y <= 512)
				break;
			x = (x + 1) / 2;
			y = (y + 1) / 2;
		}
		assert_int_equal(pyramid.n_levels, level + 1);
		pyramid_make(&pyramid, sizes[i][0], sizes[i][1], 512, false);
		assert_int_equal(pyramid.n_levels, 1);
	}
}

/* Sentinel-2: 22, 11, 6, 3, 2, 1 tiles a side. */
static void numbers_of_a_sentinel2_scene(void **state)
{
	const uint32_t across[] = {22, 11, 6, 3, 2, 1};
	struct pyramid pyramid;
	uint64_t first = 0;

	(void)state;
	pyramid_make(&pyramid, 10980, 10980, 512, true);
	assert_int_equal(pyramid.n_levels, 6);
	for (unsigned level = 0; level < 6; level++) {
		assert_int_equal(pyramid_across(&pyramid, level), across[level]);
		assert_int_equal(pyramid_first(&pyramid, level), first);
		first += (uint64_t)across[level] * across[level];
	}
	assert_int_equal(pyramid_first(&pyramid, 6), first);
	assert_int_equal(pyramid_number(&pyramid, 1, 3, 2), 22 * 22 + 2 * 11 + 3);
}

/* Counted one after the other, and back. */
static void numbers_and_back(void **state)
{
	struct pyramid pyramid;
	uint64_t number = 0;
	unsigned level;
	uint32_t x, y;

	(void)state;
	pyramid_make(&pyramid, 1300, 700, 128, true);
	for (unsigned l = 0; l < pyramid.n_levels; l++)
		for (uint32_t j = 0; j < pyramid_down(&pyramid, l); j++)
			for (uint32_t i = 0; i < pyramid_across(&pyramid, l); i++, number++) {
				assert_int_equal(pyramid_number(&pyramid, l, i, j), number);
				assert_true(pyramid_tile(&pyramid, number, &level, &x, &y));
				assert_int_equal(level, l);
				assert_int_equal(x, i);
				assert_int_equal(y, j);
			}
	assert_false(pyramid_tile(&pyramid, number, &level, &x, &y));
	assert_false(pyramid_tile(&pyramid, UINT64_MAX, &level, &x, &y));
}

/* The level of a picture, and whether there is a pyramid at all. */
static void pictures(void **state)
{
	struct maps maps = {.files = true, .n = 3, .format.tile = 512};
	struct pyramid pyramid;

	(void)state;
	maps.map[1].kind = MAP_CLASSES;
	maps.map[2].kind = MAP_BAND;
	assert_int_equal(maps_n_pictures(&maps), 0);
	map_pyramid(&pyramid, &maps, 0, 10980, 10980);
	assert_int_equal(pyramid.n_levels, 1);
	maps.picture.wanted = true;
	map_pyramid(&pyramid, &maps, 0, 10980, 10980);
	assert_int_equal(pyramid.n_levels, 6);
	assert_int_equal(picture_level(&pyramid), 4); /* 687 */
	assert_int_equal(maps_n_pictures(&maps), 2);
	map_pyramid(&pyramid, &maps, 1, 10980, 10980);
	assert_int_equal(pyramid.n_levels, 6);
	map_pyramid(&pyramid, &maps, 2, 10980, 10980);
	assert_int_equal(pyramid.n_levels, 1);
	maps.format.overviews = true;
	map_pyramid(&pyramid, &maps, 2, 1000, 8);
	assert_int_equal(pyramid.n_levels, 2);
	assert_int_equal(picture_level(&pyramid), 0);
	maps.format.tile = 4096;
	map_pyramid(&pyramid, &maps, 0, 4096, 8);
	assert_int_equal(picture_level(&pyramid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sides_halve),
		cmocka_unit_test(numbers_of_a_sentinel2_scene),
		cmocka_unit_test(numbers_and_back),
		cmocka_unit_test(pictures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
