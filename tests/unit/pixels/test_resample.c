/*
 * Samples on other grids, against what each pixel of the scene is by definition: the larger pixel
 * it lies in, or the mean of the smaller ones under it.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "pixels/resample.h"

enum { MOST = 64 * 64 * 8 };

/* Where a sample of the coarse grid lies decides its bytes. */
static void coarse_sample(unsigned char *out, uint32_t x, uint32_t y, size_t size)
{
	uint64_t bits = (x + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ (y + 1) * UINT64_C(0xc2b2ae3d27d4);

	memcpy(out, &bits, size);
}

static void check_replicate(const struct window *w, uint32_t ratio, size_t size)
{
	static unsigned char coarse[MOST], out[MOST];
	const struct window c = window_coarser(w, ratio);

	assert_true(window_pixels(&c) * size <= MOST);
	for (uint32_t y = 0; y < c.y_size; y++)
		for (uint32_t x = 0; x < c.x_size; x++)
			coarse_sample(coarse + ((size_t)y * c.x_size + x) * size, c.x_off + x,
				      c.y_off + y, size);
	memset(out, 0xee, sizeof(out));
	replicate(out, w, coarse, ratio, size);
	for (uint32_t y = 0; y < w->y_size; y++)
		for (uint32_t x = 0; x < w->x_size; x++) {
			unsigned char expect[8];

			coarse_sample(expect, (w->x_off + x) / ratio, (w->y_off + y) / ratio, size);
			assert_memory_equal(out + ((size_t)y * w->x_size + x) * size, expect, size);
		}
	assert_int_equal(out[window_pixels(w) * size], 0xee);
}

static void replication(void **state)
{
	static const uint32_t ratios[] = {2, 3, 4, 5, 6, 15, 40};
	static const uint32_t sizes[] = {1, 2, 3, 7, 13, 41};

	(void)state;
	for (size_t r = 0; r < sizeof(ratios) / sizeof(ratios[0]); r++)
		for (size_t s = 0; s < 36; s++)
			for (uint32_t off = 0; off < 8; off++)
				for (size_t size = 1; size <= 8; size *= 2) {
					struct window w = {off * 5 % 7 + off, off * 3, sizes[s % 6],
							   sizes[s / 6]};

					check_replicate(&w, ratios[r], size);
				}
}

/* The last pixel of a coarser grid may stick out: 5491 pixels of 10 m, 2746 of 20 m. */
static void odd_edges(void **state)
{
	const struct window w = {5491 - 41, 5491 - 33, 41, 33};
	const struct window c = window_coarser(&w, 2);

	(void)state;
	assert_int_equal(c.x_off + c.x_size, 2746);
	assert_int_equal(c.y_off + c.y_size, 2746);
	check_replicate(&w, 2, 2);
}

static void means_of_types(void **state)
{
	const struct window w = {3, 4, 5, 3};
	const struct window f = window_finer(&w, 3);
	const struct band band = {0};
	int16_t i16[15 * 9];
	double f64[15 * 9], out[15], same[15];

	(void)state;
	assert_true(f.x_off == 9 && f.y_off == 12 && f.x_size == 15 && f.y_size == 9);
	for (int i = 0; i < 15 * 9; i++)
		f64[i] = i16[i] = (int16_t)((i * 7919) % 2000 - 1000);
	average(out, &w, i16, SAMPLE_I16, &band, NULL, 3);
	average(same, &w, f64, SAMPLE_F64, &band, NULL, 3);
	for (int p = 0; p < 15; p++) {
		int sum = 0;

		for (int k = 0; k < 9; k++)
			sum += i16[(p / 5 * 3 + k / 3) * 15 + p % 5 * 3 + k % 3];
		assert_true(out[p] == (double)sum / 9 && same[p] == out[p]);
	}
}

static void samples_left_out(void **state)
{
	const struct window w = {0, 0, 6, 1};
	const struct band band = {.has_nodata = true, .nodata = 9};
	/* one is nodata; all; all masked; masked, and the rest nodata; all masked and nodata; none
	 */
	const uint8_t fine[] = {9, 2, 9, 9, 1, 2, 9, 5, 9, 9, 1, 2,
				4, 6, 9, 9, 3, 4, 9, 9, 9, 9, 3, 5};
	const uint8_t mask[] = {1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 1,
				1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1};
	double out[6];
	uint8_t masked[6];

	(void)state;
	average(out, &w, fine, SAMPLE_U8, &band, mask, 2);
	average_mask(masked, &w, mask, 2);
	assert_true(out[0] == 4);
	assert_true(isnan(out[1]));
	assert_true(out[2] == 0 && !masked[2]);
	assert_true(isnan(out[3]) && masked[3]);
	assert_true(isnan(out[4]) && !masked[4]);
	assert_true(out[5] == 2.75 && masked[5] && masked[0] && masked[1]);
}

static void samples_that_are_not_finite(void **state)
{
	const struct window w = {0, 0, 3, 1};
	const struct band nan_is_nodata = {.has_nodata = true, .nodata = NAN}, none = {0};
	const float fine[] = {NAN, 1, -INFINITY, 1, 2, 2, 3, 5, 4, INFINITY, 2, 2};
	double out[3];

	(void)state;
	average(out, &w, fine, SAMPLE_F32, &none, NULL, 2);
	assert_true(out[0] == INFINITY && out[1] == INFINITY && out[2] == 2);
	average(out, &w, fine, SAMPLE_F32, &nan_is_nodata, NULL, 2);
	assert_true(out[0] == 3 && out[1] == INFINITY && out[2] == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replication),
		cmocka_unit_test(odd_edges),
		cmocka_unit_test(means_of_types),
		cmocka_unit_test(samples_left_out),
		cmocka_unit_test(samples_that_are_not_finite),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
