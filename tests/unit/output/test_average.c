/*
 * Overviews: fours worked out by hand, and tiles against the rule in exact arithmetic, for every
 * instruction set.
 *
 *     test_average float32|int16|uint8|classes TILE NODATA    a tile from standard input, its
 *                                                             quarter to standard output
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

#include "../random.h"
#include "base/simd.h"
#include "output/average.h"

enum { TILE = 128, HALF = TILE / 2, STRIDE = HALF + 3, N = TILE * TILE };

static const struct map_def real = {.type = MAP_FLOAT32, .nodata = NAN};
static const struct map_def tagged = {.type = MAP_FLOAT32, .nodata = -9999};
static const struct map_def wide = {.type = MAP_INT16, .nodata = -32768};
static const struct map_def inside = {.type = MAP_INT16, .nodata = 0};
static const struct map_def narrow = {.type = MAP_UINT8, .nodata = 255};
static const struct map_def classes = {.kind = MAP_CLASSES, .type = MAP_UINT8, .nodata = 255};

static int four_int16(const struct map_def *map, int a, int b, int c, int d)
{
	const int16_t in[] = {(int16_t)a, (int16_t)b, (int16_t)c, (int16_t)d};
	int16_t out = 99;

	average_tile(map, 2, in, &out, 1);
	return out;
}

static int four_uint8(const struct map_def *map, int a, int b, int c, int d)
{
	const uint8_t in[] = {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d};
	uint8_t out = 99;

	average_tile(map, 2, in, &out, 1);
	return out;
}

static float four_float32(const struct map_def *map, float a, float b, float c, float d)
{
	const float in[] = {a, b, c, d};
	float out = 99;

	average_tile(map, 2, in, &out, 1);
	return out;
}

static void integers_by_hand(void **state)
{
	const int none = -32768;

	(void)state;
	assert_int_equal(four_int16(&wide, 1, 2, 3, 4), 3);      /* 2.5 */
	assert_int_equal(four_int16(&wide, -1, -2, -3, -4), -3); /* -2.5 */
	assert_int_equal(four_int16(&wide, 1, 1, 1, 2), 1);      /* 1.25 */
	assert_int_equal(four_int16(&wide, -2, -2, -2, -1), -2); /* -1.75 */
	assert_int_equal(four_int16(&wide, -2, 1, 0, 0), 0);     /* -0.25 */
	assert_int_equal(four_int16(&wide, -2, 0, none, none), -1);
	assert_int_equal(four_int16(&wide, -2, none, none, -1), -2); /* -1.5 */
	assert_int_equal(four_int16(&wide, none, 1, 1, 2), 1);       /* 1.33 */
	assert_int_equal(four_int16(&wide, 2, none, 1, 2), 2);       /* 1.67 */
	assert_int_equal(four_int16(&wide, none, none, 7, none), 7);
	assert_int_equal(four_int16(&wide, none, none, none, none), none);
	assert_int_equal(four_int16(&wide, 32767, 32767, 32767, 32767), 32767);
	assert_int_equal(four_int16(&wide, -32767, -32767, -32767, -32767), -32767);
	assert_int_equal(four_uint8(&narrow, 254, 254, 254, 255), 254);
	assert_int_equal(four_uint8(&narrow, 0, 1, 0, 1), 1); /* 0.5 */
	assert_int_equal(four_uint8(&narrow, 255, 255, 255, 255), 255);
}

/* A mean that would read as nodata is the number beside it. */
static void means_are_not_nodata(void **state)
{
	(void)state;
	assert_int_equal(four_int16(&inside, -5, 5, -1, 1), 1);
	assert_int_equal(four_int16(&inside, 0, 0, 0, 0), 0);
	assert_true(four_float32(&tagged, -9998, -10000, -9999, -9999) ==
		    nextafterf(-9999, INFINITY));
}

static void reals_by_hand(void **state)
{
	const float tiny = 0x1p-149F;

	(void)state;
	assert_true(four_float32(&real, 1, 2, 3, 4) == 2.5F);
	assert_true(four_float32(&real, 1, NAN, NAN, 2) == 1.5F);
	assert_true(four_float32(&real, 1, 1, 2, NAN) == (float)(4.0 / 3.0));
	assert_true(four_float32(&real, NAN, NAN, NAN, -0.125F) == -0.125F);
	assert_true(isnan(four_float32(&real, NAN, NAN, NAN, NAN)));
	assert_true(four_float32(&real, tiny, tiny, tiny, tiny) == tiny);
	assert_true(four_float32(&real, 3e38F, 3e38F, 3e38F, 3e38F) == 3e38F);
	assert_true(four_float32(&tagged, -9999, 4, -9999, 6) == 5);
	assert_true(four_float32(&tagged, -9999, -9999, -9999, -9999) == -9999);
	/* In double, in order: 1 is lost against 2^60 in single precision only. */
	assert_true(four_float32(&real, 0x1p30F, 1, -0x1p30F, 1) == 0.5F);
	assert_false(signbit(four_float32(&real, -0.0F, -0.0F, -0.0F, -0.0F)));
	assert_false(signbit(four_float32(&real, NAN, NAN, -0.0F, NAN)));
}

/* The bits of NaN are those of nodata, whatever NaN came in. */
static void one_kind_of_nan(void **state)
{
	const uint32_t in[] = {0xffc12345, 0x7f800001, 0x7fffffff, 0xff800001};
	uint32_t out = 0;

	(void)state;
	average_tile(&real, 2, in, &out, 1);
	assert_int_equal(out, 0x7fc00000);
}

static void classes_are_the_upper_left(void **state)
{
	(void)state;
	assert_int_equal(four_uint8(&classes, 4, 1, 1, 1), 4);
	assert_int_equal(four_uint8(&classes, 255, 1, 1, 1), 255);
}

/* floor(|sum| / count + 1/2), with the sign. */
static int mean_of(const int *sample, int nodata)
{
	int sum = 0, count = 0, mean;

	for (int i = 0; i < 4; i++)
		if (sample[i] != nodata) {
			sum += sample[i];
			count++;
		}
	if (count == 0)
		return nodata;
	mean = (2 * abs(sum) + count) / (2 * count);
	return sum < 0 ? -mean : mean;
}

static int sample_at(const struct map_def *map, const void *tile, size_t i)
{
	return map->type == MAP_INT16 ? ((const int16_t *)tile)[i] : ((const uint8_t *)tile)[i];
}

static void check_integers(const struct map_def *map, const void *in)
{
	static int16_t out[HALF * STRIDE];
	const void *is = out;

	memset(out, 0x77, sizeof(out));
	average_tile(map, TILE, in, out, STRIDE);
	for (size_t y = 0; y < HALF; y++) {
		for (size_t x = 0; x < HALF; x++) {
			size_t at = 2 * y * TILE + 2 * x;
			const int four[] = {sample_at(map, in, at), sample_at(map, in, at + 1),
					    sample_at(map, in, at + TILE),
					    sample_at(map, in, at + TILE + 1)};

			assert_int_equal(sample_at(map, is, y * STRIDE + x),
					 mean_of(four, (int)map->nodata));
		}
		for (size_t x = HALF; x < STRIDE; x++) /* not ours */
			assert_int_equal(
				((const unsigned char *)
					 is)[(y * STRIDE + x) * map_sample_bytes(map->type)],
				0x77);
	}
}

static void tiles_of_integers(void **state)
{
	static int16_t in[N];
	static uint8_t bytes[N];

	(void)state;
	for (unsigned holes = 1; holes < 5; holes++)
		for (unsigned range = 3; range <= 65535; range = range * 3 + 1) {
			for (size_t i = 0; i < N; i++) {
				bool hole = random_bits() % holes == 1;

				in[i] = (int16_t)(hole ? -32768
						       : (int)(random_bits() % range) -
								  (int)range / 2);
				bytes[i] = (uint8_t)(hole ? 255 : random_bits() % range % 255);
			}
			check_integers(&wide, in);
			check_integers(&narrow, bytes);
		}
}

/* Each sum there can be, of each count. */
static void every_sum(void **state)
{
	(void)state;
	for (int value = -32767; value <= 32767; value += 1 + abs(value) / 50)
		for (int more = 0; more < 4; more++)
			for (int n = 1; n <= 4; n++) {
				int next = value + more > 32767 ? 32767 : value + more;
				const int four[] = {value, n > 1 ? next : -32768,
						    n > 2 ? value : -32768, n > 3 ? next : -32768};

				assert_int_equal(
					four_int16(&wide, four[0], four[1], four[2], four[3]),
					mean_of(four, -32768));
			}
}

static float real_mean(const float *in, float nodata)
{
	double sum = 0;
	int count = 0;

	for (size_t i = 0; i < 4; i++) {
		float v = in[i / 2 * TILE + i % 2];

		if (isnan(v) || v == nodata)
			continue;
		sum += (double)v;
		count++;
	}
	return count ? (float)(sum / count) : nodata;
}

static void tiles_of_reals(void **state)
{
	static float in[N], out[HALF * STRIDE];

	(void)state;
	for (unsigned holes = 1; holes < 5; holes++) {
		const struct map_def *map = holes % 2 ? &real : &tagged;

		for (size_t i = 0; i < N; i++)
			in[i] = random_bits() % holes == 1
					? (float)map->nodata
					: (float)ldexp(random_unit() - 0.5,
						       (int)(random_bits() % 40) - 20);
		average_tile(map, TILE, in, out, STRIDE);
		for (size_t y = 0; y < HALF; y++)
			for (size_t x = 0; x < HALF; x++) {
				float is = out[y * STRIDE + x];
				float should =
					real_mean(in + 2 * y * TILE + 2 * x, (float)map->nodata);

				assert_memory_equal(&is, &should, sizeof(is));
			}
	}
}

static int average(char **argv)
{
	const struct map_def map = {.kind = strcmp(argv[1], "classes") == 0 ? MAP_CLASSES
									    : MAP_VALUE,
				    .type = strcmp(argv[1], "float32") == 0 ? MAP_FLOAT32
					    : strcmp(argv[1], "int16") == 0 ? MAP_INT16
									    : MAP_UINT8,
				    .nodata = strtod(argv[3], NULL)};
	const uint32_t tile = (uint32_t)strtoul(argv[2], NULL, 10);
	const size_t bytes = (size_t)tile * tile * map_sample_bytes(map.type);
	void *in = malloc(bytes), *out = malloc(bytes / 4);
	int failed = 65;

	if (in && out && fread(in, 1, bytes, stdin) == bytes) {
		average_tile(&map, tile, in, out, tile / 2);
		failed = fwrite(out, 1, bytes / 4, stdout) != bytes / 4;
	}
	free(in);
	free(out);
	return failed;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_by_hand),
		cmocka_unit_test(means_are_not_nodata),
		cmocka_unit_test(reals_by_hand),
		cmocka_unit_test(one_kind_of_nan),
		cmocka_unit_test(classes_are_the_upper_left),
		cmocka_unit_test(tiles_of_integers),
		cmocka_unit_test(every_sum),
		cmocka_unit_test(tiles_of_reals),
	};
	int failed = 0;

	if (argc == 4)
		return average(argv);
	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
