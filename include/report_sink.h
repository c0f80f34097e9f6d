/*
 * Where the rows of a run go: each finished scene when its turn comes, and the whole at the end.
 * Implemented by the reports (stages/report); called by whoever has scenes to tell of, from one
 * thread at a time.
 */
#ifndef IMGPIPE_REPORT_SINK_H
#define IMGPIPE_REPORT_SINK_H

#include "error.h"
#include "options.h"
#include "plan.h"
#include "run_totals.h"
#include "workload.h"

/* Open reports of one run. */
struct report_set;

struct report_sink {
	/*
	 * Open every report that is wanted, each under a temporary name beside its final one. -1
	 * with EX_CANTCREAT and nothing left behind. `sink`: this one, for what it keeps behind.
	 */
	int (*open)(const struct report_sink *sink, struct report_set **set,
		    const struct plan *plan, const struct options *options, struct error *err);
	/* The row is written, and added up; *result may go afterwards. */
	int (*scene)(struct report_set *set, const struct scene_result *result, struct error *err);
	/*
	 * Write the ends, flush, rename to the final names. On -1 (the first failure) no
	 * half-written file has its final name; reports that are whole have theirs, so that one
	 * full disk does not cost the others.
	 */
	int (*commit)(struct report_set *set, const struct run_totals *totals, struct error *err);
	/* Close; what was not committed is removed. NULL is allowed. */
	void (*free)(struct report_set *set);
};

#endif
