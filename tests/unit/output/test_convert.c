/*
 * Values to stored samples: numbers worked out by hand, and runs of every length against the rule
 * written out a pixel at a time, for every instruction set.
 *
 *     test_convert float32|int16|uint8 SCALE OFFSET NODATA    values from standard input, samples
 *                                                             and sums to standard output
 */
#include <float.h>
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
#include "output/convert.h"

enum { N = 5000 };

static const struct map_def real = {.type = MAP_FLOAT32, .scale = 1, .nodata = NAN};
static const struct map_def ndvi = {.type = MAP_INT16, .scale = 0.0001, .nodata = -32768};
static const struct map_def whole = {.type = MAP_INT16, .scale = 1, .nodata = -9999};
static const struct map_def byte = {.type = MAP_UINT8, .scale = 0.008, .offset = -1, .nodata = 255};
static const struct map_def raw = {.type = MAP_UINT8, .scale = 1, .nodata = 0};

static uint8_t valid[N];

static int16_t one_int16(const struct map_def *map, float value, struct stored_sums *sums)
{
	int16_t out = 12345;

	convert_values(map, &value, valid, 1, &out, sums);
	return out;
}

static uint8_t one_uint8(const struct map_def *map, float value, struct stored_sums *sums)
{
	uint8_t out = 123;

	convert_values(map, &value, valid, 1, &out, sums);
	return out;
}

static uint32_t one_float32(const struct map_def *map, float value, struct stored_sums *sums)
{
	uint32_t out = 1;

	convert_values(map, &value, valid, 1, &out, sums);
	return out;
}

static void halves_go_to_even(void **state)
{
	static const struct {
		float value;
		int16_t stored;
	} cases[] = {{0.5F, 0},     {1.5F, 2},         {2.5F, 2},          {-0.5F, 0},
		     {-1.5F, -2},   {-2.5F, -2},       {0.49999997F, 0},   {0.50000006F, 1},
		     {1e4F, 10000}, {32766.5F, 32766}, {-32767.5F, -32768}};
	struct stored_sums sums = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(one_int16(&whole, cases[i].value, &sums), cases[i].stored);
	assert_int_equal(sums.clamped, 0);
	/* Quotients near a tie; by hand with 0.00005F = 4.99999987e-5 and so on. */
	assert_int_equal(one_int16(&ndvi, 0.25F, &sums), 2500);
	assert_int_equal(one_int16(&ndvi, -1, &sums), -10000);
	assert_int_equal(one_int16(&ndvi, 0.00005F, &sums), 0); /* 0.49999999 */
	assert_int_equal(one_int16(&ndvi, 0.00035F, &sums), 3); /* 3.49999988 */
	assert_int_equal(one_int16(&ndvi, 0.00025F, &sums), 3); /* 2.50000012 */
	assert_int_equal(one_uint8(&byte, 0, &sums), 125);
	assert_int_equal(one_uint8(&byte, 1, &sums), 250);
	assert_int_equal(one_uint8(&byte, -1, &sums), 0);
}

static void what_does_not_fit(void **state)
{
	struct stored_sums sums = {0};

	(void)state;
	/* Not yet. */
	assert_int_equal(one_int16(&ndvi, 3.2767F, &sums), 32767);
	assert_int_equal(one_int16(&ndvi, 3.27674F, &sums), 32767);
	assert_int_equal(one_int16(&ndvi, -3.2767F, &sums), -32767);
	assert_int_equal(one_uint8(&byte, 1.032F, &sums), 254);
	assert_int_equal(sums.clamped, 0);
	/* Beyond the type; nodata of the ends. */
	assert_int_equal(one_int16(&ndvi, 3.27676F, &sums), 32767);
	assert_int_equal(one_int16(&ndvi, FLT_MAX, &sums), 32767);
	assert_int_equal(one_int16(&ndvi, INFINITY, &sums), 32767);
	assert_int_equal(one_int16(&ndvi, -3.27676F, &sums), -32767);
	assert_int_equal(one_int16(&ndvi, -FLT_MAX, &sums), -32767);
	assert_int_equal(one_int16(&ndvi, -INFINITY, &sums), -32767);
	assert_int_equal(one_uint8(&byte, 1.04F, &sums), 254);
	assert_int_equal(one_uint8(&byte, -1.01F, &sums), 0);
	assert_int_equal(sums.clamped, 8);
	/* Nodata among the numbers. */
	assert_int_equal(one_int16(&whole, -9999, &sums), -9998);
	assert_int_equal(one_int16(&whole, -32768, &sums), -32768);
	assert_int_equal(one_uint8(&raw, 0, &sums), 1);
	assert_int_equal(sums.clamped, 10);
	assert_int_equal(sums.n, 15);
}

/* NaN has no number; what has no value is nodata, whatever stands in it, and is in no sum. */
static void no_value(void **state)
{
	const float value[] = {0.5F, NAN, 0.5F, 1e30F, -0.25F};
	const uint8_t class[] = {PIXEL_VALID, PIXEL_VALID, PIXEL_MASKED, PIXEL_DIV0, PIXEL_VALID};
	const int16_t expected[] = {5000, -32768, -32768, -32768, -2500};
	struct stored_sums sums = {0};
	int16_t out[5];

	(void)state;
	convert_values(&ndvi, value, class, 5, out, &sums);
	assert_memory_equal(out, expected, sizeof(expected));
	assert_int_equal(sums.n, 2);
	assert_int_equal(sums.clamped, 0);
	assert_int_equal(sums.sum, 2500);
	assert_true(sums.sum_of_squares == 31250000);
	assert_int_equal(sums.least, -2500);
	assert_int_equal(sums.most, 5000);
}

static void reals_keep_their_bits(void **state)
{
	static const uint32_t bits[] = {0,          0x80000000, 1,         0x80000001,
					0x3f800000, 0x7f7fffff, 0x7f800000};
	struct map_def finite = {.type = MAP_FLOAT32, .scale = 1, .nodata = -9999};
	struct stored_sums sums = {0};
	float value;

	(void)state;
	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++) {
		memcpy(&value, &bits[i], sizeof(value));
		assert_int_equal(one_float32(&real, value, &sums), bits[i]);
	}
	assert_int_equal(sums.n, 7);
	for (uint32_t nan = 0x7f800001; nan < 0x7f800004; nan++) {
		memcpy(&value, &nan, sizeof(value));
		assert_int_equal(one_float32(&real, value, &sums), 0x7fc00000);
		assert_int_equal(one_float32(&finite, -value, &sums), 0xc61c3c00);
	}
	assert_int_equal(sums.n, 7);
	assert_int_equal(sums.clamped, 0);
	/* The float above -9999. */
	assert_int_equal(one_float32(&finite, -9999, &sums), 0xc61c3bff);
	assert_int_equal(sums.clamped, 1);
	finite.nodata = 0;
	assert_int_equal(one_float32(&finite, -0.0F, &sums), 1);
	assert_int_equal(sums.clamped, 2);
}

/* The rule with the library's rounding, one pixel; true: it has a value. */
static bool expected_integer(const struct map_def *map, float value, uint8_t class, int *stored,
			     bool *clamped)
{
	const int low = map->type == MAP_INT16 ? -32768 : 0;
	const int high = map->type == MAP_INT16 ? 32767 : 255;
	double number = nearbyint(((double)value - map->offset) / map->scale);

	*stored = (int)map->nodata;
	*clamped = false;
	if (class != PIXEL_VALID || isnan(value))
		return false;
	*stored = number < low ? low : number > high ? high : (int)number;
	if (*stored == (int)map->nodata)
		*stored += *stored == high ? -1 : 1;
	*clamped = *stored != number;
	return true;
}

static void check_run(const struct map_def *map, const float *value, const uint8_t *class, size_t n)
{
	static int16_t wide[N];
	static uint8_t narrow[N];
	struct stored_sums sums = {0}, expected = {.least = INT32_MAX, .most = INT32_MIN};

	convert_values(map, value, class, n, map->type == MAP_INT16 ? (void *)wide : (void *)narrow,
		       &sums);
	for (size_t i = 0; i < n; i++) {
		int stored;
		bool clamped, has = expected_integer(map, value[i], class[i], &stored, &clamped);

		assert_int_equal(map->type == MAP_INT16 ? wide[i] : narrow[i], stored);
		if (!has)
			continue;
		expected.n++;
		expected.clamped += clamped;
		expected.sum += stored;
		expected.sum_of_squares += (int64_t)stored * stored;
		expected.least = stored < expected.least ? stored : expected.least;
		expected.most = stored > expected.most ? stored : expected.most;
	}
	assert_int_equal(sums.n, expected.n);
	assert_int_equal(sums.clamped, expected.clamped);
	assert_int_equal(sums.sum, expected.sum);
	assert_true(sums.sum_of_squares == expected.sum_of_squares);
	if (sums.n > 0) {
		assert_int_equal(sums.least, expected.least);
		assert_int_equal(sums.most, expected.most);
	}
}

/* Values of many magnitudes, one in 40 without; `spread`: most are beyond the type. */
static float random_value(const struct map_def *map, double spread)
{
	double number = (random_unit() * 2 - 1) * spread;

	if (random_bits() % 40 == 0)
		return NAN;
	return (float)(map->offset +
		       map->scale * (random_bits() % 4 ? number : floor(number) + 0.5));
}

static void runs_of_all_lengths(void **state)
{
	static const size_t lengths[] = {0, 1, 2, 7, 31, 32, 33, 1023, 1024, 1025, 2048, N};
	static const struct map_def *const maps[] = {&ndvi, &whole, &byte, &raw};
	static const double spreads[] = {1, 200, 33000, 1e7};
	static float value[N];
	static uint8_t class[N];

	(void)state;
	for (size_t m = 0; m < 4; m++)
		for (size_t s = 0; s < 4; s++) {
			for (size_t i = 0; i < N; i++) {
				value[i] = random_value(maps[m], spreads[s]);
				class[i] = random_bits() % 8 ? 0 : (uint8_t)(random_bits() % 5);
			}
			for (size_t l = 0; l < sizeof(lengths) / sizeof(lengths[0]); l++) {
				check_run(maps[m], value, class, lengths[l]);
				check_run(maps[m], value, valid, lengths[l]);
			}
		}
}

/* The largest squares in the longest runs. */
static void sums_do_not_overflow(void **state)
{
	static float value[N];
	const struct map_def map = {.type = MAP_INT16, .scale = 1, .nodata = 5};

	(void)state;
	for (size_t i = 0; i < N; i++)
		value[i] = -32768;
	check_run(&map, value, valid, N);
	for (size_t i = 0; i < N; i++)
		value[i] = 32767;
	check_run(&map, value, valid, N);
}

static int convert(char **argv)
{
	static float value[N];
	static uint8_t class[N], out[N * 4];
	const struct map_def map = {.type = strcmp(argv[1], "float32") == 0 ? MAP_FLOAT32
					    : strcmp(argv[1], "int16") == 0 ? MAP_INT16
									    : MAP_UINT8,
				    .scale = strtod(argv[2], NULL),
				    .offset = strtod(argv[3], NULL),
				    .nodata = strtod(argv[4], NULL)};
	struct stored_sums sums = {0};
	size_t n;

	while ((n = fread(value, sizeof(value[0]), N, stdin)) > 0) {
		convert_values(&map, value, class, n, out, &sums);
		fwrite(out, map_sample_bytes(map.type), n, stdout);
	}
	fprintf(stderr, "%llu %llu %lld %llu %d %d\n", (unsigned long long)sums.n,
		(unsigned long long)sums.clamped, (long long)sums.sum,
		(unsigned long long)sums.sum_of_squares, sums.least, sums.most);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(halves_go_to_even),
		cmocka_unit_test(what_does_not_fit),
		cmocka_unit_test(no_value),
		cmocka_unit_test(reals_keep_their_bits),
		cmocka_unit_test(runs_of_all_lengths),
		cmocka_unit_test(sums_do_not_overflow),
	};
	int failed = 0;

	if (argc == 5)
		return convert(argv);
	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
