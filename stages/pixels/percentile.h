/*
 * Any percentile of a value's histogram, from 0 to 100; n over 0 valid pixels. Pure. accum.c.
 */
#ifndef IMGPIPE_PIXELS_PERCENTILE_H
#define IMGPIPE_PIXELS_PERCENTILE_H

#include "accum.h"

double percentile(const struct value_grid *grid, const struct accum *a, const struct histogram *h,
		  uint64_t n, double p);

#endif
