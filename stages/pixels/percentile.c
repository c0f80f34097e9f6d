/*
 * What reports show of a histogram: percentiles and the coarse bins. How values lie within a slot
 * is not known but for the ends, where min and max are, and where the sums tell that there are no
 * others. The bounds are in accum.h.
 */
#include "percentile.h"

const unsigned percentile_ranks[N_PERCENTILES] = {2, 5, 25, 50, 75, 95, 98};

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

/* What is known of how values lie within their slots. */
struct spread {
	const struct value_rule *rule;
	const struct accum *a;
	const struct histogram *h;
	unsigned first, last; /* slots of min and max */
	bool exact;           /* all values of a slot are end_of() it */
};

enum {
	HIST_TOP = HIST_FIRST + HIST_BINS - 1, /* the bin that hi itself is in */
	FEW_SLOTS = 64
};

/*
 * The end of a slot where numbers of few values lie: min, max, hi, else the lower edge, as whole
 * numbers do in many ranges.
 */
static double end_of(const struct spread *s, unsigned slot)
{
	if (slot == s->first)
		return s->a->min;
	if (slot == s->last)
		return s->a->max;
	return slot == HIST_TOP ? s->rule->hi : value_rule_edge(s->rule, s->a, slot);
}

/*
 * Are all values such ends? It is so if S and SS are those of the ends. Values of lower slots can
 * only be above their ends, by d in all, those of the last slot, or from the top bin on, only
 * below, by as much if S is the same. SS is then less by 2d times the distance of two ends, one of
 * either kind, or more, and more by d times the widths of two slots, which lie side by side between
 * these ends: it is less, unless d is 0. Of slots between the top bin and the last this does not
 * hold.
 */
static bool all_at_ends(const struct spread *s)
{
	const struct accum *a = s->a;
	unsigned filled = 0;
	uint64_t n = 0;
	int128 sum = 0;
	uint128 sum_sq = 0;

	if (s->first == s->last || a->n_far)
		return false;
	for (unsigned slot = s->first; slot <= s->last && filled <= FEW_SLOTS; slot++) {
		const uint64_t count = s->h->count[slot];
		int128 q;

		if (!count)
			continue;
		if (slot > HIST_TOP && slot < s->last && s->first < HIST_TOP &&
		    s->h->count[HIST_TOP])
			return false;
		q = value_grid_q(&s->rule->grid, end_of(s, slot));
		filled++;
		n += count;
		sum += q * (int128)count;
		sum_sq += (uint128)(q * q) * count;
	}
	return n == a->n[PIXEL_VALID] && sum == a->sum && sum_sq == a->sum_sq;
}

static struct spread spread_of(const struct value_rule *rule, const struct accum *a,
			       const struct histogram *h)
{
	struct spread s = {.rule = rule, .a = a, .h = h};

	s.first = value_rule_slot(rule, a->min);
	s.last = value_rule_slot(rule, a->max);
	s.exact = all_at_ends(&s);
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

	if (s->exact)
		return end_of(s, slot);
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
