/*
 * Contradictions within one value: numbers of a scene that no pixels give. Everything that is
 * worked out from a partial (mean, deviation, percentiles, sums over scenes) is safe once these and
 * those of partial_check_scene.c hold. Knows no JSON.
 */
#include "partial.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "partial_sums.h"
#include "pixels/value_rule.h"

static const uint128 most_wide = ~(uint128)0;

static int impossible(struct error *err, const char *what)
{
	return error_set(err, EX_DATAERR, "%s", what);
}

/* --- unsigned sums that stay at their largest value --- */

static uint128 add_up(uint128 a, uint128 b)
{
	uint128 sum;

	return __builtin_add_overflow(a, b, &sum) ? most_wide : sum;
}

static uint128 multiply(uint128 a, uint128 b)
{
	uint128 product;

	return __builtin_mul_overflow(a, b, &product) ? most_wide : product;
}

static uint128 magnitude(int128 n)
{
	return n < 0 ? -(uint128)n : (uint128)n;
}

/* --- counts --- */

static int check_counts(const struct scene *scene, const struct accum *a, struct error *err)
{
	uint128 pixels = 0;

	for (int class = 0; class < N_PIXEL_CLASSES; class ++)
		pixels += a->n[class];
	if (!pixels || pixels != (uint128)scene->x_size * scene->y_size)
		return impossible(err, "its counts of pixels do not add up to its size");
	if (pixels > INT64_MAX)
		return impossible(err, "it has more pixels than can be counted");
	return 0;
}

static int check_reasons(const struct value_result *value, struct error *err)
{
	uint128 masked = 0;

	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		masked += value->masked_by.n[reason];
	if (masked != value->accum.n[PIXEL_MASKED])
		return impossible(err, "its reasons do not add up to its masked pixels");
	return 0;
}

/* --- the histogram --- */

/* Slots first to end - 1 hold all that a histogram holds; none where it holds nothing. */
struct used {
	unsigned first, end;
};

enum { SLOTS_AT_ONCE = 16 };

static bool all_zero(const uint64_t *count)
{
	uint64_t any = 0;

	for (unsigned i = 0; i < SLOTS_AT_ONCE; i++)
		any |= count[i];
	return !any;
}

/* Most slots of a scene are empty. */
static struct used used_slots(const struct histogram *h)
{
	struct used used = {0, HIST_SLOTS};

	while (used.first + SLOTS_AT_ONCE <= used.end && all_zero(h->count + used.first))
		used.first += SLOTS_AT_ONCE;
	while (used.first < used.end && !h->count[used.first])
		used.first++;
	while (used.first + SLOTS_AT_ONCE <= used.end &&
	       all_zero(h->count + used.end - SLOTS_AT_ONCE))
		used.end -= SLOTS_AT_ONCE;
	while (used.first < used.end && !h->count[used.end - 1])
		used.end--;
	return used;
}

/* Of the low and the high halves of counts: they cannot overflow, and take vectors. */
struct halves {
	uint64_t low, high;
};

SIMD_KERNEL(add_halves, (struct halves * to, const uint64_t *count, unsigned n), (to, count, n))
{
	uint64_t low = 0, high = 0;

	for (unsigned i = 0; i < n; i++) {
		low += count[i] & UINT32_MAX;
		high += count[i] >> 32;
	}
	*to = (struct halves){low, high};
}

/* Of those from slot first to end - 1. */
static uint128 sum_slots(const struct histogram *h, const struct used *used, unsigned first,
			 unsigned end)
{
	struct halves sum;

	first = first > used->first ? first : used->first;
	end = end < used->end ? end : used->end;
	if (first >= end)
		return 0;
	add_halves(&sum, h->count + first, end - first);
	return ((uint128)sum.high << 32) + sum.low;
}

static int check_histogram(const struct accum *a, const struct histogram *h,
			   const struct used *used, struct error *err)
{
	const unsigned above = HIST_FIRST + HIST_BINS;
	uint128 inside = sum_slots(h, used, HIST_FIRST, above);
	uint128 outside = sum_slots(h, used, 0, HIST_FIRST) + sum_slots(h, used, above, HIST_SLOTS);

	if (inside + outside != a->n[PIXEL_VALID])
		return impossible(err, "its histogram does not add up to its valid pixels");
	if (outside != a->n_outside)
		return impossible(err, "its histogram has another count outside the range");
	return 0;
}

/* --- extremes --- */

static int check_extremes(const struct value_grid *grid, const struct accum *a,
			  const struct used *used, struct error *err)
{
	if (!a->n[PIXEL_VALID])
		return a->min == INFINITY && a->max == -INFINITY
			       ? 0
			       : impossible(err, "it has extremes, but no valid pixel");
	if (!isfinite(a->min) || !isfinite(a->max))
		return impossible(err, "it has valid pixels, but no extremes");
	if (a->min > a->max)
		return impossible(err, "its minimum is above its maximum");
	if (used->first != histogram_slot(grid, a->min) ||
	    used->end != histogram_slot(grid, a->max) + 1)
		return impossible(err, "its extremes are not where its histogram begins and ends");
	return 0;
}

/* --- near and far values, by slot --- */

/* What the sums can be, by histogram and extremes. */
struct bounds {
	int128 sum_least, sum_most;
	uint128 sq_least, sq_most;
};

static void add_bounds(struct bounds *b, int64_t low, int64_t high, uint64_t count)
{
	uint128 low_sq = multiply(magnitude(low), magnitude(low));
	uint128 high_sq = multiply(magnitude(high), magnitude(high));
	uint128 most = low_sq > high_sq ? low_sq : high_sq;
	uint128 least = low <= 0 && high >= 0 ? 0 : low_sq < high_sq ? low_sq : high_sq;

	/* |q| <= 2^46, and fewer than 2^63 pixels: the sums cannot overflow, the squares can. */
	b->sum_least += (int128)low * (int64_t)count;
	b->sum_most += (int128)high * (int64_t)count;
	b->sq_least = add_up(b->sq_least, multiply(least, count));
	b->sq_most = add_up(b->sq_most, multiply(most, count));
}

/* The outer slots of one side: how many of their values are far. */
struct side {
	uint64_t far;   /* values of slots that hold far ones only */
	uint64_t mixed; /* of the slot that may hold both */
	int64_t q;      /* its near values are from here to the end of near values */
	uint64_t one;   /* 1: the extreme is far */
};

struct reach {
	struct bounds near; /* of slots without far values */
	struct side below, above;
};

/*
 * The range has near values only, so far ones are in outer slots, above it or below. Rounding to
 * the grid keeps the order, so edges bound what lies between them.
 */
static void add_slot(struct reach *reach, const struct value_rule *rule, const struct accum *a,
		     unsigned slot, uint64_t count)
{
	const struct value_grid *grid = &rule->grid;
	const double near = (double)rule->near;
	double low = value_rule_edge(rule, a, slot), high = value_rule_edge(rule, a, slot + 1);

	low = low < a->min ? a->min : low;
	high = high > a->max ? a->max : high;
	if (low > near) {
		reach->above.far += count;
	} else if (high > near) {
		reach->above.mixed = count;
		reach->above.q = value_grid_q(grid, low);
	} else if (high < -near) {
		reach->below.far += count;
	} else if (low < -near) {
		reach->below.mixed = count;
		reach->below.q = value_grid_q(grid, high);
	} else {
		add_bounds(&reach->near, value_grid_q(grid, low), value_grid_q(grid, high), count);
	}
}

static struct reach reach_of(const struct value_grid *grid, const struct accum *a,
			     const struct histogram *h)
{
	struct value_rule rule;
	struct reach reach = {0};

	value_rule_make(&rule, grid);
	reach.below.one = a->min < -rule.near;
	reach.above.one = a->max > rule.near;
	for (unsigned slot = 0; slot < HIST_SLOTS; slot++)
		if (h->count[slot])
			add_slot(&reach, &rule, a, slot, h->count[slot]);
	return reach;
}

static uint64_t least_far(const struct side *side)
{
	return side->far > side->one ? side->far : side->one;
}

static uint64_t most_far(const struct side *side)
{
	return side->far + side->mixed;
}

/* How many far values are above 0, the others being below. */
struct far_above {
	uint64_t least, most;
};

static int check_far_count(struct far_above *far, const struct accum *a, const struct reach *reach,
			   struct error *err)
{
	const struct side *below = &reach->below, *above = &reach->above;
	uint64_t n = a->n_far;

	if (n > most_far(below) + most_far(above) || n < least_far(below) + least_far(above))
		return impossible(err, "its count of far values is not that of its histogram");
	far->least = n > most_far(below) && n - most_far(below) > least_far(above)
			     ? n - most_far(below)
			     : least_far(above);
	far->most = n - least_far(below) < most_far(above) ? n - least_far(below) : most_far(above);
	return 0;
}

/* --- sums of near values --- */

/* With so many far values above, the others of the mixed slots are near. */
static struct bounds bounds_with(const struct accum *a, const struct reach *reach, uint64_t above)
{
	const int64_t end = INT64_C(1) << (ACCUM_GRID_BITS + ACCUM_NEAR_BITS);
	struct bounds b = reach->near;

	add_bounds(&b, reach->above.q, end, most_far(&reach->above) - above);
	add_bounds(&b, -end, reach->below.q, most_far(&reach->below) - (a->n_far - above));
	return b;
}

/* Bounds change evenly with the number of far values above, so both ends of it bound them all. */
static struct bounds near_bounds(const struct accum *a, const struct reach *reach,
				 const struct far_above *far)
{
	struct bounds b = bounds_with(a, reach, far->least), c = bounds_with(a, reach, far->most);

	b.sum_least = c.sum_least < b.sum_least ? c.sum_least : b.sum_least;
	b.sum_most = c.sum_most > b.sum_most ? c.sum_most : b.sum_most;
	b.sq_least = c.sq_least < b.sq_least ? c.sq_least : b.sq_least;
	return b; /* the largest squares are those of either end: the same for both */
}

/*
 * n integers q with the sum S and the sum of squares SS: with c = S/n cut and r = S - cn,
 * sum (q-c)^2 >= |sum (q-c)| = |r|, as squares of integers are not below them. That is
 * SS >= |c| (|S| + |r|) + |r|, as c, S and r have one sign. And q*q is odd where q is.
 */
static bool moments_agree(int128 sum, uint128 sum_sq, uint64_t n)
{
	uint128 rest, least;
	int128 c;

	if (!n)
		return !sum && !sum_sq;
	c = sum / (int128)n;
	rest = magnitude(sum - c * (int128)n);
	least = add_up(multiply(magnitude(c), magnitude(sum) + rest), rest);
	return sum_sq >= least && (sum_sq & 1) == ((uint128)sum & 1);
}

static int check_moments(const struct accum *a, struct error *err)
{
	return moments_agree(a->sum, a->sum_sq, a->n[PIXEL_VALID] - a->n_far)
		       ? 0
		       : impossible(err, "its sum and its sum of squares contradict each other");
}

static int check_near_sums(const struct accum *a, const struct reach *reach,
			   const struct far_above *far, struct error *err)
{
	struct bounds b = near_bounds(a, reach, far);

	if (a->sum < b.sum_least || a->sum > b.sum_most)
		return impossible(err, "its sum is not one of values in its histogram");
	if (a->sum_sq < b.sq_least || a->sum_sq > b.sq_most || b.sq_least == most_wide)
		return impossible(err, "its sum of squares is not one of values in its histogram");
	return check_moments(a, err);
}

/* --- sums of far values --- */

static int compare_wide(const uint64_t *a, const uint64_t *b, unsigned n)
{
	while (n--)
		if (a[n] != b[n])
			return a[n] < b[n] ? -1 : 1;
	return 0;
}

static bool far_between(const struct accum *a, const struct accum *least, const struct accum *most)
{
	return compare_wide(a->far_pos, least->far_pos, 4) >= 0 &&
	       compare_wide(a->far_pos, most->far_pos, 4) <= 0 &&
	       compare_wide(a->far_neg, least->far_neg, 4) >= 0 &&
	       compare_wide(a->far_neg, most->far_neg, 4) <= 0 &&
	       compare_wide(a->far_sq, least->far_sq, 6) >= 0 &&
	       compare_wide(a->far_sq, most->far_sq, 6) <= 0;
}

/* From `least` to `most` far values on one side, the furthest of which is `extreme`. */
static void add_far_bounds(const struct value_grid *grid, struct accum *lower, struct accum *upper,
			   float extreme, uint64_t least, uint64_t most)
{
	const float nearest = nextafterf(value_grid_near(grid), INFINITY);

	if (!most)
		return;
	accum_add(upper, grid, extreme, most);
	accum_add(lower, grid, extreme, 1);
	accum_add(lower, grid, copysignf(nearest, extreme), least - 1);
}

static int check_far_sums(const struct value_grid *grid, const struct accum *a,
			  const struct far_above *far, struct error *err)
{
	struct accum lower, upper;

	accum_clear(&lower);
	accum_clear(&upper);
	add_far_bounds(grid, &lower, &upper, a->max, far->least, far->most);
	add_far_bounds(grid, &lower, &upper, a->min, a->n_far - far->most, a->n_far - far->least);
	if (!far_between(a, &lower, &upper))
		return impossible(err, "its sums of far values are not those of its histogram");
	return 0;
}

static int check_sums(const struct value_grid *grid, const struct accum *a,
		      const struct histogram *h, struct error *err)
{
	struct far_above far = {0};
	struct reach reach;

	if (partial_sums_surely(grid, a, h))
		return check_moments(a, err);
	reach = reach_of(grid, a, h);
	if (check_far_count(&far, a, &reach, err) || check_far_sums(grid, a, &far, err))
		return -1;
	return check_near_sums(a, &reach, &far, err);
}

static int check_area(const struct value_result *value, struct error *err)
{
	double area = value->area_m2;
	bool any = value->accum.n[PIXEL_VALID] > 0;

	if (isnan(area) || (any ? area > 0 && isfinite(area) : area == 0))
		return 0;
	return impossible(err, "its area is not one of its valid pixels");
}

int partial_check_value(const struct scene *scene, const struct value_result *value,
			const struct value_grid *grid, struct error *err)
{
	const struct accum *a = &value->accum;
	const struct histogram *h = value->histogram;
	const struct used used = used_slots(h);

	if (check_counts(scene, a, err) || check_reasons(value, err) ||
	    check_histogram(a, h, &used, err) || check_extremes(grid, a, &used, err) ||
	    check_sums(grid, a, h, err))
		return -1;
	return check_area(value, err);
}

/*
 * Single scenes hold no more than 2^63 pixels, so with that many in all no sum but that of squares
 * near 0 can overflow: |q| <= 2^46 in 128 bits; far |q| < 2^158 in 256, q*q < 2^316 in 384, and
 * less with exponents above 0.
 */
int partial_fits(const struct accum *totals, const struct accum *more, struct error *err)
{
	uint128 pixels = (uint128)accum_pixels(totals) + accum_pixels(more), sum_sq;

	if (pixels > INT64_MAX || __builtin_add_overflow(totals->sum_sq, more->sum_sq, &sum_sq))
		return impossible(err, "with it, the totals are more than can be counted");
	return 0;
}
