/*
 * What a test does to one number, by the words of mask.h alone; for tests. -1: kept, else the
 * reason.
 */
#ifndef TESTS_MASK_EVAL_H
#define TESTS_MASK_EVAL_H

#include <math.h>

#include "mask.h"

static inline bool holds(const struct mask_condition *c, double x)
{
	if (c->bits)
		x = (double)((uint32_t)(int64_t)x & c->bits);
	return x >= c->lo && x <= c->hi;
}

static inline int dropped(const struct mask_test *test, double x)
{
	if (isnan(x))
		return REASON_OTHER;
	for (unsigned i = 0; i < test->n; i++)
		if (holds(&test->condition[i], x))
			return test->keep ? -1 : (int)test->condition[i].reason;
	return test->keep ? test->reason : -1;
}

#endif
