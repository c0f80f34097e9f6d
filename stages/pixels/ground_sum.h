/*
 * The area of the valid pixels of a scene whose pixels vary in area (scene->ground): a whole number
 * of 2^-30 m2 for each, so that the sum has the same bits in any order.
 */
#ifndef IMGPIPE_STAGES_GROUND_SUM_H
#define IMGPIPE_STAGES_GROUND_SUM_H

#include <math.h>

#include "accum.h"
#include "scene.h"
#include "window.h"

/*
 * Add what is valid in this window of the scene: class[0] is its first pixel, and `stride` lie from
 * one row to the next. constant: class[0] stands for all of them.
 */
void ground_sum(uint128 *sum, const struct scene *scene, const struct window *window,
		const uint8_t *class, size_t stride, bool constant);

/* In m2. */
static inline double ground_sum_m2(uint128 sum)
{
	return ldexp((double)sum, -30);
}

#endif
