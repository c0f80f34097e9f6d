/*
 * Are the sums of a scene surely possible? A quick answer for the ordinary case, so that thousands
 * of scenes are checked in a second; partial_check.c knows the exact one.
 */
#ifndef IMGPIPE_PARTIAL_SUMS_H
#define IMGPIPE_PARTIAL_SUMS_H

#include <stdbool.h>

#include "accum.h"

/*
 * True: there is no far value, and sum and sum of squares lie between what the slots of the
 * histogram give at the least and at the most. False: nothing is said. The histogram's counts add
 * up to the valid pixels, and the extremes lie in its first and last slot. Pure.
 */
bool partial_sums_surely(const struct value_grid *grid, const struct accum *a,
			 const struct histogram *h);

#endif
