/*
 * What quality bands hold against a sum pixel by pixel: fill of layouts and nodata left out,
 * windows that begin inside a coarser pixel, constant blocks, strips longer than a kernel's; every
 * SIMD level.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/simd.h"
#include "pixels/quality_seen.h"

enum { W = 97, H = 120 };

static struct scene scene;
static uint8_t bytes[W * H];
static uint16_t words[W * H];

static void set_scene(const char *layout, enum sample_type type, bool has_nodata, double nodata)
{
	memset(&scene, 0, sizeof(scene));
	scene.band[SCENE_QA].type = type;
	scene.band[SCENE_QA].ratio = 2;
	scene.band[SCENE_QA].has_nodata = has_nodata;
	scene.band[SCENE_QA].nodata = nodata;
	scene.masks.n_tests = scene.masks.n_rules = 1;
	scene.masks.test[0].slot = SCENE_QA;
	(void)snprintf(scene.masks.rule[0].layout, sizeof(scene.masks.rule[0].layout), "%s",
		       layout);
}

static uint32_t number_at(size_t i)
{
	return scene.band[SCENE_QA].type == SAMPLE_U8 ? bytes[i] : words[i];
}

static struct quality_seen naive(uint32_t left, uint32_t above, bool constant)
{
	const struct mask_layout *layout = layout_called(scene.masks.rule[0].layout);
	const struct band *band = &scene.band[SCENE_QA];
	struct quality_seen s = {.least = UINT32_MAX};

	for (uint32_t y = above; y < H; y++)
		for (uint32_t x = left; x < W; x++) {
			uint32_t v = number_at(constant ? 0 : (size_t)y * W + x);

			if (layout_is_fill(layout, v) || (band->has_nodata && v == band->nodata))
				continue;
			s.n++;
			s.any |= v;
			s.least = v < s.least ? v : s.least;
			s.most = v > s.most ? v : s.most;
		}
	return s;
}

static void compare(uint32_t x_off, uint32_t y_off, bool constant)
{
	const struct window stored = {.x_size = W, .y_size = H};
	const struct window window = {
		.x_off = x_off, .y_off = y_off, .x_size = 2 * W, .y_size = 2 * H};
	bool is_u8 = scene.band[SCENE_QA].type == SAMPLE_U8;
	struct quality_seen want = naive(x_off % 2, y_off % 2, constant), *got;
	struct seen_cell cell;

	reducer_seen.clear(&cell);
	quality_seen_add(&cell, &scene, SCENE_QA, &window, &stored,
			 is_u8 ? (const void *)bytes : (const void *)words, constant);
	got = &cell.rule[0];
	assert_int_equal(got->n, want.n);
	assert_int_equal(got->any, want.any);
	assert_int_equal(got->least, want.least);
	assert_int_equal(got->most, want.most);
}

static void compare_all(void)
{
	for (int level = 0; level < N_SIMD_LEVELS; level++) {
		simd_force((enum simd_level)level);
		for (uint32_t k = 0; k < 8; k++)
			compare(k & 1, k >> 1 & 1, k >> 2 & 1);
	}
}

static void test_layouts(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < W * H; i++) {
			uint32_t v = (uint32_t)(i * 2654435761u >> 13);

			bytes[i] = (uint8_t)(round == 2 ? 0 : round ? v % 12 : v);
			words[i] = (uint16_t)(round == 2 ? 1 : round ? v % 12 : v);
		}
		set_scene("scl", SAMPLE_U8, false, 0);
		compare_all();
		set_scene("scl", SAMPLE_U8, true, 7);
		compare_all();
		set_scene("fmask", SAMPLE_U16, true, 65535);
		compare_all();
		set_scene("landsat-c2", SAMPLE_U16, true, 4);
		compare_all();
		set_scene("landsat-c2", SAMPLE_U8, false, 0);
		compare_all();
		set_scene("modis-state", SAMPLE_U8, false, 0); /* its fill, 65535, has no room */
		compare_all();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_layouts)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
