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

/* Counts of slots on their way into a histogram. Neighbours often meet in one slot: with two tables
 * the one does not wait for the other. */
struct slot_counts {
	uint32_t n[2][HIST_SLOTS];
};

/* Where a run is added. */
struct run_cells {
	struct accum *accum;
	struct mask_counts *masked_by;
	struct histogram *histogram;
	struct slot_counts *counts; /* of the same values; NULL: the caller counts */
};

/*
 * Add n <= VALUE_RUN pixels: value[i] is finite, and 0 where class[i] (class_byte.h) is not
 * PIXEL_VALID. Slots are counted in to->counts; to->histogram has the few far values, and what
 * makes up for pixels that do not count (below zero, it may wrap until the counts are added). True:
 * there are no counts, and the caller counts run->slot[0] to [n - 1] into the histogram.
 */
bool value_run_add(struct value_run *run, const struct value_rule *rule, const struct run_cells *to,
		   const float *value, const uint8_t *class, size_t n);

#endif
