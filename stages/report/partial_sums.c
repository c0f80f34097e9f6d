/*
 * Bounds of sums in double precision, with more room for rounding than there is rounding. Bins of
 * the range have one width, so the bounds of many together follow from three integers: how many
 * values they hold, the sum of their places, and that of the squares of these.
 */
#include "partial_sums.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "pixels/value_rule.h"

enum {
	BINS_END = HIST_FIRST + HIST_BINS,
	MOST_PIXELS_BITS = 36 /* places below 2^13: sums of their squares stay below 2^63 */
};

/* Of q and q*q. */
struct estimate {
	double sum_least, sum_most, sq_least, sq_most;
};

static void add_between(struct estimate *e, double low, double high, double count)
{
	double a = low * low, b = high * high;

	e->sum_least += count * low;
	e->sum_most += count * high;
	e->sq_least += low <= 0 && high >= 0 ? 0 : count * fmin(a, b);
	e->sq_most += count * fmax(a, b);
}

/* One slot, as far as the extremes are not in it. */
static void add_slot(struct estimate *e, const struct value_rule *rule, const struct accum *a,
		     const struct histogram *h, unsigned slot)
{
	double low, high;

	if (!h->count[slot])
		return;
	low = fmax(value_rule_edge(rule, a, slot), (double)a->min);
	high = fmin(value_rule_edge(rule, a, slot + 1), (double)a->max);
	add_between(e, low * rule->scale, high * rule->scale, (double)h->count[slot]);
}

/* Slots first to end - 1, one by one. */
static void add_slots(struct estimate *e, const struct value_rule *rule, const struct accum *a,
		      const struct histogram *h, unsigned first, unsigned end)
{
	for (unsigned slot = first; slot < end; slot++)
		add_slot(e, rule, a, h, slot);
}

/* Over places 0 to n - 1: counts, counts times the place, counts times its square. */
struct moments {
	double n, first, second;
};

/*
 * Places are taken in rows, a lane for each of a row, by sums of sums from the last row on: what is
 * in row j goes j + 1 times into `once`.
 */
enum { LANES = 16 };

struct lanes {
	uint64_t all[LANES], once[LANES], twice[LANES];
};

SIMD_KERNEL(add_rows, (struct lanes * to, const uint64_t *count, unsigned n), (to, count, n))
{
	struct lanes s;

	memset(&s, 0, sizeof(s));
	while (n--)
		for (unsigned i = 0; i < LANES; i++) {
			s.all[i] += count[n * LANES + i];
			s.once[i] += s.all[i];
			s.twice[i] += s.once[i];
		}
	*to = s;
}

static struct moments moments_of(const uint64_t *count, unsigned n)
{
	const unsigned rows = n / LANES;
	uint64_t all = 0, first = 0, second = 0;
	struct lanes s;

	add_rows(&s, count, rows);
	for (uint64_t i = 0; i < LANES; i++) {
		const uint64_t row = s.once[i] - s.all[i];
		const uint64_t square = 2 * s.twice[i] - 3 * row - 2 * s.all[i];

		all += s.all[i];
		first += LANES * row + i * s.all[i];
		second += LANES * LANES * square + 2 * LANES * i * row + i * i * s.all[i];
	}
	for (uint64_t i = (uint64_t)rows * LANES; i < n; i++) {
		all += count[i];
		first += i * count[i];
		second += i * i * count[i];
	}
	return (struct moments){(double)all, (double)first, (double)second};
}

/* Of squares of begin + width * place. */
static double sum_squares(const struct moments *m, double begin, double width)
{
	return begin * begin * m->n + 2 * begin * width * m->first + width * width * m->second;
}

/* Bins of the range from slot first to end - 1, on one side of 0. */
static void add_bins(struct estimate *e, const struct value_rule *rule, const struct histogram *h,
		     unsigned first, unsigned end, bool above)
{
	double width = rule->width * rule->scale, begin, sum, at_low, at_high;
	struct moments m;

	if (first >= end)
		return;
	begin = rule->lo * rule->scale + (first - HIST_FIRST) * width;
	m = moments_of(h->count + first, end - first);
	sum = begin * m.n + width * m.first;
	at_low = sum_squares(&m, begin, width);
	at_high = sum_squares(&m, begin + width, width);
	e->sum_least += sum;
	e->sum_most += sum + width * m.n;
	e->sq_least += above ? at_low : at_high;
	e->sq_most += above ? at_high : at_low;
}

static unsigned limited(double slot, unsigned least, unsigned most)
{
	return slot <= least ? least : slot >= most ? most : (unsigned)slot;
}

/* The first and the last slot hold the extremes; those about 0 have both signs. */
static struct estimate estimate_of(const struct value_rule *rule, const struct accum *a,
				   const struct histogram *h, unsigned first, unsigned last)
{
	const double zero = HIST_FIRST + floor(-rule->lo / rule->width);
	unsigned begin = first + 1 > HIST_FIRST ? first + 1 : HIST_FIRST;
	unsigned end = last < BINS_END ? last : BINS_END, low, high;
	struct estimate e = {.sum_least = 0};

	begin = begin < end ? begin : end;
	low = limited(zero - 1, begin, end);
	high = limited(zero + 2, begin, end);
	add_slots(&e, rule, a, h, first, begin);
	add_bins(&e, rule, h, begin, low, false);
	add_slots(&e, rule, a, h, low, high);
	add_bins(&e, rule, h, high, end, true);
	add_slots(&e, rule, a, h, end, last + 1);
	return e;
}

static bool nothing_far(const struct value_rule *rule, const struct accum *a)
{
	uint64_t far = a->n_far;

	for (unsigned i = 0; i < 4; i++)
		far |= a->far_pos[i] | a->far_neg[i];
	for (unsigned i = 0; i < 6; i++)
		far |= a->far_sq[i];
	return !far && a->min >= -rule->near && a->max <= rule->near;
}

/*
 * q is rounded to a whole number, so that each value is off by a half, and its square by less than
 * its magnitude and 1. Double precision is off by some 2^-50 of the largest terms.
 */
static bool within(const struct accum *a, const struct estimate *e, double n, double most)
{
	const double sum = (double)a->sum, sq = (double)a->sum_sq;
	const double room = n * (1 + most * 0x1p-40);
	const double sq_room = n * (1 + most) + n * most * most * 0x1p-40;

	return sum >= e->sum_least + room && sum <= e->sum_most - room &&
	       sq >= e->sq_least + sq_room && sq <= e->sq_most - sq_room;
}

bool partial_sums_surely(const struct value_grid *grid, const struct accum *a,
			 const struct histogram *h)
{
	const uint64_t n = a->n[PIXEL_VALID];
	struct value_rule rule;
	struct estimate e;
	double most;

	value_rule_make(&rule, grid);
	if (!n || n >> MOST_PIXELS_BITS || !nothing_far(&rule, a))
		return false;
	e = estimate_of(&rule, a, h, value_rule_slot(&rule, a->min),
			value_rule_slot(&rule, a->max));
	most = fmax(fmax(fabs((double)a->min), fabs((double)a->max)),
		    fmax(fabs(rule.lo), fabs(rule.hi)));
	return within(a, &e, (double)n, most * rule.scale);
}
