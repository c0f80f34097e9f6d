/*
 * Verdicts of quality bands against the words of include/mask.h, one pixel and one test at a time:
 * every sample type, every kind of condition, nodata, NaN, numbers out of range; and codes brought
 * from coarser and finer grids, wherever the window lies.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/simd.h"
#include "pixels/quality.h"
#include "../random.h"
#include "sample_at.h"

enum { N = 3001, KEPT = -1, QA = SCENE_QA, QB = SCENE_QA + 1 };

struct outcome {
	int test, reason; /* test KEPT: none drops it */
};

/* Two's complement of the sample's own width. */
static uint32_t bits_at(enum sample_type type, double x)
{
	uint32_t bits = (uint32_t)(int64_t)x;

	return sample_size(type) == 1 ? bits & 0xFF : sample_size(type) == 2 ? bits & 0xFFFF : bits;
}

static bool condition_holds(const struct mask_condition *c, enum sample_type type, double x)
{
	if (c->bits)
		x = bits_at(type, x) & c->bits;
	return x >= c->lo && x <= c->hi;
}

static int reason_of(const struct mask_test *test, const struct band *band, double x)
{
	if (isnan(x) || (band->has_nodata && x == band->nodata))
		return REASON_OTHER;
	for (unsigned i = 0; i < test->n; i++) {
		/* Numbers that have no 32 bits: what their bits are is not known. */
		if (test->condition[i].bits &&
		    (x != floor(x) || x < -2147483648.0 || x > 4294967295.0))
			return REASON_OTHER;
		if (condition_holds(&test->condition[i], band->type, x))
			return test->keep ? KEPT : (int)test->condition[i].reason;
	}
	return test->keep ? test->reason : KEPT;
}

static struct outcome expected(const struct scene *scene, void *const *plane, size_t i)
{
	for (int t = 0; t < (int)scene->masks.n_tests; t++) {
		const struct mask_test *test = &scene->masks.test[t];
		const struct band *band = &scene->band[test->slot];
		int reason = reason_of(test, band, sample_at(band->type, plane[test->slot], i));

		if (reason != KEPT)
			return (struct outcome){t, reason};
	}
	return (struct outcome){KEPT, 0};
}

/* Small numbers often, so that conditions hold; else any bits of integers, and odd reals. */
static void *random_plane(enum sample_type type)
{
	static const double odd[] = {NAN, INFINITY, -INFINITY, 0.5, -1, 254.5, 65535, 4294967295.0};
	size_t size = sample_size(type);
	unsigned char *plane = malloc(N * size);

	for (size_t i = 0; i < N; i++) {
		uint64_t bits = random_bits() % 4 ? random_bits() % 16 : random_bits();
		double number = random_bits() % 5 ? (double)(bits % 70000) : odd[bits % 8];
		float single = (float)number;

		if (type == SAMPLE_F64)
			memcpy(plane + i * size, &number, size);
		else if (type == SAMPLE_F32)
			memcpy(plane + i * size, &single, size);
		else
			memcpy(plane + i * size, &bits, size);
	}
	return plane;
}

static double any_bound(void)
{
	static const double odd[] = {NAN,   -INFINITY,    INFINITY,      -1,   -128, 255.5,
				     65535, 4294967295.0, -2147483648.0, 1e300};

	return random_bits() % 4 ? (double)(random_bits() % 16) : odd[random_bits() % 10];
}

static struct mask_test random_test(uint8_t slot)
{
	static const uint32_t bits[] = {0, 0, 1, 3, 8, 0x1F, 0x8000, 0xC000, 0x80000000, 0x100};
	struct mask_test test = {.slot = slot, .keep = random_bits() % 2};

	test.reason = (uint8_t)(random_bits() % N_MASK_REASONS);
	test.n = (uint8_t)(1 + random_bits() % (random_bits() % 8 ? 4 : MASK_CONDITIONS_MOST));
	for (unsigned i = 0; i < test.n; i++) {
		double lo = any_bound(), hi = random_bits() % 3 ? lo : any_bound();

		test.condition[i] = (struct mask_condition){
			.bits = bits[random_bits() % 10],
			.reason = (uint32_t)(random_bits() % N_MASK_REASONS),
			.lo = lo,
			.hi = hi,
		};
	}
	return test;
}

static void random_scene(struct scene *scene, enum sample_type a, enum sample_type b)
{
	memset(scene, 0, sizeof(*scene));
	scene->has_band[QA] = scene->has_band[QB] = true;
	scene->band[QA] = (struct band){.type = a, .ratio = 1};
	scene->band[QB] = (struct band){.type = b, .ratio = 1};
	for (unsigned slot = QA; slot <= QB; slot++) {
		scene->band[slot].has_nodata = random_bits() % 2;
		scene->band[slot].nodata = any_bound();
	}
	scene->masks.n_tests = 1 + (unsigned)(random_bits() % MASK_TESTS_MOST);
	for (unsigned t = 0; t < scene->masks.n_tests; t++)
		scene->masks.test[t] = random_test((uint8_t)(random_bits() % 2 ? QA : QB));
}

static void codes_are_outcomes(void **state)
{
	static uint64_t dropped, kept;

	(void)state;
	for (int round = 0; round < 20 * N_SAMPLE_TYPES; round++) {
		void *plane[SCENE_MAX_BANDS] = {0};
		struct scene scene;
		uint8_t code[N];

		random_scene(&scene, (enum sample_type)(round % N_SAMPLE_TYPES),
			     (enum sample_type)(random_bits() % N_SAMPLE_TYPES));
		memset(code, QUALITY_KEPT, sizeof(code));
		for (unsigned slot = QA; slot <= QB; slot++)
			plane[slot] = random_plane(scene.band[slot].type);
		/* The later band first: the order of bands must not matter. */
		quality_judge(code, &scene, QB, plane[QB], N);
		quality_judge(code, &scene, QA, plane[QA], N);
		for (size_t i = 0; i < N; i++) {
			struct outcome want = expected(&scene, plane, i);

			if (want.test == KEPT)
				assert_int_equal(code[i], QUALITY_KEPT);
			else
				assert_int_equal(code[i], 16 * want.test + want.reason);
			dropped += want.test != KEPT;
			kept += want.test == KEPT;
		}
		free(plane[QA]);
		free(plane[QB]);
	}
	assert_true(dropped > 10000 && kept > 10000);
}

static uint8_t smaller(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

static void grids_are_joined(void **state)
{
	enum { SIDE = 48 };
	static uint8_t whole[SIDE * SIDE], out[SIDE * SIDE], in[SIDE * SIDE * 36];

	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint32_t times = 1 + (uint32_t)(random_bits() % 6);
		struct window w = {.x_off = (uint32_t)(random_bits() % 9),
				   .y_off = (uint32_t)(random_bits() % 9)};
		uint32_t cx, cy, across;

		w.x_size = 1 + (uint32_t)(random_bits() % (SIDE - 9));
		w.y_size = 1 + (uint32_t)(random_bits() % (SIDE - 9));
		cx = w.x_off / times;
		cy = w.y_off / times;
		across = (w.x_off + w.x_size - 1) / times - cx + 1;
		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = (uint8_t)random_bits();
		for (size_t i = 0; i < sizeof(out); i++)
			out[i] = whole[i] =
				random_bits() % 3 ? QUALITY_KEPT : (uint8_t)random_bits();
		if (round % 2)
			quality_repeat(out, &w, in, times);
		else
			quality_gather(out, &w, in, times);
		for (uint32_t y = 0; y < w.y_size; y++)
			for (uint32_t x = 0; x < w.x_size; x++) {
				uint8_t want = whole[y * w.x_size + x];

				for (uint32_t k = 0; k < times * times && round % 2 == 0; k++)
					want = smaller(
						want,
						in[(y * times + k / times) * w.x_size * times +
						   x * times + k % times]);
				if (round % 2)
					want = smaller(want,
						       in[((w.y_off + y) / times - cy) * across +
							  (w.x_off + x) / times - cx]);
				assert_int_equal(out[y * w.x_size + x], want);
			}
	}
}

/* A pixel that the quality file's own mask leaves out is not known, so never kept. */
static void masks_of_quality_files_hide(void **state)
{
	struct scene scene = {.masks = {.n_tests = 2, .test = {{.slot = QB}, {.slot = QA}}}};
	uint8_t code[] = {QUALITY_KEPT, 16 + REASON_CLOUD, 0, QUALITY_KEPT};
	static const uint8_t mask[] = {0, 0, 0, 255};

	(void)state;
	quality_hide(code, &scene.masks, QA, mask, 4);
	assert_int_equal(code[0], 16 + REASON_OTHER);
	assert_int_equal(code[1], 16 + REASON_CLOUD);
	assert_int_equal(code[2], 0);
	assert_int_equal(code[3], QUALITY_KEPT);
}

/* A limit of the type that was rounded on its way is fill, as in all bands. */
static void rounded_nodata_is_dropped(void **state)
{
	static struct scene scene;
	float sample[] = {-3.40282347e38f, 5, 25};
	uint8_t code[] = {QUALITY_KEPT, QUALITY_KEPT, QUALITY_KEPT};

	(void)state;
	scene.has_band[QA] = true;
	scene.band[QA] = (struct band){
		.name = "cldprb", .type = SAMPLE_F32, .has_nodata = true, .nodata = -3.4e38};
	scene.masks = (struct scene_masks){.n_tests = 1,
					   .test = {{.slot = QA,
						     .keep = true,
						     .reason = REASON_CLOUD,
						     .n = 1,
						     .condition = {{.lo = -INFINITY, .hi = 20}}}}};
	quality_judge(code, &scene, QA, sample, 3);
	assert_int_equal(code[0], REASON_OTHER);
	assert_int_equal(code[1], QUALITY_KEPT);
	assert_int_equal(code[2], REASON_CLOUD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rounded_nodata_is_dropped),
		cmocka_unit_test(codes_are_outcomes),
		cmocka_unit_test(grids_are_joined),
		cmocka_unit_test(masks_of_quality_files_hide),
	};
	int failed = 0;

	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
