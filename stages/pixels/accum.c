/*
 * Exact statistics: adding, merging, mean and deviation. The bounds and the reason for the grid are
 * in accum.h; the fast path over many values is value_run.c, which must agree with accum_add() to
 * the last bit.
 */
#include "value_rule.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "percentile.h"

void accum_clear(struct accum *a)
{
	*a = (struct accum){.min = INFINITY, .max = -INFINITY};
}

uint64_t accum_pixels(const struct accum *a)
{
	uint64_t pixels = 0;

	for (int i = 0; i < N_PIXEL_CLASSES; i++)
		pixels += a->n[i];
	return pixels;
}

/* words += value; words are 64 bits, low word first. */
static void wide_add(uint64_t *words, unsigned n_words, const uint64_t *value, unsigned n_value)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < n_words; i++) {
		uint128 sum = (uint128)words[i] + (i < n_value ? value[i] : 0) + carry;

		words[i] = (uint64_t)sum;
		carry = (uint64_t)(sum >> 64);
	}
}

/* words += (value << shift) * times. value < 2^48, so that value * times fits 128 bits. */
static void wide_add_shifted(uint64_t *words, unsigned n_words, uint64_t value, unsigned shift,
			     uint64_t times)
{
	uint128 product = (uint128)value * times;
	uint64_t addend[8] = {0};
	unsigned word = shift / 64, bits = shift % 64;

	addend[word] = (uint64_t)(product << bits);
	addend[word + 1] = (uint64_t)(product << bits >> 64);
	if (bits)
		addend[word + 2] = (uint64_t)(product >> (128 - bits));
	wide_add(words, n_words, addend, 8);
}

/*
 * |v| > 2^(16 + e): v is m * 2^k with a 24-bit m and k >= e - 7, so q = m * 2^(k + 30 - e) and
 * q*q = m*m * 2^(2 (k + 30 - e)) are integers: nothing is rounded. The shift is from 23 on, as
 * m >= 2^23; with the largest k, 104, it is 134 - e.
 */
static void add_far(struct accum *a, const struct value_grid *grid, float v, uint64_t times)
{
	int exponent;
	uint64_t m = (uint64_t)(frexpf(fabsf(v), &exponent) * 0x1p24f);
	unsigned shift = (unsigned)(exponent - 24 + ACCUM_GRID_BITS - grid->exponent);

	a->n_far += times;
	wide_add_shifted(v > 0 ? a->far_pos : a->far_neg, 4, m, shift, times);
	wide_add_shifted(a->far_sq, 6, m * m, 2 * shift, times);
}

void accum_add(struct accum *a, const struct value_grid *grid, float value, uint64_t times)
{
	float v = value + 0.0f; /* a zero has no sign */
	double wide = (double)v;

	if (!times)
		return;
	a->n[PIXEL_VALID] += times;
	a->n_outside += wide < grid->lo || wide > grid->hi ? times : 0;
	a->min = v < a->min ? v : a->min;
	a->max = v > a->max ? v : a->max;
	if (fabsf(v) > value_grid_near(grid)) {
		add_far(a, grid, v, times);
	} else {
		int64_t q = value_grid_q(grid, wide);

		a->sum += (int128)q * (int64_t)times;
		a->sum_sq += (uint128)((int128)q * q) * times;
	}
}

void accum_merge(struct accum *into, const struct accum *from)
{
	for (int i = 0; i < N_PIXEL_CLASSES; i++)
		into->n[i] += from->n[i];
	into->n_outside += from->n_outside;
	into->min = from->min < into->min ? from->min : into->min;
	into->max = from->max > into->max ? from->max : into->max;
	into->sum += from->sum;
	into->sum_sq += from->sum_sq;
	into->n_far += from->n_far;
	wide_add(into->far_pos, 4, from->far_pos, 4);
	wide_add(into->far_neg, 4, from->far_neg, 4);
	wide_add(into->far_sq, 6, from->far_sq, 6);
}

void histogram_clear(struct histogram *h)
{
	memset(h, 0, sizeof(*h));
}

SIMD_KERNEL(add_counts, (uint64_t * into, const uint64_t *from, unsigned n), (into, from, n))
{
	for (unsigned i = 0; i < n; i++)
		into[i] += from[i];
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	add_counts(into->count, from->count, HIST_SLOTS);
}

void histogram_merge_of(struct histogram *into, const struct histogram *from, const struct accum *a,
			const struct value_grid *grid)
{
	struct value_rule rule;
	unsigned first;

	if (!a->n[PIXEL_VALID])
		return;
	value_rule_make(&rule, grid);
	first = value_rule_slot(&rule, a->min);
	add_counts(into->count + first, from->count + first,
		   value_rule_slot(&rule, a->max) + 1 - first);
}

static long double wide_value(const uint64_t *words, unsigned n_words)
{
	long double value = 0;

	while (n_words--)
		value = value * 0x1p64L + words[n_words];
	return value;
}

/*
 * Mean and deviation of n values from the integer sums S = sum q and SS = sum q*q.
 *
 * With c the mean cut to the grid, sum (q-c)^2 = SS - 2cS + n*c*c is formed in integers, modulo
 * 2^128 and so exactly, as the result is not negative and fits; what is left to correct,
 * (S/n - c)^2 < 1, is tiny. So there is no cancellation: equal values give exactly 0.
 */
static void near_moments(const struct accum *a, uint64_t n, double scale, double *mean, double *std)
{
	int128 c = a->sum / (int128)n;
	uint128 around = a->sum_sq - (uint128)2 * (uint128)c * (uint128)a->sum +
			 (uint128)n * (uint128)c * (uint128)c;
	long double rest = (long double)(a->sum - c * (int128)n) / n;
	long double variance = (long double)around / n - rest * rest;

	*mean = (double)(((long double)c + rest) / scale);
	*std = (double)(sqrtl(variance > 0 ? variance : 0) / scale);
}

/* All of S as one number: near and far sums, joined and subtracted as integers. */
static long double far_total(const struct accum *a)
{
	uint128 near_sum = a->sum < 0 ? -(uint128)a->sum : (uint128)a->sum;
	const uint64_t near_words[2] = {(uint64_t)near_sum, (uint64_t)(near_sum >> 64)};
	uint64_t pos[4], neg[4], one[1] = {1};

	memcpy(pos, a->far_pos, sizeof(pos));
	memcpy(neg, a->far_neg, sizeof(neg));
	wide_add(a->sum < 0 ? neg : pos, 4, near_words, 2);
	/* pos - neg in two's complement: far below 2^255, so the top bit is the sign */
	for (int i = 0; i < 4; i++)
		neg[i] = ~neg[i];
	wide_add(pos, 4, neg, 4);
	wide_add(pos, 4, one, 1);
	if (!(pos[3] >> 63))
		return wide_value(pos, 4);
	for (int i = 0; i < 4; i++)
		pos[i] = ~pos[i];
	wide_add(pos, 4, one, 1);
	return -wide_value(pos, 4);
}

/*
 * The same with far values, in 64 bits of mantissa: the deviation is good to about 2^-32 of the
 * largest value. Equal values give exactly 0 here too.
 */
static void far_moments(const struct accum *a, uint64_t n, double scale, double *mean, double *std)
{
	long double sum = far_total(a);
	long double sum_sq = (long double)a->sum_sq + wide_value(a->far_sq, 6);
	long double m = sum / n, variance = sum_sq / n - m * m;

	*mean = (double)(m / scale);
	*std = variance > 0 && a->min < a->max ? (double)(sqrtl(variance) / scale) : 0;
}

void summary_make(struct summary *out, const struct accum *a, const struct histogram *h,
		  double area_m2, const struct value_grid *grid)
{
	uint64_t n = a->n[PIXEL_VALID];
	struct value_rule rule;

	*out = (struct summary){.pixels = accum_pixels(a), .n_outside = a->n_outside};
	memcpy(out->n, a->n, sizeof(out->n));
	out->valid_percent = out->pixels ? 100.0 * (double)n / (double)out->pixels : NAN;
	out->area_ha = area_m2 / 1e4;
	out->min = out->max = out->mean = out->std = NAN;
	for (unsigned i = 0; i < N_PERCENTILES; i++)
		out->percentile[i] = NAN;
	if (!n)
		return;
	value_rule_make(&rule, grid);
	summary_of_histogram(out, &rule, a, h);
	out->min = a->min;
	out->max = a->max;
	(a->n_far ? far_moments : near_moments)(a, n, rule.scale, &out->mean, &out->std);
}
