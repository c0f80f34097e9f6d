/*
 * A grid's numbers, and the slot of one value; over many values the same is done by value_run.c,
 * which must agree to the last bit.
 */
#include "value_rule.h"

#include <math.h>

/* q of the value 1. */
static double grid_scale(const struct value_grid *grid)
{
	return 0x1p30 / (double)(UINT64_C(1) << grid->exponent);
}

int64_t value_grid_q(const struct value_grid *grid, double v)
{
	return llrint(v * grid_scale(grid));
}

/* q + 2^30 is in [0, 2^31]; the largest belongs to the last bin. */
static int32_t bin_of_q(int64_t q)
{
	int64_t bin = (q + (1 << ACCUM_GRID_BITS)) >> (ACCUM_GRID_BITS + 1 - HIST_BITS);

	return (int32_t)(bin < HIST_BINS ? bin : HIST_BINS - 1);
}

unsigned value_rule_slot(const struct value_rule *rule, float value)
{
	const double v = (double)value;

	if (value < rule->least || value > rule->most)
		return (unsigned)outer_slot(rule, v);
	return HIST_FIRST +
	       (unsigned)(rule->by_q ? bin_of_q(llrint(v * rule->scale)) : inner_bin(rule, v));
}

/* The first single-precision number from `edge` on. */
static float float_from(double edge)
{
	float v = (float)edge;

	return (double)v < edge ? nextafterf(v, INFINITY) : v;
}

void value_rule_make(struct value_rule *rule, const struct value_grid *grid)
{
	const double lo = grid->lo, hi = grid->hi, half = hi / 2 - lo / 2;
	const float fast = (float)(UINT64_C(1) << grid->exponent);

	*rule = (struct value_rule){
		.grid = *grid,
		.scale = grid_scale(grid),
		.fast = fast,
		.near = value_grid_near(grid),
		.by_q = hi == (double)fast && lo == -hi,
		.lo = lo,
		.hi = hi,
		.least = float_from(lo),
		.most = -float_from(-hi),
		.before_lo = lo - (hi - lo) / HIST_BINS / 4,
		.width = (hi - lo) / HIST_BINS,
		.per_width = HIST_BINS / (hi - lo),
		.mid = lo / 2 + hi / 2,
		.half = half,
		.per_half = (1 - 0x1p-20) / half,
		.zero_outside = lo > 0 || hi < 0,
	};
	rule->zero_slot = value_rule_slot(rule, 0);
}

unsigned histogram_slot(const struct value_grid *grid, float v)
{
	struct value_rule rule;

	value_rule_make(&rule, grid);
	return value_rule_slot(&rule, v);
}

double value_rule_edge(const struct value_rule *rule, const struct accum *a, unsigned slot)
{
	if (slot == 0)
		return a->min;
	if (slot >= HIST_SLOTS)
		return a->max;
	if (slot < HIST_FIRST)
		return rule->mid - rule->half * outer_begin(HIST_FIRST - slot);
	if (slot > HIST_FIRST + HIST_BINS)
		return rule->mid + rule->half * outer_begin(slot - HIST_FIRST - HIST_BINS);
	return slot == HIST_FIRST + HIST_BINS ? rule->hi
					      : rule->lo + (slot - HIST_FIRST) * rule->width;
}

double histogram_edge(const struct value_grid *grid, const struct accum *a, unsigned slot)
{
	struct value_rule rule;

	value_rule_make(&rule, grid);
	return value_rule_edge(&rule, a, slot);
}
