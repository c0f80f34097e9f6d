/*
 * Exact, order-free statistics of an index over pixels.
 *
 * An index value is an IEEE single-precision number v. It is put on the fixed grid 2^-30:
 *
 *     q = v * 2^30, rounded to the nearest integer, ties to even
 *
 * and the sums of q and q*q are kept as integers. So merging is associative and commutative with no
 * rounding at all: the number of workers, the chunk size, the order of arrival and the shape of a
 * reduction tree cannot change one bit of a result.
 *
 * Error bound of the grid: a float32 with |v| >= 2^-7 is a multiple of 2^-30, so q is exact; for
 * smaller values |q/2^30 - v| <= 2^-31. The mean is therefore within 2^-31 (4.7e-10) of the mean of
 * the float32 values, and each float32 value within 2^-24 relative of the quotient of its operands.
 *
 * Range: values with |v| <= ACCUM_NEAR go to 128-bit sums: |q| <= 2^46, q*q <= 2^92, so 2^35
 * pixels (34 thousand million) of the largest value fit. Larger values (quotients with a tiny
 * denominator) are rare and take wide integers of several 64-bit words, equally exact.
 *
 * Median and percentiles come from a histogram: HIST_BINS equal bins over [-1, 1]; on either side
 * 64 bins an octave up to 2^16; and one bin beyond. Inside [-1, 1] they are within one bin width,
 * 2/8192 = 2.5e-4, of the exact order statistic, outside within 1/64 of its value; beyond 2^16 only
 * known to lie before min or max.
 *
 * All of it is plain data without pointers: it may be copied, sent, and put in shared memory.
 */
#ifndef IMGPIPE_ACCUM_H
#define IMGPIPE_ACCUM_H

#include <stddef.h>
#include <stdint.h>

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

enum {
	ACCUM_GRID_BITS = 30,
	ACCUM_NEAR = 65536,
	HIST_BITS = 13,
	HIST_BINS = 1 << HIST_BITS,
	HIST_OCTAVE_BITS = 6, /* 64 bins for each doubling outside [-1, 1] */
	HIST_OUTER = 16 << HIST_OCTAVE_BITS,
	/* [0] below -2^16, outer bins, from HIST_FIRST on those of [-1, 1], outer bins, above 2^16
	 */
	HIST_FIRST = 1 + HIST_OUTER,
	HIST_SLOTS = HIST_FIRST + HIST_BINS + HIST_OUTER + 1,
	N_PERCENTILES = 7,
	COARSE_BINS = 64 /* the histogram that reports show */
};

/* What became of a pixel; each pixel is exactly one of these. The order is the order of testing. */
enum pixel_class {
	PIXEL_VALID,
	PIXEL_NODATA,    /* red or NIR holds its band's nodata value */
	PIXEL_MASKED,    /* left out by a mask: per-dataset or --mask */
	PIXEL_NONFINITE, /* a sample is NaN or infinite, or the quotient is */
	PIXEL_DIV0,      /* the denominator is zero */
	N_PIXEL_CLASSES
};

struct accum {
	uint64_t n[N_PIXEL_CLASSES];
	uint64_t n_outside;              /* valid pixels with |v| > 1 */
	float min, max;                  /* of valid pixels; +inf and -inf while there are none */
	int128 sum;                      /* of q, for |v| <= ACCUM_NEAR */
	uint128 sum_sq;                  /* of q*q, for the same pixels */
	uint64_t n_far;                  /* valid pixels with |v| > ACCUM_NEAR */
	uint64_t far_pos[4], far_neg[4]; /* their sums of |q| by sign: 256-bit, low word first */
	uint64_t far_sq[6];              /* their sum of q*q: 384-bit, low word first */
};

struct histogram {
	uint64_t count[HIST_SLOTS];
};

void accum_clear(struct accum *a);
void accum_merge(struct accum *into, const struct accum *from);
uint64_t accum_pixels(const struct accum *a);

/* Add `times` pixels of the finite value v; the histogram is not touched. Slow and exact. */
void accum_add(struct accum *a, float v, uint64_t times);

/* Slot of a finite value in a histogram. */
unsigned histogram_slot(float v);
/* Lower edge of a slot; of the two open ones as far as min and max tell. HIST_SLOTS: the last's
 * upper edge. */
double histogram_edge(const struct accum *a, unsigned slot);
void histogram_clear(struct histogram *h);
void histogram_merge(struct histogram *into, const struct histogram *from);

extern const unsigned percentile_ranks[N_PERCENTILES]; /* 2 5 25 50 75 95 98 */

/* What reports show. Derived from integers only, so equal integers give equal bits. */
struct summary {
	uint64_t pixels;
	uint64_t n[N_PIXEL_CLASSES];
	uint64_t n_outside;
	double min, max, mean, std; /* NaN where there is no valid pixel; std of the population */
	double percentile[N_PERCENTILES]; /* NaN likewise; percentile[3] is the median */
	double valid_percent;             /* 100 * valid / pixels */
	double area_ha;               /* of valid pixels, NaN where the pixel size is not known */
	uint64_t n_below, n_above;    /* valid pixels under -1 and over 1 */
	uint64_t coarse[COARSE_BINS]; /* valid pixels in equal bins over [-1, 1] */
};

/* area_m2: total area of the valid pixels in square metres, or NaN. */
void summary_make(struct summary *out, const struct accum *a, const struct histogram *h,
		  double area_m2);

#endif
