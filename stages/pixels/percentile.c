/*
 * What reports show of a histogram: percentiles and the coarse bins. How values lie within a slot
 * is not known but for the ends, where min and max are, and where the sums tell that there are no
 * others. The bounds are in accum.h.
 */
#include "percentile.h"

/* Slots first to end - 1. */
static uint64_t count_between(const struct histogram *h, unsigned first, unsigned end)
{
	uint64_t n = 0;

	for (unsigned slot = first; slot < end; slot++)
		n += h->count[slot];
	return n;
}

/* How far a rank is found: `before` values are in slots below. */
struct at_rank {
	uint64_t before;
	unsigned slot;
};

enum { SLOTS_AT_ONCE = 16, COARSE_STEP = HIST_BINS / COARSE_BINS };

/* To the slot of this rank, which is not below. */
static void go_to(struct at_rank *at, const struct histogram *h, uint64_t rank)
{
	uint64_t before = at->before, more;
	unsigned slot = at->slot;

	for (; slot + SLOTS_AT_ONCE < HIST_SLOTS; slot += SLOTS_AT_ONCE, before += more) {
		more = count_between(h, slot, slot + SLOTS_AT_ONCE);
		if (before + more > rank)
			break;
	}
	for (; slot < HIST_SLOTS - 1 && before + h->count[slot] <= rank; slot++)
		before += h->count[slot];
	*at = (struct at_rank){before, slot};
}

/* Over what the summary has the sums of already, as far as this rank is not in it. */
static void skip_to(struct at_rank *at, const struct summary *s, uint64_t rank)
{
	unsigned bin;

	if (at->slot < HIST_FIRST && s->n_below <= rank)
		*at = (struct at_rank){s->n_below, HIST_FIRST};
	if (at->slot < HIST_FIRST)
		return;
	for (bin = (at->slot - HIST_FIRST) / COARSE_STEP;
	     bin < COARSE_BINS && at->before + s->coarse[bin] <= rank; bin++)
		at->before += s->coarse[bin];
	at->slot = HIST_FIRST + bin * COARSE_STEP;
}

/* Rank p/100 * (n - 1), counted from 0. */
static long double rank_of(double p, uint64_t n)
{
	return (long double)p * (n - 1) / 100;
}

/* What values are known to lie within their slots. */
struct spread {
	const struct value_rule *rule;
	const struct accum *a;
	const struct histogram *h;
	unsigned first, last; /* slots of min and max */
	bool two;             /* all values are min or max */
};

/*
 * Are all values in two slots, and no others than min and max? Any other would show in S or SS: if
 * values of the first slot were d in all above min, those of the last would have to be as much
 * below max, or S would be another. SS would then be less by 2d (max - min), and more by d times
 * the two slots' widths at most, which lie side by side between min and max.
 */
static bool only_two(const struct accum *a, const struct histogram *h,
		     const struct value_rule *rule, unsigned first, unsigned last)
{
	const uint64_t n = h->count[first], m = h->count[last];
	int128 min, max;

	if (first == last || a->n_far || n + m != a->n[PIXEL_VALID])
		return false;
	min = value_grid_q(&rule->grid, (double)a->min);
	max = value_grid_q(&rule->grid, (double)a->max);
	return a->sum == (int128)n * min + (int128)m * max &&
	       a->sum_sq == (uint128)(min * min) * n + (uint128)(max * max) * m;
}

static struct spread spread_of(const struct value_rule *rule, const struct accum *a,
			       const struct histogram *h)
{
	struct spread s = {.rule = rule, .a = a, .h = h};

	s.first = value_rule_slot(rule, a->min);
	s.last = value_rule_slot(rule, a->max);
	s.two = only_two(a, h, rule, s.first, s.last);
	return s;
}

/*
 * The value at `place` in a slot, from 0 to its count - 1: its values lie evenly spread, the first
 * of all at min, the last at max.
 */
static double value_in(const struct spread *s, unsigned slot, long double place)
{
	double low = value_rule_edge(s->rule, s->a, slot), value;
	double high = value_rule_edge(s->rule, s->a, slot + 1);
	long double parts = s->h->count[slot], before = 0.5L;

	if (s->two)
		return slot == s->first ? s->a->min : s->a->max;
	if (slot == s->last) {
		high = s->a->max;
		before = 1;
	}
	if (slot == s->first) {
		low = s->a->min;
		before = 0;
		parts -= slot == s->last && parts > 1;
	}
	value = low + (high - low) * (double)((place + before) / parts);
	return value < s->a->min ? s->a->min : value > s->a->max ? s->a->max : value;
}

/* The value of a rank; between two ranks as far between their values. Not below where `at` is. */
static double value_at(struct at_rank at, const struct spread *s, long double rank)
{
	const uint64_t below = (uint64_t)rank;
	const long double beyond = rank - below;
	double value;

	go_to(&at, s->h, below);
	if (beyond == 0 || below + 1 < at.before + s->h->count[at.slot])
		return value_in(s, at.slot, rank - at.before);
	value = value_in(s, at.slot, (long double)(below - at.before));
	go_to(&at, s->h, below + 1);
	return value + (value_in(s, at.slot, 0) - value) * (double)beyond;
}

double percentile(const struct value_grid *grid, const struct accum *a, const struct histogram *h,
		  uint64_t n, double p)
{
	struct value_rule rule;
	struct spread spread;

	value_rule_make(&rule, grid);
	spread = spread_of(&rule, a, h);
	return value_at((struct at_rank){0, 0}, &spread, rank_of(p, n));
}

/* In rising order, so that each begins where the one before it was found. */
static void percentiles(struct summary *out, struct at_rank at, const struct spread *spread)
{
	for (unsigned i = 0; i < N_PERCENTILES; i++) {
		const long double rank = rank_of(percentile_ranks[i], spread->a->n[PIXEL_VALID]);

		skip_to(&at, out, (uint64_t)rank);
		out->percentile[i] = value_at(at, spread, rank);
	}
}

/* All values are in slots first to last. */
static void coarse_histogram(struct summary *out, const struct histogram *h, unsigned first,
			     unsigned last)
{
	const unsigned above = HIST_FIRST + HIST_BINS;

	out->n_below = count_between(h, first, HIST_FIRST);
	out->n_above = count_between(h, above, last + 1);
	for (unsigned i = 0; i < COARSE_BINS; i++) {
		const unsigned begin = HIST_FIRST + i * COARSE_STEP;

		if (begin + COARSE_STEP > first && begin <= last)
			out->coarse[i] = count_between(h, begin, begin + COARSE_STEP);
	}
}

void summary_of_histogram(struct summary *out, const struct value_rule *rule, const struct accum *a,
			  const struct histogram *h)
{
	const struct spread spread = spread_of(rule, a, h);
	const unsigned first = spread.first < HIST_FIRST ? spread.first : HIST_FIRST;

	coarse_histogram(out, h, spread.first, spread.last);
	percentiles(out, (struct at_rank){0, first}, &spread);
}
