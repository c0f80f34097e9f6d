/*
 * Samples of one grid brought to another whose pixels are larger or smaller by a whole number of
 * times. Used by the read stage alone; pure.
 */
#ifndef IMGPIPE_STAGES_RESAMPLE_H
#define IMGPIPE_STAGES_RESAMPLE_H

#include <stdint.h>

#include "sample.h"
#include "scene.h"
#include "window.h"

/* The window of a grid with pixels `ratio` times as large that covers this one. */
struct window window_coarser(const struct window *w, uint32_t ratio);
/* The same window of a grid with pixels `times` times as small. */
struct window window_finer(const struct window *w, uint32_t times);

/*
 * Nearest neighbour, which for whole ratios is replication: `out` has the samples of `w`, `coarse`
 * those of window_coarser(w, ratio). size: bytes of a sample, 1, 2, 4 or 8.
 */
void replicate(void *out, const struct window *w, const void *coarse, uint32_t ratio, size_t size);

/*
 * Means of the stored numbers under each pixel of `w`, of samples of `type`; `fine` has those of
 * window_finer(w, times). Samples that are nodata, or 0 in `mask` (NULL: none), are left out. Where
 * none is left: 0 if the mask leaves out all and not all are nodata, else NaN. Where one that is
 * left is not finite, or their sum: infinity.
 */
void average(double *out, const struct window *w, const void *fine, enum sample_type type,
	     const struct band *band, const uint8_t *mask, uint32_t times);

/* A pixel is masked, 0, where all under it are. */
void average_mask(uint8_t *out, const struct window *w, const uint8_t *fine, uint32_t times);

#endif
