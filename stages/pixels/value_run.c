/*
 * Runs of values, which fit L1, by loops without branches or classes. The values of a run choose
 * the loops: q of 32 bits while all are at most 2^e, of 64 bits up to 2^(16 + e); slots from q,
 * from the bits of the value, or by the rule of any range. Far values alone are added one by one.
 * Each gives what accum.h promises, so results do not depend on where runs begin or end.
 */
#include "value_run.h"

#include "base/simd.h"
#include "class_byte.h"

enum {
	BIN_SHIFT = ACCUM_GRID_BITS + 1 - HIST_BITS, /* from q to a bin of [-2^e, 2^e] */
	COUNT_LANES = 64,
	HALF_Q = 23, /* near |q| <= 2^46: two halves */
	SUM_LANES = 16,
	SUM_BLOCK = 4 * SUM_LANES, /* values; 4 squares of at most 2^60 in 64 bits */
};

/* Of one run: at most 2^11 values, so 64 bits hold all sums. */
struct run_sums {
	int64_t sum;
	uint128 sq;
};

/*
 * q = v * scale rounded to even, for |v| * scale <= 2^30. The scaling is exact, but for results far
 * below 1. Below 2^23 adding 2^23 to the magnitude leaves no digits behind the point, and rounds to
 * even; from there on floats are whole.
 */
static inline __attribute__((always_inline)) int32_t small_q(float v, float scale)
{
	const float whole = 0x1p23f;
	float magnitude = fabsf(v) * scale;
	float rounded = (magnitude + whole) - whole;

	return (int32_t)copysignf(magnitude < whole ? rounded : magnitude, v);
}

/* Bin of q in [-2^30, 2^30]. */
static inline __attribute__((always_inline)) int32_t q_bin(int32_t q)
{
	int32_t bin = (int32_t)(((uint32_t)q + (1u << ACCUM_GRID_BITS)) >> BIN_SHIFT);

	return bin < HIST_BINS ? bin : HIST_BINS - 1;
}

SIMD_KERNEL(run_q, (int32_t * q, const float *value, size_t n, float scale), (q, value, n, scale))
{
	for (size_t i = 0; i < n; i++)
		q[i] = small_q(value[i], scale);
}

/*
 * The same range, values outside too: their exponent and the first bits of their mantissa, which
 * stand next to each other in a float, are the outer bin.
 */
SIMD_KERNEL(run_slots_of_bits, (uint16_t * slot, const float *value, size_t n, float fast),
	    (slot, value, n, fast))
{
	const float scale = 0x1p30f / fast;
	int32_t one;

	memcpy(&one, &fast, sizeof(one));
	for (size_t i = 0; i < n; i++) {
		float v = value[i], magnitude = fabsf(v);
		float clamped = v < -fast ? -fast : v > fast ? fast : v;
		int32_t bits, outer, inner = q_bin(small_q(clamped, scale));

		memcpy(&bits, &magnitude, sizeof(bits));
		outer = (bits - one) >> (23 - HIST_OCTAVE_BITS);
		outer = outer < HIST_OUTER ? outer : HIST_OUTER;
		outer = v < 0 ? -1 - outer : HIST_BINS + outer;
		slot[i] = (uint16_t)(HIST_FIRST + (magnitude > fast ? outer : inner));
	}
}

/* By the rule of any range: bins of values that lie in it; others go to those at its ends. */
SIMD_KERNEL(run_inner,
	    (int32_t * bin, const float *value, size_t n, const struct value_rule *shared),
	    (bin, value, n, shared))
{
	const struct value_rule rule = *shared;

	for (size_t i = 0; i < n; i++) {
		double v = (double)value[i];

		v = v > rule.lo ? v : rule.lo;
		v = v < rule.hi ? v : rule.hi;
		bin[i] = inner_bin(&rule, v);
	}
}

/* Slots of values outside it. */
SIMD_KERNEL(run_outer,
	    (int32_t * slot, const float *value, size_t n, const struct value_rule *shared),
	    (slot, value, n, shared))
{
	const struct value_rule rule = *shared;

	for (size_t i = 0; i < n; i++)
		slot[i] = outer_slot(&rule, (double)value[i]);
}

/* The one or the other. */
SIMD_KERNEL(run_slots,
	    (uint16_t * slot, const int32_t *bin, const int32_t *outer, const float *value,
	     size_t n, float least, float most),
	    (slot, bin, outer, value, n, least, most))
{
	for (size_t i = 0; i < n; i++) {
		bool inside = value[i] >= least && value[i] <= most;

		slot[i] = (uint16_t)(inside ? HIST_FIRST + bin[i] : outer[i]);
	}
}

SIMD_KERNEL(run_slots_inside, (uint16_t * slot, const int32_t *bin, size_t n), (slot, bin, n))
{
	for (size_t i = 0; i < n; i++)
		slot[i] = (uint16_t)(HIST_FIRST + bin[i]);
}

/* Sums of q in [-2^30, 2^30] by lanes: the vectors that a loop over blocks keeps. */
struct sum_lanes {
	int64_t sum[SUM_LANES];
	uint64_t low[SUM_LANES], high[SUM_LANES]; /* of squares, by halves of 32 bits */
};

static inline __attribute__((always_inline)) uint64_t square(int32_t q)
{
	return (uint64_t)((int64_t)q * q);
}

static inline __attribute__((always_inline)) void add_block(struct sum_lanes *lanes,
							    const int32_t *q)
{
	for (size_t k = 0; k < SUM_LANES; k++) {
		int32_t q0 = q[k], q1 = q[k + SUM_LANES], q2 = q[k + 2 * SUM_LANES],
			q3 = q[k + 3 * SUM_LANES];
		uint64_t squares = square(q0) + square(q1) + square(q2) + square(q3);

		lanes->sum[k] += (int64_t)q0 + q1 + q2 + q3;
		lanes->low[k] += (uint32_t)squares;
		lanes->high[k] += squares >> 32;
	}
}

static inline __attribute__((always_inline)) struct run_sums sums_of_lanes(
	const struct sum_lanes *lanes)
{
	uint64_t low = 0, high = 0;
	int64_t sum = 0;

	for (size_t k = 0; k < SUM_LANES; k++) {
		sum += lanes->sum[k];
		low += lanes->low[k];
		high += lanes->high[k];
	}
	return (struct run_sums){sum, ((uint128)high << 32) + low};
}

/* Of the values behind the last whole block. */
static inline __attribute__((always_inline)) void add_rest(struct run_sums *s, const int32_t *q,
							   size_t n)
{
	for (size_t i = 0; i < n; i++) {
		s->sum += q[i];
		s->sq += square(q[i]);
	}
}

SIMD_KERNEL(run_sum, (struct run_sums * s, const int32_t *q, size_t n), (s, q, n))
{
	struct sum_lanes lanes = {0};
	size_t i = 0;

	for (; i + SUM_BLOCK <= n; i += SUM_BLOCK)
		add_block(&lanes, q + i);
	*s = sums_of_lanes(&lanes);
	add_rest(s, q + i, n - i);
}

static inline __attribute__((always_inline)) void count_slots(struct slot_counts *counts,
							      const uint16_t *slot, size_t n)
{
	uint32_t *even = counts->n[0], *odd = counts->n[1];
	const uint16_t *end = slot + n;

	for (; slot + 1 < end; slot += 2) {
		even[slot[0]]++;
		odd[slot[1]]++;
	}
	if (slot < end)
		even[*slot]++;
}

static inline __attribute__((always_inline)) void find_q_slots(int32_t *q, uint16_t *slot,
							       const float *value, size_t n,
							       float scale)
{
	for (size_t i = 0; i < n; i++) {
		q[i] = small_q(value[i], scale);
		slot[i] = (uint16_t)(HIST_FIRST + q_bin(q[i]));
	}
}

/*
 * Where the range is [-2^e, 2^e] and all values lie in it, as most do: q, slots and sums of a
 * block, and then the slots of the block before are counted, unless counts is NULL. A core counts
 * one slot a cycle, as it stores once a cycle, and has room for the arithmetic meanwhile: together
 * they take 0.44 ns a value, one after the other 0.60 (Zen 4).
 */
SIMD_KERNEL(run_in_range,
	    (struct run_sums * s, uint16_t *slot, int32_t *rest, struct slot_counts *counts,
	     const float *value, size_t n, float scale),
	    (s, slot, rest, counts, value, n, scale))
{
	struct sum_lanes lanes = {0};
	size_t i = 0, counted = 0;

	for (; i + SUM_BLOCK <= n; i += SUM_BLOCK) {
		int32_t q[SUM_BLOCK];

		find_q_slots(q, slot + i, value + i, SUM_BLOCK, scale);
		add_block(&lanes, q);
		if (counts)
			count_slots(counts, slot + counted, i - counted);
		counted = i;
	}
	find_q_slots(rest, slot + i, value + i, n - i, scale);
	if (counts)
		count_slots(counts, slot + counted, n - counted);
	*s = sums_of_lanes(&lanes);
	add_rest(s, rest, n - i);
}

/*
 * Of values with |q| <= 2^46. Adding 2^52 to the magnitude leaves no digits behind the point,
 * rounds to even, and leaves |q| in the mantissa. Its square by halves of 23 bits.
 */
SIMD_KERNEL(run_sum_near, (struct run_sums * s, const float *value, size_t n, double scale),
	    (s, value, n, scale))
{
	const uint64_t mantissa = (UINT64_C(1) << 52) - 1, half = (1 << HALF_Q) - 1;
	uint64_t sum = 0, low = 0, mixed = 0, high = 0;

#pragma omp simd reduction(+ : sum, low, mixed, high)
	for (size_t i = 0; i < n; i++) {
		double v = (double)value[i], whole = fabs(v) * scale + 0x1p52;
		uint64_t q, sign = v < 0 ? UINT64_MAX : 0;
		uint64_t l, h;

		memcpy(&q, &whole, sizeof(q));
		q &= mantissa;
		l = q & half;
		h = q >> HALF_Q;
		sum += (q ^ sign) - sign;
		low += (uint64_t)(uint32_t)l * (uint32_t)l;
		mixed += (uint64_t)(uint32_t)l * (uint32_t)h;
		high += (uint64_t)(uint32_t)h * (uint32_t)h;
	}
	*s = (struct run_sums){(int64_t)sum, ((uint128)high << 2 * HALF_Q) +
						     ((uint128)mixed << (HALF_Q + 1)) + low};
}

/*
 * Of the pixels that count, and how many are 0. Those that do not count are 0; so instead of each 0
 * `one` is looked at, the value of some pixel that counts. There is no NaN among them, so the order
 * of comparing does not matter.
 */
SIMD_KERNEL(run_extremes,
	    (float *min_out, float *max_out, size_t *zeros_out, const float *value, size_t n,
	     float one),
	    (min_out, max_out, zeros_out, value, n, one))
{
	float min = one, max = one;
	uint32_t zeros = 0;

#pragma omp simd reduction(min : min) reduction(max : max) reduction(+ : zeros)
	for (size_t i = 0; i < n; i++) {
		float v = value[i] == 0 ? one : value[i];

		zeros += value[i] == 0;
		min = v < min ? v : min;
		max = v > max ? v : max;
	}
	*min_out = min;
	*max_out = max;
	*zeros_out = zeros;
}

SIMD_KERNEL(run_count, (uint64_t * total, const uint8_t *class, size_t n, uint8_t which),
	    (total, class, n, which))
{
	uint8_t lane[COUNT_LANES] = {0}; /* counts to VALUE_RUN / COUNT_LANES at most */
	uint32_t count = 0;
	size_t i = 0;

	for (; i + COUNT_LANES <= n; i += COUNT_LANES)
		for (size_t k = 0; k < COUNT_LANES; k++)
			lane[k] = (uint8_t)(lane[k] + (class[i + k] == which));
	for (size_t k = 0; k < COUNT_LANES; k++)
		count += lane[k];
	for (; i < n; i++)
		count += class[i] == which;
	*total += count;
}

SIMD_KERNEL(run_outside, (uint64_t * total, const uint16_t *slot, size_t n), (total, slot, n))
{
	uint16_t count = 0;

	for (size_t i = 0; i < n; i++)
		count = (uint16_t)(count + ((uint16_t)(slot[i] - HIST_FIRST) >= HIST_BINS));
	*total += count;
}

/* Pixels of that byte, which are some of those `left`. */
static uint64_t count_class(const uint8_t *class, size_t n, uint8_t which, uint64_t *left)
{
	uint64_t count = 0;

	if (*left)
		run_count(&count, class, n, which);
	*left -= count;
	return count;
}

/* Pixels of the other classes, `left` of them in all. */
static void count_others(struct accum *a, struct mask_counts *by, const uint8_t *class, size_t n,
			 uint64_t left)
{
	for (uint8_t c = PIXEL_VALID + 1; left && c < N_PIXEL_CLASSES; c++)
		if (c != PIXEL_MASKED)
			a->n[c] += count_class(class, n, c, &left);
	for (unsigned reason = 0; left && reason < N_MASK_REASONS; reason++) {
		uint64_t count = count_class(class, n, masked_for((enum mask_reason)reason), &left);

		a->n[PIXEL_MASKED] += count;
		by->n[reason] += count;
	}
}

/* The rare far values, one by one; a 0 that does not count takes their places. */
static size_t take_far(struct value_run *run, const struct value_rule *rule, struct accum *a,
		       struct histogram *h, const float *value, size_t n)
{
	size_t far = 0;

	for (size_t i = 0; i < n; i++) {
		bool near = fabsf(value[i]) <= rule->near;

		run->near[i] = near ? value[i] : 0;
		if (near)
			continue;
		far++;
		accum_add(a, &rule->grid, value[i], 1);
		h->count[value_rule_slot(rule, value[i])]++;
	}
	return far;
}

/* What the values of a run are like. */
struct run_kind {
	bool fast;   /* all are at most 2^e */
	bool inside; /* all lie in the range, zeros that do not count included */
	bool far;    /* one is far */
};

/* Of a run that has `others`, too, which do not count; all of it does not. */
static struct run_kind look_at(struct accum *a, const struct value_rule *rule, const float *value,
			       const uint8_t *class, size_t n, size_t others)
{
	size_t zeros, first = 0;
	float min, max;

	while (others && class[first] != PIXEL_VALID)
		first++;
	run_extremes(&min, &max, &zeros, value, n, value[first]);
	if (zeros > others) { /* one that counts is 0 */
		min = min < 0 ? min : 0;
		max = max > 0 ? max : 0;
	}
	a->min = min < a->min ? min : a->min;
	a->max = max > a->max ? max : a->max;
	return (struct run_kind){
		.fast = min >= -rule->fast && max <= rule->fast,
		.inside = min >= rule->least && max <= rule->most && !(rule->zero_outside && zeros),
		.far = min < -rule->near || max > rule->near,
	};
}

static void find_slots(struct value_run *run, const struct value_rule *rule, struct run_kind kind,
		       const float *value, size_t n)
{
	if (rule->by_q) {
		run_slots_of_bits(run->slot, value, n, rule->fast);
		return;
	}
	run_inner(run->q, value, n, rule);
	if (kind.inside) {
		run_slots_inside(run->slot, run->q, n);
		return;
	}
	run_outer(run->outer, value, n, rule);
	run_slots(run->slot, run->q, run->outer, value, n, rule->least, rule->most);
}

/* Slots and sums of near values; and the slots are counted, unless counts is NULL. */
static void find_all(struct value_run *run, const struct value_rule *rule, struct run_kind kind,
		     struct slot_counts *counts, const float *value, size_t n, struct run_sums *s)
{
	if (kind.fast && rule->by_q) {
		run_in_range(s, run->slot, run->q, counts, value, n, (float)rule->scale);
		return;
	}
	find_slots(run, rule, kind, value, n);
	if (counts)
		count_slots(counts, run->slot, n);
	if (kind.fast) {
		run_q(run->q, value, n, (float)rule->scale);
		run_sum(s, run->q, n);
	} else {
		run_sum_near(s, value, n, rule->scale);
	}
}

/*
 * Pixels that do not count have the value 0: they add nothing to the sums, and are taken back from
 * the slot of 0 (which wraps below zero, and comes back when the slots are counted).
 */
static void add_values(struct value_run *run, const struct value_rule *rule, struct run_kind kind,
		       const struct run_cells *to, const float *value, size_t n, size_t n_valid)
{
	struct accum *a = to->accum;
	struct run_sums s;

	find_all(run, rule, kind, to->counts, value, n, &s);
	if (!kind.inside) {
		run_outside(&a->n_outside, run->slot, n);
		a->n_outside -= rule->zero_outside ? n - n_valid : 0;
	}
	to->histogram->count[rule->zero_slot] -= n - n_valid;
	a->n[PIXEL_VALID] += n_valid;
	a->sum += s.sum;
	a->sum_sq += s.sq;
}

bool value_run_add(struct value_run *run, const struct value_rule *rule, const struct run_cells *to,
		   const float *value, const uint8_t *class, size_t n)
{
	struct run_kind kind;
	uint64_t valid = 0;

	run_count(&valid, class, n, PIXEL_VALID);
	count_others(to->accum, to->masked_by, class, n, n - valid);
	if (!valid)
		return false;
	kind = look_at(to->accum, rule, value, class, n, n - valid);
	if (kind.far) {
		valid -= take_far(run, rule, to->accum, to->histogram, value, n);
		value = run->near;
	}
	add_values(run, rule, kind, to, value, n, valid);
	return !to->counts;
}
