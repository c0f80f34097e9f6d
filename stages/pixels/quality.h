/*
 * Verdicts of quality bands: scene->masks carried out on samples. A *code* is a byte a pixel; codes
 * of several tests, bands and grids are put together by taking the smaller one, in any order. Used
 * by the read stage, which makes them, and the mask stage, which takes them apart. Pure.
 */
#ifndef IMGPIPE_STAGES_QUALITY_H
#define IMGPIPE_STAGES_QUALITY_H

#include <stddef.h>
#include <stdint.h>

#include "scene.h"
#include "window.h"

/*
 * Number of the test that drops the pixel, times 16, and the reason: the smallest is that of the
 * first test that does. Of a pixel that is kept QUALITY_KEPT.
 */
enum { QUALITY_KEPT = 0xFF, QUALITY_REASON = 0xF };
_Static_assert((MASK_TESTS_MOST - 1) * 16 + (int)N_MASK_REASONS <= (int)QUALITY_KEPT &&
		       (int)N_MASK_REASONS <= (int)QUALITY_REASON,
	       "a byte has room for all codes");

/* Bit by slot: the quality bands that are read. */
uint32_t quality_slots(const struct scene *scene);

/* All tests of the band in this slot, on n of its samples: code[i] becomes theirs if smaller. */
void quality_judge(uint8_t *code, const struct scene *scene, unsigned slot, const void *samples,
		   size_t n);

/* Codes of pixels that a mask in the band's own file leaves out (0): as of its nodata. */
void quality_hide(uint8_t *code, const struct scene_masks *masks, unsigned slot,
		  const uint8_t *file_mask, size_t n);

/* Codes of `w` from those of window_coarser(w, ratio): into `out` where they are smaller. */
void quality_repeat(uint8_t *out, const struct window *w, const uint8_t *coarse, uint32_t ratio);
/* The smallest under each pixel, from those of window_finer(w, times). Likewise. */
void quality_gather(uint8_t *out, const struct window *w, const uint8_t *fine, uint32_t times);
/* One code for n pixels. */
void quality_lower(uint8_t *out, uint8_t code, size_t n);

#endif
