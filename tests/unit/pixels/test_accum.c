/*
 * Exact statistics: closed forms, order-free merging, far values, percentiles.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "accum.h"
#include "recipe.h"

/* That of NDVI. */
static const struct value_grid unit = {0, -1, 1};

static uint32_t random_next(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state;
}

static float random_ndvi(uint32_t *state)
{
	float r = (float)(random_next(state) >> 16), n = (float)(random_next(state) >> 16);

	return (n - r) / (n + r + 1);
}

static void add(struct accum *a, struct histogram *h, float v, uint64_t times)
{
	accum_add(a, &unit, v, times);
	h->count[histogram_slot(&unit, v)] += times;
}

static struct summary summarise(const float *values, size_t n)
{
	struct histogram *h = calloc(1, sizeof(*h));
	struct summary s;
	struct accum a;

	accum_clear(&a);
	for (size_t i = 0; i < n; i++)
		add(&a, h, values[i], 1);
	summary_make(&s, &a, h, NAN, &unit);
	free(h);
	return s;
}

static void no_pixels(void **state)
{
	struct summary s = summarise(NULL, 0);

	(void)state;
	assert_int_equal(s.pixels, 0);
	assert_true(isnan(s.mean) && isnan(s.std) && isnan(s.min) && isnan(s.percentile[3]));
}

static void equal_values_have_no_spread(void **state)
{
	float values[1000];

	(void)state;
	for (float v = -1; v <= 3; v += 0.37f) {
		for (int i = 0; i < 1000; i++)
			values[i] = v;
		struct summary s = summarise(values, 1000);

		/* values below 2^-7 are rounded to the grid: 2^-31 at most */
		assert_true(fabs(s.mean - (double)v) <= 0x1p-31);
		assert_true(s.std == 0);
		assert_true(s.min == v && s.max == v && s.percentile[0] == v);
	}
}

/* 0, 1/n ... (n-1)/n: mean (n-1)/2n, population variance (n^2-1)/12n^2. */
static void arithmetic_progression(void **state)
{
	enum { N = 4096 };
	static float values[N];
	struct summary s;

	(void)state;
	for (int i = 0; i < N; i++)
		values[i] = (float)i / N;
	s = summarise(values, N);
	assert_true(s.mean == (N - 1) / (2.0 * N));
	assert_true(fabs(s.std - sqrt((N * (double)N - 1) / 12) / N) < 1e-15);
	assert_true(fabs(s.percentile[3] - 0.5) < 2.5e-4);
	assert_true(fabs(s.percentile[1] - 0.05) < 5e-4);
}

static void merging_is_order_free(void **state)
{
	enum { PARTS = 37, EACH = 501 };
	struct accum forward, backward, one, part[PARTS];
	uint32_t seed = 7;

	(void)state;
	accum_clear(&one);
	for (int p = 0; p < PARTS; p++) {
		accum_clear(&part[p]);
		for (int i = 0; i < EACH; i++) {
			float v = random_ndvi(&seed) * (i % 50 ? 1 : (i % 3 ? 1e6f : -3e30f));

			accum_add(&part[p], &unit, v, 1);
			accum_add(&one, &unit, v, 1);
		}
	}
	accum_clear(&forward);
	accum_clear(&backward);
	for (int p = 0; p < PARTS; p++) {
		accum_merge(&forward, &part[p]);
		accum_merge(&backward, &part[PARTS - 1 - p]);
	}
	assert_memory_equal(&forward, &backward, sizeof(forward));
	assert_memory_equal(&forward, &one, sizeof(forward));
}

static void times_is_repetition(void **state)
{
	const float values[] = {0.25f, -0.7f, 2, -65536, 1e9f, -3e38f};
	struct accum many, once;

	(void)state;
	accum_clear(&many);
	accum_clear(&once);
	for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++) {
		accum_add(&once, &unit, values[k], 97);
		for (int i = 0; i < 97; i++)
			accum_add(&many, &unit, values[k], 1);
	}
	assert_memory_equal(&many, &once, sizeof(many));
}

static void far_values_are_exact(void **state)
{
	/* mean of +big, -big and 3 is 1 to the last bit: nothing is swallowed */
	const float values[] = {3e38f, -3e38f, 3};
	const float powers[] = {0x1p17f, 0x1p60f, 0x1p127f, -0x1p100f};
	struct summary s = summarise(values, 3);

	(void)state;
	assert_true(s.mean == 1);
	for (size_t i = 0; i < sizeof(powers) / sizeof(powers[0]); i++) {
		s = summarise(&powers[i], 1);
		assert_true(s.mean == (double)powers[i]);
		assert_true(s.std == 0);
		assert_int_equal(s.n_outside, 1);
	}
}

static void equal_far_values_have_no_spread(void **state)
{
	static const float values[] = {1e6f, 1e38f, -7e20f};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct histogram *h = calloc(1, sizeof(*h));
		struct summary s;
		struct accum a;

		accum_clear(&a);
		add(&a, h, values[i], 120560400);
		summary_make(&s, &a, h, NAN, &unit);
		assert_true(s.std == 0 && s.mean == (double)values[i]);
		free(h);
	}
}

/* Against sorting: every percentile within one bin of the exact order statistic. */
static void percentiles_within_a_bin(void **state)
{
	enum { N = 20001 };
	static float values[N];
	uint32_t seed = 3;
	struct summary s;

	(void)state;
	for (int i = 0; i < N; i++)
		values[i] = random_ndvi(&seed);
	s = summarise(values, N);
	for (int p = 0; p < N_PERCENTILES; p++) {
		/* count how many lie more than a bin below and above */
		uint64_t below = 0, above = 0;
		double rank = percentile_ranks[p] * (N - 1) / 100.0;

		for (int i = 0; i < N; i++) {
			below += values[i] < s.percentile[p] - 2.0 / HIST_BINS;
			above += values[i] > s.percentile[p] + 2.0 / HIST_BINS;
		}
		assert_true(below <= rank + 1);
		assert_true(above <= N - rank + 1);
	}
}

static void slots_at_the_edges(void **state)
{
	const unsigned last = HIST_FIRST + HIST_BINS - 1;

	(void)state;
	assert_int_equal(histogram_slot(&unit, -1), HIST_FIRST);
	assert_int_equal(histogram_slot(&unit, 1), last);
	assert_int_equal(histogram_slot(&unit, 0), HIST_FIRST + HIST_BINS / 2);
	assert_int_equal(histogram_slot(&unit, nextafterf(-1, -2)), HIST_FIRST - 1);
	assert_int_equal(histogram_slot(&unit, nextafterf(1, 2)), last + 1);
	assert_int_equal(histogram_slot(&unit, nextafterf(1, 0)), last);
	assert_int_equal(histogram_slot(&unit, 2), last + 1 + 64);
	assert_int_equal(histogram_slot(&unit, -2), HIST_FIRST - 1 - 64);
	assert_int_equal(histogram_slot(&unit, 65535.9f), HIST_SLOTS - 2);
	assert_int_equal(histogram_slot(&unit, 65536), HIST_SLOTS - 1);
	assert_int_equal(histogram_slot(&unit, FLT_MAX), HIST_SLOTS - 1);
	assert_int_equal(histogram_slot(&unit, -FLT_MAX), 0);
}

static int by_value(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Half of the values far outside [-1, 1]: within 1/64 of the exact order statistic. */
static void percentiles_outside(void **state)
{
	enum { N = 10001 };
	static float values[N];
	uint32_t seed = 11;
	struct summary s;

	(void)state;
	for (int i = 0; i < N; i++) {
		float r = (float)(random_next(&seed) >> 8) / (1 << 24);

		values[i] = i % 2 ? r - 0.5f : (i % 4 ? -1 : 1) / (r + 0.0001f);
	}
	s = summarise(values, N);
	qsort(values, N, sizeof(values[0]), by_value);
	for (int p = 0; p < N_PERCENTILES; p++) {
		double exact = (double)values[percentile_ranks[p] * (N - 1) / 100];

		assert_true(fabs(s.percentile[p] - exact) <= fabs(exact) / 64 + 3e-4);
	}
}

/* Three equal values in a slot of width `width` that begins at `low`, and one on either side. */
static void three_in_a_slot(float least, float v, float most, double low, double width)
{
	const float values[] = {v, most, v, least, v};
	struct summary s = summarise(values, 5);

	/* 25, 50 and 75 % of ranks 0 to 4 are the slot's three: at 1/6, 3/6 and 5/6 of it. */
	assert_true(s.percentile[2] == low + width * (0.5 / 3));
	assert_true(s.percentile[3] == low + width * (1.5 / 3));
	assert_true(s.percentile[4] == low + width * (2.5 / 3));
}

/* The rule of accum.h to the last bit: values lie evenly spread in their slot. */
static void percentiles_by_the_rule(void **state)
{
	const double bin = 2.0 / HIST_BINS;

	(void)state;
	three_in_a_slot(-1, 0.50001f, 1, 0.5, bin);
	three_in_a_slot(-1, -0.50001f, 1, -0.5 - bin, bin);
	/* outside [-1, 1]: 64 slots an octave, 1/32 wide from 2 to 4 */
	three_in_a_slot(-9, -3.01f, 1, -3.03125, 0.03125);
	three_in_a_slot(-1, 3.01f, 9, 3, 0.03125);
	three_in_a_slot(-9, -1.001f, 1, -1.015625, 0.015625);
	three_in_a_slot(-1, 1.001f, 9, 1, 0.015625);
}

/* Beyond 2^16 a slot ends at min or max. */
static void percentiles_beyond_the_slots(void **state)
{
	const float high[] = {-1, 100000, 3e5f, 9e5f}, low[] = {-9e5f, -3e5f, -100000, 1};
	struct summary s = summarise(high, 4);

	(void)state;
	assert_true(s.percentile[4] == 65536 + (9e5 - 65536) * (2.25 / 3)); /* rank 2.25 */
	s = summarise(low, 4);
	assert_true(s.percentile[2] == -9e5 + (9e5 - 65536) * (0.75 / 3)); /* rank 0.75 */
}

/* A rank between two others has what lies between their values; the ends are known. */
static void percentiles_between_ranks(void **state)
{
	const double bin = 2.0 / HIST_BINS;
	const float values[] = {-1, 0.50001f, 0.75001f, 1};
	struct summary s = summarise(values, 4);
	const double b = 0.5 + bin / 2, c = 0.75 + bin / 2;

	(void)state;
	assert_true(s.percentile[3] == b + (c - b) * 0.5);                  /* rank 1.5 */
	assert_true(s.percentile[4] == c + (1 - c) * 0.25);                 /* rank 2.25 */
	assert_true(fabs(s.percentile[0] - (-1 + (b + 1) * 0.06)) < 1e-15); /* rank 0.06 */
}

static void yes_and_no(uint64_t no, uint64_t yes, double median)
{
	struct histogram h;
	struct summary s;
	struct accum a;

	accum_clear(&a);
	histogram_clear(&h);
	accum_add(&a, &unit, 0, no);
	accum_add(&a, &unit, 1, yes);
	h.count[histogram_slot(&unit, 0)] += no;
	h.count[histogram_slot(&unit, 1)] += yes;
	summary_make(&s, &a, &h, NAN, &unit);
	assert_true(s.percentile[3] == median);
	assert_true(s.percentile[0] == (no * 50 > no + yes ? 0 : 1));
	assert_true(s.percentile[6] == (yes * 50 > no + yes ? 1 : 0));
}

/* Of two values percentiles are exact, also of so many pixels as there are. */
static void two_values(void **state)
{
	(void)state;
	yes_and_no(100, 101, 1);
	yes_and_no(101, 100, 0);
	yes_and_no(100, 100, 0.5);
	yes_and_no(1, 1000, 1);
	yes_and_no(UINT64_C(1) << 34, (UINT64_C(1) << 34) - 2, 0);
}

static void each_is_exact(const struct value_grid *grid, const float *value, unsigned n)
{
	static const unsigned times[] = {7, 1, 30, 2, 60};
	unsigned at = 0, total = 0, before = 0;
	struct histogram h;
	struct summary s;
	struct accum a;

	accum_clear(&a);
	histogram_clear(&h);
	for (unsigned i = 0; i < n; i++) {
		accum_add(&a, grid, value[i], times[i]);
		h.count[histogram_slot(grid, value[i])] += times[i];
		total += times[i];
	}
	summary_make(&s, &a, &h, NAN, grid);
	for (unsigned p = 0; p < N_PERCENTILES; p++) {
		const unsigned rank = percentile_ranks[p] * (total - 1);
		double exact;

		while (before + times[at] <= rank / 100)
			before += times[at++];
		exact = (double)value[at];
		if (rank % 100 && before + times[at] <= rank / 100 + 1)
			exact += ((double)value[at + 1] - exact) * (rank % 100) / 100;
		assert_true(fabs(s.percentile[p] - exact) < 1e-15);
	}
}

/* Classes: whole numbers, and what else lies at the edges of slots. */
static void values_at_edges(void **state)
{
	static const struct value_grid eight = {3, 0, 8};

	(void)state;
	each_is_exact(&unit, (const float[]){0, 1, 2}, 3);
	each_is_exact(&unit, (const float[]){-1, 0, 1}, 3);
	each_is_exact(&unit, (const float[]){1, 2, 3, 4, 5}, 5);
	each_is_exact(&unit, (const float[]){-7.3f, 0, 0.5f, 0.75f, 3}, 5);
	each_is_exact(&unit, (const float[]){0.1f, 0.25f, 1, 9.7f}, 4);
	each_is_exact(&eight, (const float[]){0, 1, 2, 5, 8}, 5);
	each_is_exact(&eight, (const float[]){0, 3, 7, 8, 9}, 5);
}

/* One value that is neither least nor most, in the slot of either: nothing is certain. */
static void nearly_two_values(void **state)
{
	const double bin = 2.0 / HIST_BINS;
	float values[101];
	struct summary s;

	(void)state;
	for (int i = 0; i < 101; i++)
		values[i] = i > 50;
	s = summarise(values, 101);
	assert_true(s.percentile[1] == 0 && s.percentile[5] == 1);
	values[0] = 0x1p-20f;
	s = summarise(values, 101);
	assert_true(s.percentile[1] > 0 && s.percentile[1] < bin);
	values[100] = 1 - 0x1p-20f; /* the sum is that of two again */
	s = summarise(values, 101);
	assert_true(s.percentile[1] > 0 && s.percentile[5] < 1 && s.percentile[5] > 1 - bin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pixels),
		cmocka_unit_test(equal_values_have_no_spread),
		cmocka_unit_test(arithmetic_progression),
		cmocka_unit_test(merging_is_order_free),
		cmocka_unit_test(times_is_repetition),
		cmocka_unit_test(far_values_are_exact),
		cmocka_unit_test(equal_far_values_have_no_spread),
		cmocka_unit_test(percentiles_within_a_bin),
		cmocka_unit_test(slots_at_the_edges),
		cmocka_unit_test(percentiles_outside),
		cmocka_unit_test(percentiles_by_the_rule),
		cmocka_unit_test(percentiles_beyond_the_slots),
		cmocka_unit_test(percentiles_between_ranks),
		cmocka_unit_test(two_values),
		cmocka_unit_test(values_at_edges),
		cmocka_unit_test(nearly_two_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
