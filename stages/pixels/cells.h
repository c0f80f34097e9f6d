/*
 * The cells of imagery: for each value of the recipe its exact sums, its masked pixels by reason,
 * its histogram, and with --teach float-sums what most programs would have. The stats stage fills
 * them, the reduction of a scene looks at them; between the two the machinery carries them by their
 * reducers (result.h).
 */
#ifndef IMGPIPE_STAGES_CELLS_H
#define IMGPIPE_STAGES_CELLS_H

#include "accum.h"
#include "options.h"
#include "result.h"
#include "teach.h"

extern const struct reducer reducer_moments;    /* struct accum */
extern const struct reducer reducer_reasons;    /* struct mask_counts */
extern const struct reducer reducer_histogram;  /* struct histogram */
extern const struct reducer reducer_float_sums; /* struct float_sums */
extern const struct reducer reducer_ground;     /* uint128: see ground_sum.h */

/* A histogram as it travels: only the part of it that is not zero. */
struct packed_histogram {
	uint32_t first_slot, n_slots;
	uint32_t wide; /* counts are 64 bits, else 32 */
	uint32_t unused;
	unsigned char counts[]; /* n_slots of them */
};

/* The cells of a recipe; see workload.h. */
void pixels_layout(struct result_layout *layout, const struct options *options);

/* Where the cells of one value are in a group; SIZE_MAX where there are none. */
struct value_offsets {
	size_t moments, reasons, histogram, float_sums, ground;
};

struct value_offsets value_offsets(const struct result_layout *layout, unsigned value);

/* The cells of one value in one group. */
struct value_cells {
	struct accum *accum;
	struct mask_counts *masked_by;
	struct histogram *histogram;
	struct float_sums *float_sums; /* NULL without --teach float-sums */
	uint128 *ground;               /* 0 where areas do not vary */
};

static inline struct value_cells value_cells(const struct value_offsets *at,
					     const struct cell_group *group)
{
	return (struct value_cells){
		.accum = group_cell(group, at->moments),
		.masked_by = group_cell(group, at->reasons),
		.histogram = group_cell(group, at->histogram),
		.float_sums = at->float_sums == SIZE_MAX ? NULL : group_cell(group, at->float_sums),
		.ground = group_cell(group, at->ground),
	};
}

#endif
