/*
 * What was seen of numbers that are said to be reflectance, against a count pixel by pixel, at
 * every SIMD level; and from when on it is worth a note.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "accum.h"
#include "pixels/reflectance_seen.h"

enum { W = 530, H = 40 };

static float plane[2][W * H];
static uint8_t class[W * H];
static struct recipe recipe;
static struct scene scene;

/* Two bands of -1 to 3, every fifth pixel of which does not count; band 1 has an offset. */
static void fill(void)
{
	const struct program *some = (const struct program *)&scene; /* it is not run */

	for (size_t i = 0; i < (size_t)W * H; i++) {
		plane[0][i] = (float)(i * 7919 % 401) / 100 - 1;
		plane[1][i] = (float)(i * 104729 % 401) / 100 - 1;
		class[i] = i % 5 == 3 ? PIXEL_NODATA : PIXEL_VALID;
	}
	plane[0][3] = 1000; /* does not count */
	memset(&scene, 0, sizeof(scene));
	for (unsigned b = 0; b < 2; b++)
		scene.band[b] = (struct band){
			.index = b + 1, .ratio = 1, .type = SAMPLE_F32, .scale = 1, .offset = b};
	recipe = (struct recipe){.n_bands = 2, .n_values = 2};
	recipe.band[0] = (struct band_wish){.kind = WISH_NAME, .name = NAME_NIR};
	recipe.band[1] = (struct band_wish){.kind = WISH_NAME, .name = NAME_RED};
	recipe.value[0].reads = 1;
	recipe.value[1] =
		(struct value_def){.reads = 3, .kind = VALUE_REFLECTANCE, .program = some};
}

static struct block block_of(uint32_t y_off, uint32_t y_size)
{
	struct block block = {
		.scene = &scene, .window = {0, y_off, W, y_size}, .n_pixels = (size_t)W * y_size};

	for (unsigned b = 0; b < 2; b++)
		block.plane[b] = plane[b] + (size_t)y_off * W;
	block.out[1].pixel_class = class + (size_t)y_off * W;
	return block;
}

/* However rows are cut into blocks, those of numbers 0, 16, 32 count. */
static void test_counts(void **state)
{
	struct reflectance_seen want = {.most = -1e300, .most_of_plants = -1e300};

	(void)state;
	fill();
	for (size_t i = 0; i < (size_t)W * H; i++) {
		double nir = (double)plane[0][i], red = (double)plane[1][i] + 1;

		if (i / W % 16 || class[i] != PIXEL_VALID)
			continue;
		want.n_pixels++;
		if (nir > 3 * red && red > 0 && nir >= 0.015) {
			want.n_plants++;
			want.most_of_plants = nir > want.most_of_plants ? nir : want.most_of_plants;
		}
	}
	for (size_t i = 0; i < (size_t)W * H; i++)
		for (unsigned b = 0; i / W % 16 == 0 && class[i] == PIXEL_VALID && b < 2; b++) {
			double x = (double)plane[b][i] + b;

			want.n++;
			want.n_above += x > 1.6;
			want.most = x > want.most ? x : want.most;
		}
	for (uint32_t rows = 1; rows <= H; rows += 3) {
		struct reflectance_seen seen, other;

		reducer_reflectance.clear(&seen);
		for (uint32_t y = 0; y < H; y += rows) {
			struct block block = block_of(y, H - y < rows ? H - y : rows);

			reducer_reflectance.clear(&other);
			reflectance_seen_block(&other, &recipe, &block);
			reducer_reflectance.merge(&seen, &other);
		}
		assert_true(seen.n == want.n && seen.n_above == want.n_above);
		assert_true(seen.most == want.most);
		assert_true(seen.n_pixels == want.n_pixels && seen.n_plants == want.n_plants);
		assert_true(seen.most_of_plants == want.most_of_plants);
	}
	assert_true(want.n_plants > 100 && want.n_plants < want.n_pixels / 2);
	assert_true(want.n > 2000 && want.n_above > 500);
}

/* One pixel that stands for all. */
static void test_constant(void **state)
{
	struct reflectance_seen seen;
	struct block block;

	(void)state;
	fill();
	block = block_of(0, 33);
	block.n_pixels = 1;
	block.constant = true;
	plane[0][0] = 2;
	plane[1][0] = 0.5f;
	reducer_reflectance.clear(&seen);
	reflectance_seen_block(&seen, &recipe, &block);
	assert_true(seen.n == 2 * 3 * W && seen.n_above == 3 * W && seen.most == 2);
	assert_true(seen.n_pixels == 3 * W && seen.n_plants == 0);
	scene.missing = 2;
	reducer_reflectance.clear(&seen);
	reflectance_seen_block(&seen, &recipe, &block);
	assert_true(seen.n == 0);
}

static const char *note_of(uint64_t n, uint64_t above, double most)
{
	struct reflectance_seen seen = {.n = n, .n_above = above, .most = most};

	memset(&scene, 0, sizeof(scene));
	reflectance_seen_check(&seen, &scene);
	return scene.n_notes ? scene.notes[0] : NULL;
}

static void test_notes(void **state)
{
	struct reflectance_seen none;

	(void)state;
	assert_null(note_of(1000, 100, 2)); /* one of ten: clouds and glint */
	assert_non_null(strstr(note_of(1000, 101, 2), "10 %"));
	assert_non_null(strstr(note_of(1, 1, 6000), "some 6000"));
	assert_null(note_of(99, 0, 0.001)); /* too few to say */
	assert_null(note_of(100, 0, 0.01));
	assert_non_null(strstr(note_of(100, 0, 0.0099), "none is above 0.0099"));
	reducer_reflectance.clear(&none);
	assert_null(note_of(none.n, none.n_above, none.most));
}

static const char *note_of_plants(uint64_t n_pixels, uint64_t n_plants, double most_of_plants)
{
	struct reflectance_seen seen = {.n = 2 * n_pixels,
					.most = 0.09,
					.n_pixels = n_pixels,
					.n_plants = n_plants,
					.most_of_plants = most_of_plants};

	memset(&scene, 0, sizeof(scene));
	reflectance_seen_check(&seen, &scene);
	return scene.n_notes ? scene.notes[0] : NULL;
}

/* Many plants, and none of them bright; water has none. */
static void test_plants(void **state)
{
	(void)state;
	assert_non_null(strstr(note_of_plants(6000, 300, 0.05), "plants (5 % of the pixels), it is "
								"0.05 at most"));
	assert_null(note_of_plants(6000, 299, 0.05)); /* too few to say */
	assert_null(note_of_plants(6020, 300, 0.05)); /* algae in a lake */
	assert_non_null(note_of_plants(6000, 300, 0.0799));
	assert_null(note_of_plants(6000, 300, 0.08));
	assert_null(note_of_plants(6000, 0, -INFINITY));
}

static const char *note_of_type(enum sample_type type, double scale, double offset)
{
	struct reflectance_seen seen = {.n = 1, .most = 0.001};

	memset(&scene, 0, sizeof(scene));
	scene.has_band[1] = true;
	scene.band[1] = (struct band){.type = type, .scale = scale, .offset = offset};
	reflectance_seen_check(&seen, &scene);
	return scene.n_notes ? scene.notes[0] : NULL;
}

/* What no number of the type can reach; one pixel is enough. */
static void test_types(void **state)
{
	(void)state;
	assert_non_null(strstr(note_of_type(SAMPLE_U8, 0.0001, 0), "can be above 0.0255"));
	assert_null(note_of_type(SAMPLE_U8, 0.004, 0));
	assert_null(note_of_type(SAMPLE_U8, 0.0001, 0.08));
	assert_non_null(note_of_type(SAMPLE_I8, 0.0007, 0)); /* 127 */
	assert_null(note_of_type(SAMPLE_I8, -0.0008, 0));    /* -128 */
	assert_non_null(strstr(note_of_type(SAMPLE_U16, 0.000001, 0), "above 0.0655"));
	assert_non_null(strstr(note_of_type(SAMPLE_I16, 0.000001, 0), "0.03277"));
	assert_null(note_of_type(SAMPLE_U16, 0.0000275, -0.2));
	assert_null(note_of_type(SAMPLE_F32, 0.0001, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts), cmocka_unit_test(test_constant),
		cmocka_unit_test(test_notes),  cmocka_unit_test(test_plants),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
