/*
 * Files counted by what became of them: check_outcome.c. Private to stages/check.
 */
#ifndef IMGPIPE_STAGES_CHECK_OUTCOME_H
#define IMGPIPE_STAGES_CHECK_OUTCOME_H

#include "check.h"
#include "run_totals.h"

/* One more file. */
void check_count(struct check_outcome *outcome, const struct scene_result *result);
/* The run is over: what was not counted is left. */
void check_settle(struct check_outcome *outcome, const struct run_totals *totals);

#endif
