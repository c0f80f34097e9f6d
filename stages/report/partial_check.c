/*
 * Contradictions: numbers of a scene that no pixels give. Everything that is worked out from a
 * partial (mean, deviation, percentiles, sums over scenes) is safe once these hold. Knows no JSON.
 */
#include "partial.h"

#include <math.h>
#include <string.h>

enum { LAST_SLOT = HIST_SLOTS - 1 };

static const double grid = 1 << ACCUM_GRID_BITS;
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

static int check_histogram(const struct accum *a, const struct histogram *h, struct error *err)
{
	uint128 all = 0, inside = 0;

	for (unsigned slot = 0; slot < HIST_SLOTS; slot++)
		all += h->count[slot];
	for (unsigned bin = 0; bin < HIST_BINS; bin++)
		inside += h->count[HIST_FIRST + bin];
	if (all != a->n[PIXEL_VALID])
		return impossible(err, "its histogram does not add up to its valid pixels");
	if (all - inside != a->n_outside)
		return impossible(err, "its histogram has another count outside -1 to 1");
	return 0;
}

/* --- extremes --- */

static int check_extremes(const struct accum *a, const struct histogram *h, struct error *err)
{
	unsigned first = 0, last = LAST_SLOT;

	if (!a->n[PIXEL_VALID])
		return a->min == INFINITY && a->max == -INFINITY
			       ? 0
			       : impossible(err, "it has extremes, but no valid pixel");
	if (!isfinite(a->min) || !isfinite(a->max))
		return impossible(err, "it has valid pixels, but no extremes");
	if (a->min > a->max)
		return impossible(err, "its minimum is above its maximum");
	while (!h->count[first])
		first++;
	while (!h->count[last])
		last--;
	if (first != histogram_slot(a->min) || last != histogram_slot(a->max))
		return impossible(err, "its extremes are not where its histogram begins and ends");
	return 0;
}

/* --- how many far values are above 0, the others being below --- */

struct far_above {
	uint64_t least, most;
};

/* The open slots hold all far values, and an extreme beyond ACCUM_NEAR is one. */
static int check_far_count(struct far_above *far, const struct accum *a, const struct histogram *h,
			   struct error *err)
{
	uint64_t below = a->min < -ACCUM_NEAR ? h->count[0] : 0;
	uint64_t above = a->max > ACCUM_NEAR ? h->count[LAST_SLOT] : 0;
	uint64_t n = a->n_far, one_below = below > 0, one_above = above > 0;

	if (n > below + above || n < one_below + one_above)
		return impossible(err, "its count of far values is not that of its histogram");
	far->least = n > below && n - below > one_above ? n - below : one_above;
	far->most = n - one_below < above ? n - one_below : above;
	return 0;
}

/* --- sums of values up to ACCUM_NEAR --- */

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

/*
 * Where values are that are exactly +-ACCUM_NEAR: in the open slots, but near. With f of the far
 * values above, there are above - f at one end and below - (n_far - f) at the other.
 */
static void add_edge_bounds(struct bounds *b, const struct accum *a, const struct histogram *h,
			    const struct far_above *far)
{
	const int128 edge = (int128)ACCUM_NEAR << ACCUM_GRID_BITS;
	const int128 ends = (int128)h->count[LAST_SLOT] - h->count[0] + a->n_far;
	uint64_t n = h->count[0] + h->count[LAST_SLOT] - a->n_far;

	b->sum_least += edge * (ends - 2 * (int128)far->most);
	b->sum_most += edge * (ends - 2 * (int128)far->least);
	b->sq_least = add_up(b->sq_least, multiply((uint128)(edge * edge), n));
	b->sq_most = add_up(b->sq_most, multiply((uint128)(edge * edge), n));
}

/* Rounding to the grid keeps the order, so edges bound what lies between them. */
static struct bounds near_bounds(const struct accum *a, const struct histogram *h,
				 const struct far_above *far)
{
	struct bounds b = {0};

	for (unsigned slot = 1; slot < LAST_SLOT; slot++) {
		double low, high;

		if (!h->count[slot])
			continue;
		low = histogram_edge(a, slot);
		high = histogram_edge(a, slot + 1);
		low = low < a->min ? a->min : low;
		high = high > a->max ? a->max : high;
		add_bounds(&b, llrint(low * grid), llrint(high * grid), h->count[slot]);
	}
	add_edge_bounds(&b, a, h, far);
	return b;
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

static int check_near_sums(const struct accum *a, const struct histogram *h,
			   const struct far_above *far, struct error *err)
{
	struct bounds b = near_bounds(a, h, far);

	if (a->sum < b.sum_least || a->sum > b.sum_most)
		return impossible(err, "its sum is not one of values in its histogram");
	if (a->sum_sq < b.sq_least || a->sum_sq > b.sq_most || b.sq_least == most_wide)
		return impossible(err, "its sum of squares is not one of values in its histogram");
	if (!moments_agree(a->sum, a->sum_sq, a->n[PIXEL_VALID] - a->n_far))
		return impossible(err, "its sum and its sum of squares contradict each other");
	return 0;
}

/* --- sums of values beyond ACCUM_NEAR --- */

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
static void add_far_bounds(struct accum *lower, struct accum *upper, float extreme, uint64_t least,
			   uint64_t most)
{
	const float nearest = nextafterf(ACCUM_NEAR, INFINITY);

	if (!most)
		return;
	accum_add(upper, extreme, most);
	accum_add(lower, extreme, 1);
	accum_add(lower, copysignf(nearest, extreme), least - 1);
}

static int check_far_sums(const struct accum *a, const struct far_above *far, struct error *err)
{
	struct accum lower, upper;

	accum_clear(&lower);
	accum_clear(&upper);
	add_far_bounds(&lower, &upper, a->max, far->least, far->most);
	add_far_bounds(&lower, &upper, a->min, a->n_far - far->most, a->n_far - far->least);
	if (!far_between(a, &lower, &upper))
		return impossible(err, "its sums of far values are not those of its histogram");
	return 0;
}

/* --- the whole --- */

static int check_area(const struct scene_result *result, struct error *err)
{
	double area = result->area_m2;
	bool any = result->accum.n[PIXEL_VALID] > 0;

	if (isnan(area) || (any ? area > 0 && isfinite(area) : area == 0))
		return 0;
	return impossible(err, "its area is not one of its valid pixels");
}

static int check_failed(const struct scene_result *result, struct error *err)
{
	if (result->error.code < EX__BASE || result->error.code > EX__MAX)
		return impossible(err, "it has failed, but has no error");
	if (result->area_m2 != 0 && !isnan(result->area_m2))
		return impossible(err, "it has failed, and has numbers");
	return 0;
}

int partial_check(const struct scene_result *result, struct error *err)
{
	const struct scene *scene = result->scene;
	const struct accum *a = &result->accum;
	const struct histogram *h = result->histogram;
	struct far_above far;

	if (result->status == SCENE_CANCELLED)
		return impossible(err, "its run was interrupted");
	if (result->status == SCENE_FAILED)
		return check_failed(result, err);
	if (result->error.code || result->error.text[0])
		return impossible(err, "it is ok, and has an error");
	if (!scene->has_band[0] || !scene->has_band[1])
		return impossible(err, "it is ok, but has no bands");
	if (check_counts(scene, a, err) || check_histogram(a, h, err) ||
	    check_extremes(a, h, err) || check_far_count(&far, a, h, err) ||
	    check_far_sums(a, &far, err) || check_near_sums(a, h, &far, err))
		return -1;
	return check_area(result, err);
}

/*
 * Single scenes hold no more than 2^63 pixels, so with that many in all no sum but that of squares
 * near 0 can overflow: |q| <= 2^46 in 128 bits; far |q| < 2^158 in 256, q*q < 2^316 in 384.
 */
int partial_fits(const struct accum *totals, const struct accum *more, struct error *err)
{
	uint128 pixels = (uint128)accum_pixels(totals) + accum_pixels(more), sum_sq;

	if (pixels > INT64_MAX || __builtin_add_overflow(totals->sum_sq, more->sum_sq, &sum_sq))
		return impossible(err, "with it, the totals are more than can be counted");
	return 0;
}
