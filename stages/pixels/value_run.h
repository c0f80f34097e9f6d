/*
 * Statistics of a run of values that lie one behind another: as accum_add() and histogram_slot()
 * give them one by one, to the last bit, and much faster. Knows no blocks, tiles and groups.
 */
#ifndef IMGPIPE_STAGES_VALUE_RUN_H
#define IMGPIPE_STAGES_VALUE_RUN_H

#include "value_rule.h"

enum { VALUE_RUN = 2048 }; /* values a run: 2048 * (4 + 4 + 2) bytes of L1 */

/* Scratch of one worker. */
struct value_run {
	uint16_t slot[VALUE_RUN];
	int32_t q[VALUE_RUN]; /* before that: bins */
	int32_t outer[VALUE_RUN];
	float near[VALUE_RUN]; /* values of a run that has far ones */
};

/*
 * Add n <= VALUE_RUN pixels: value[i] is finite, and 0 where class[i] (class_byte.h) is not
 * PIXEL_VALID. True: the caller counts run->slot[0] to [n - 1] into the histogram; `h` has already
 * got what makes up for pixels that do not count (below zero, it may wrap until then). False: there
 * is nothing to count.
 */
bool value_run_add(struct value_run *run, const struct value_rule *rule, struct accum *a,
		   struct mask_counts *masked_by, struct histogram *h, const float *value,
		   const uint8_t *class, size_t n);

#endif
