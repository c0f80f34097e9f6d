/*
 * Percentiles of a value's histogram. Pure. percentile.c.
 */
#ifndef IMGPIPE_PIXELS_PERCENTILE_H
#define IMGPIPE_PIXELS_PERCENTILE_H

#include "accum.h"
#include "value_rule.h"

/* Any percentile, from 0 to 100; n over 0 valid pixels. */
double percentile(const struct value_grid *grid, const struct accum *a, const struct histogram *h,
		  uint64_t n, double p);

/* A summary's percentiles, coarse bins and what is below and above them; of a valid pixel or more.
 */
void summary_of_histogram(struct summary *out, const struct value_rule *rule, const struct accum *a,
			  const struct histogram *h);

#endif
