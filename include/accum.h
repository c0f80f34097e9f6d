/*
 * Exact, order-free statistics of values over pixels.
 *
 * A value is an IEEE single-precision number v. It is put on the fixed grid 2^(e - 30), where e is
 * the exponent of the value's grid (recipe.h), 0 for NDVI:
 *
 *     q = v * 2^(30 - e), rounded to the nearest integer, ties to even
 *
 * and the sums of q and q*q are kept as integers. So merging is associative and commutative with no
 * rounding at all: the number of workers, the chunk size, the order of arrival and the shape of a
 * reduction tree cannot change one bit of a result. Scaling by a power of two is exact, so integers
 * of the same widths serve every e. A zero has no sign: -0 counts as 0.
 *
 * Error bound of the grid: a float32 with |v| >= 2^(e - 7) is a multiple of 2^(e - 30), so q is
 * exact; for smaller values |q * 2^(e - 30) - v| <= 2^(e - 31). The mean is therefore within
 * 2^(e - 31) of the mean of the float32 values (NDVI: 4.7e-10, and each float32 value within 2^-24
 * relative of the quotient of its operands).
 *
 * Widths: near values, |v| <= 2^(16 + e), go to 128-bit sums: |q| <= 2^46, q*q <= 2^92, so 2^35
 * pixels (34 thousand million) of the largest value fit. Larger values, far ones, are rare and take
 * wide integers of several 64-bit words, equally exact: |q| < 2^(158 - e), as v < 2^128, and for
 * all e fewer than 2^63 pixels fit. Values up to 2^e are the fastest to add.
 *
 * Median and percentiles come from a histogram: HIST_BINS equal bins over the range [lo, hi] of the
 * grid; on either side 64 bins for each doubling of |v - mid| from half to 2^16 half, where mid is
 * the middle of the range and half is half its length; and one bin beyond. Inside the range they
 * are within one bin width, (hi - lo) / 8192 (NDVI: 2.5e-4), of the exact order statistic, outside
 * within 1/64 of its distance from mid; beyond 2^16 half only known to lie before min or max. Rank
 * p/100 * (n - 1) between two others has what lies as far between their values (as numpy.percentile
 * has it). They are never beyond min and max. They are exact where all values are min, max, hi or
 * lower edges of slots, as two values are and whole numbers may be, if hi is not one of several
 * between. Where the range is [-2^e, 2^e], q has the bin: a value is in the
 * bin of what it is rounded to.
 *
 * All of it is plain data without pointers: it may be copied, sent, and put in shared memory. Sums
 * and histograms do not say what grid they are of: who keeps them knows the recipe, and only those
 * of one grid may be merged.
 */
#ifndef IMGPIPE_ACCUM_H
#define IMGPIPE_ACCUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mask.h"

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

enum {
	ACCUM_GRID_BITS = 30,
	ACCUM_NEAR_BITS = 16, /* values up to 2^(16 + e) are near */
	ACCUM_MOST_EXPONENT = 40,
	HIST_BITS = 13,
	HIST_BINS = 1 << HIST_BITS,
	HIST_OCTAVE_BITS = 6, /* 64 bins for each doubling outside the range */
	HIST_OUTER = 16 << HIST_OCTAVE_BITS,
	/* [0] far below, outer bins, from HIST_FIRST on those of [lo, hi], outer bins, far above */
	HIST_FIRST = 1 + HIST_OUTER,
	HIST_SLOTS = HIST_FIRST + HIST_BINS + HIST_OUTER + 1,
	N_PERCENTILES = 7,
	COARSE_BINS = 64 /* the histogram that reports show */
};

/* What became of a pixel; each pixel is exactly one of these. The order is the order of testing. */
enum pixel_class {
	PIXEL_VALID,
	PIXEL_NODATA,    /* a band that the value reads holds its nodata value */
	PIXEL_MASKED,    /* left out by a mask: per-dataset or --mask */
	PIXEL_NONFINITE, /* a sample of these bands is not finite, or the value */
	PIXEL_DIV0,      /* a division by zero that counts */
	N_PIXEL_CLASSES
};

struct accum {
	uint64_t n[N_PIXEL_CLASSES];
	uint64_t n_outside;              /* valid pixels outside [lo, hi] */
	float min, max;                  /* of valid pixels; +inf and -inf while there are none */
	int128 sum;                      /* of q, of near values */
	uint128 sum_sq;                  /* of q*q, for the same pixels */
	uint64_t n_far;                  /* valid pixels that are far */
	uint64_t far_pos[4], far_neg[4]; /* their sums of |q| by sign: 256-bit, low word first */
	uint64_t far_sq[6];              /* their sum of q*q: 384-bit, low word first */
};

struct histogram {
	uint64_t count[HIST_SLOTS];
};

struct value_grid; /* recipe.h */

/*
 * Can statistics be kept on this grid? The exponent is from 0 to ACCUM_MOST_EXPONENT; lo and hi are
 * near values; hi - lo is at least 2^-20 of the larger of their magnitudes, and 2^-126, so that
 * single precision tells its bins apart. All functions below take such grids only.
 */
bool value_grid_valid(const struct value_grid *grid);
/* The largest magnitude of near values: 2^(16 + e). */
float value_grid_near(const struct value_grid *grid);
/* q of a near value; also of an edge between two of them. */
int64_t value_grid_q(const struct value_grid *grid, double v);

void accum_clear(struct accum *a);
void accum_merge(struct accum *into, const struct accum *from);
uint64_t accum_pixels(const struct accum *a);

/* Add `times` pixels of the finite value v; the histogram is not touched. Slow and exact. */
void accum_add(struct accum *a, const struct value_grid *grid, float v, uint64_t times);

/* Slot of a finite value in a histogram: it never falls where v rises. */
unsigned histogram_slot(const struct value_grid *grid, float v);
/*
 * Lower edge of a slot; of the two open ones as far as min and max tell. HIST_SLOTS: the last's
 * upper edge. A slot's values lie between its edges (as rounded to the grid, for [-2^e, 2^e]).
 */
double histogram_edge(const struct value_grid *grid, const struct accum *a, unsigned slot);
void histogram_clear(struct histogram *h);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The same where all values of `from` lie between those of `a`. */
void histogram_merge_of(struct histogram *into, const struct histogram *from, const struct accum *a,
			const struct value_grid *grid);

static inline void mask_counts_merge(struct mask_counts *into, const struct mask_counts *from)
{
	for (unsigned reason = 0; reason < N_MASK_REASONS; reason++)
		into->n[reason] += from->n[reason];
}

extern const unsigned percentile_ranks[N_PERCENTILES]; /* 2 5 25 50 75 95 98 */

/* What reports show. Derived from integers only, so equal integers give equal bits. */
struct summary {
	uint64_t pixels;
	uint64_t n[N_PIXEL_CLASSES];
	struct mask_counts masked_by; /* left 0 by summary_make(): whoever has them sets them */
	uint64_t n_outside;
	double min, max, mean, std; /* NaN where there is no valid pixel; std of the population */
	double percentile[N_PERCENTILES]; /* NaN likewise; percentile[3] is the median */
	double valid_percent;             /* 100 * valid / pixels */
	double area_ha;               /* of valid pixels, NaN where the pixel size is not known */
	uint64_t n_below, n_above;    /* valid pixels under lo and over hi */
	uint64_t coarse[COARSE_BINS]; /* valid pixels in equal bins over [lo, hi] */
};

/* area_m2: total area of the valid pixels in square metres, or NaN. */
void summary_make(struct summary *out, const struct accum *a, const struct histogram *h,
		  double area_m2, const struct value_grid *grid);

#endif
