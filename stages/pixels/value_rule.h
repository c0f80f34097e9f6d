/*
 * How values of one grid are scaled and which slot of the histogram is theirs: the numbers that
 * follow from a value_grid, and the operations on them, which are the same for one value
 * (value_rule.c) and for vectors of them (value_run.c). Single IEEE operations and integers only.
 */
#ifndef IMGPIPE_STAGES_VALUE_RULE_H
#define IMGPIPE_STAGES_VALUE_RULE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "accum.h"
#include "base/double_bits.h"
#include "recipe.h"

struct value_rule {
	struct value_grid grid;
	double scale;      /* q = v * scale, rounded */
	float fast;        /* up to this magnitude q fits 32 bits */
	float near;        /* and up to this one 64 bits */
	bool by_q;         /* the range is [-fast, fast]: q has the bin */
	double lo, hi;     /* of the grid */
	float least, most; /* single-precision numbers of the range */
	double before_lo;  /* a quarter of a bin */
	double width, per_width;
	double mid, half, per_half;
	unsigned zero_slot;
	bool zero_outside; /* 0 is not in the range */
};

void value_rule_make(struct value_rule *rule, const struct value_grid *grid);
/* histogram_slot() of a finite value. */
unsigned value_rule_slot(const struct value_rule *rule, float value);
/* histogram_edge(). */
double value_rule_edge(const struct value_rule *rule, const struct accum *a, unsigned slot);

#define RULE_INLINE static inline __attribute__((always_inline))

/* A double's bits from the last of an outer bin on; the bins' numbers begin at that of 1. */
enum { OUTER_SHIFT = 52 - HIST_OCTAVE_BITS, OUTER_ONE = 1023 << HIST_OCTAVE_BITS };

/*
 * Bin of a value of the range that is not by_q, from 0. Adding 1.5 * 2^52 rounds, and leaves the
 * whole number in the low bits. The quotient is much less than a quarter of a bin off, and rounded
 * a quarter below the middle: to the value's bin, or the next one, whose edge decides.
 */
RULE_INLINE int32_t inner_bin(const struct value_rule *rule, double v)
{
	const double whole = 0x1.8p52;
	double next = (v - rule->before_lo) * rule->per_width + whole;
	bool below = v < rule->lo + (next - whole) * rule->width;
	int32_t bin = (int32_t)(uint32_t)(bits_of(next) - below);

	return bin < HIST_BINS ? bin : HIST_BINS - 1;
}

/* Where outer bin `bin` begins, in halves of the range. */
RULE_INLINE double outer_begin(uint32_t bin)
{
	return of_bits((uint64_t)(OUTER_ONE + bin) << OUTER_SHIFT);
}

/*
 * Slot of a value outside the range. The quotient is made less than 2^-19 of it too small: it is in
 * the value's bin, or the one before, and the next edge decides. Below the middle all is turned
 * round, which is exact.
 */
RULE_INLINE int32_t outer_slot(const struct value_rule *rule, double v)
{
	const uint64_t step = UINT64_C(1) << OUTER_SHIFT;
	double distance = v - rule->mid, side = copysign(1, distance);
	double x = fabs(distance) * rule->per_half, next;
	uint64_t bits;
	int32_t bin, below = -(int32_t)(bits_of(distance) >> 63);

	x = x > 1 ? x : 1;
	x = x < 0x1p16 ? x : 0x1p16;
	bits = bits_of(x);
	next = of_bits((bits & ~(step - 1)) + step);
	bits = (bits >> OUTER_SHIFT) + (v * side >= rule->mid * side + rule->half * next);
	bin = (int32_t)(uint32_t)bits - OUTER_ONE;
	bin = bin < HIST_OUTER ? bin : HIST_OUTER;
	return (bin ^ below) + HIST_FIRST + (HIST_BINS & ~below);
}

#endif
