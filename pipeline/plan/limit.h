/*
 * What a limit is shared out to. Shared by the files of the plan.
 */
#ifndef IMGPIPE_PIPELINE_PLAN_LIMIT_H
#define IMGPIPE_PIPELINE_PLAN_LIMIT_H

#include "plan.h"

enum {
	/* One scene in flight: headers, band tables, open directories, a finished row. */
	PLAN_SLOT_BYTES = 48 << 10,
	/* Of larger batches, with more than this beside the program, nobody looks at all first. */
	PLAN_SURVEY_LIMIT = 512 << 20,
};

/* Set all of the plan that follows from its limit and the survey, whatever scene comes. */
void plan_settle(struct plan *plan);

/* The number of workers, up to those that the limit allows, and what depends on it. */
void plan_set_workers(struct plan *plan, unsigned workers);

/* Must all scenes be looked at before the plan is made? */
bool plan_needs_survey(const struct plan *plan);

/*
 * A limit, in whole MiB as bytes, that leaves `pool` bytes for a scene, and beside GDAL where the
 * scene needs that; and so does every larger one. Found by sharing out one limit after another, so
 * that what is named is enough; one MiB more than the least, as the baseline is measured, and may
 * come out one higher when that limit is tried. UINT64_MAX where none is. Pure.
 */
uint64_t plan_enough(const struct plan *plan, uint64_t pool, bool by_gdal);

#endif
