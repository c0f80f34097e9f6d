/*
 * Teaching costs: what --teach does to a run, as a decorator round the operations of its workers
 * (run/decorator.h). The modes and their names are in include/teach.h; --teach float-sums is not
 * here, it is a matter of the stage that sums up.
 */
#ifndef IMGPIPE_PIPELINE_COSTS_H
#define IMGPIPE_PIPELINE_COSTS_H

#include "backlog.h"
#include "gil.h"
#include "options.h"
#include "plan.h"
#include "run/decorator.h"
#include "shares.h"
#include "ship.h"
#include "workload.h"

/* Of one run. */
struct costs {
	struct decorator decorator;
	const struct teach *teach;
	const struct workload *workload;
	struct gil gil;
	struct collector collector;
	struct backlog backlog;
	struct shares shares;
};

void costs_init(struct costs *costs, const struct options *options, const struct plan *plan,
		const struct workload *workload);
void costs_release(struct costs *costs);

/* To be handed to the run; NULL where it has nothing to pay. */
const struct decorator *costs_decorator(const struct costs *costs);

#endif
