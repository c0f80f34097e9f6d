/*
 * A whole run: from plan and scene list to committed reports.
 */
#ifndef IMGPIPE_PIPELINE_EXECUTE_H
#define IMGPIPE_PIPELINE_EXECUTE_H

#include "base/cluster.h"
#include "error.h"
#include "executor.h"
#include "meter.h"
#include "options.h"
#include "plan.h"
#include "report_sink.h"
#include "survey.h"
#include "workload.h"

struct scene_list;

struct decorator;

/* What a run is made of. All of it outlives the run. */
struct run_setup {
	const struct options *options;
	const struct plan *plan;
	const struct workload *workload;
	const struct scene_list *scene_list;
	struct samples *samples;
	const struct report_sink *sink;
	const struct executor *executor;
	const struct session *session;
	const struct decorator *decorator; /* NULL: none */
	/* The program is about to end with this status, from another thread than the one that has
	 * called execute(), which does not return. NULL: nothing is left to do then. */
	void (*depart)(const struct options *options, int exit_status);
};

/* What was opened before a run, on the row of what is opened in it. */
static inline void samples_book(struct meter *meter, const struct samples *samples)
{
	struct meter_row *row = &meter->row[METER_DISCOVER];

	row->chunks += samples->opened.chunks;
	row->busy_ns += samples->opened.busy_ns;
	row->cpu_ns += samples->opened.cpu_ns;
}

/*
 * Run all scenes of the list and write the reports to the sink. Returns the exit status (0, 1,
 * a sysexits number or 128 + signal); err is set where the run itself failed or there is something
 * to say.
 */
int execute(const struct run_setup *setup, struct error *err) MUST_CHECK;

#endif
