/*
 * A whole run: from plan and catalogue to committed reports.
 */
#ifndef IMGPIPE_PIPELINE_EXECUTE_H
#define IMGPIPE_PIPELINE_EXECUTE_H

#include "meter.h"
#include "options.h"
#include "plan.h"
#include "report_sink.h"
#include "scene.h"
#include "workload.h"

/*
 * The first scenes of the catalogue, as far as they were opened while planning; one without a name
 * was not. The run takes those that are still fresh, each when its turn has come, and opens the
 * others.
 */
struct samples {
	uint32_t n;
	struct scene *scene;     /* by id, n of them; owned */
	struct scene extra;      /* planned on, where none of those fits; the run opens it anew */
	struct meter_row opened; /* what all scenes cost that were opened so far */
	uint64_t begin_ns;       /* when the first one was; 0: none */
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
 * Run all scenes of the catalogue and write the reports to the sink. Returns the exit status (0, 1,
 * a sysexits number or 128 + signal); err is set where the run itself failed or there is something
 * to say.
 */
int execute(const struct options *options, const struct plan *plan, const struct workload *workload,
	    const struct catalog *catalog, struct samples *samples, const struct report_sink *sink,
	    struct error *err) MUST_CHECK;

#endif
