/*
 * A whole run: from plan and catalogue to committed reports.
 */
#ifndef IMGPIPE_PIPELINE_EXECUTE_H
#define IMGPIPE_PIPELINE_EXECUTE_H

#include "catalog.h"
#include "executor.h"
#include "options.h"
#include "plan.h"
#include "survey.h"
#include "workload.h"
#include "base/cluster.h"

struct decorator;

/* What a run is made of. All of it outlives the run. */
struct run_setup {
	const struct options *options;
	const struct plan *plan;
	const struct workload *workload;
	const struct catalog *catalog;
	struct samples *samples;
	const struct executor *executor;
	const struct session *session;
	const struct decorator *decorator; /* NULL: none */
};

/*
 * Run all scenes of the catalogue and write the reports. Returns the exit status (0, 1, a sysexits
 * number or 128 + signal); err is set where the run itself failed or there is something to say.
 */
int execute(const struct run_setup *setup, struct error *err) MUST_CHECK;

#endif
