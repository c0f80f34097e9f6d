/*
 * Figures of a run that the text report, the JSON report and the verdict share, worked out from the
 * meters. Pure.
 */
#ifndef IMGPIPE_RUN_FIGURES_H
#define IMGPIPE_RUN_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include "meter.h"
#include "report.h"

/* CPU time under this share of the time inside stages: workers were working but not running. */
#define RUNNING_SHARE 0.70

struct run_figures {
	double wall_s, cpu_s;
	double worker_s;               /* lives of all workers, each to the end of the last one;
					  the work of who serves those in other processes; and scenes
					  opened before */
	double busy_s[N_METER_STAGES]; /* over all workers */
	double busy_total_s;
	double stage_cpu_s;           /* CPU time inside the stages */
	double wait_s[N_WAIT_CAUSES]; /* over all stages and workers; idle: also after the last
					 chunk */
	double wait_total_s;
	double unmeasured_s;       /* of worker_s: neither busy nor waiting by any meter */
	double pack_s, transfer_s; /* of messages */
	double exchange_s;         /* both */
	double message_share;      /* message bytes / decoded bytes; NaN where none */
	double imbalance;          /* busy time of the busiest worker / of the mean one; NaN: one */
	double efficiency;         /* CPU time / (wall time * workers); NaN where unknown */
	double amplification;      /* decoded bytes / bytes needed; NaN where none */
	uint64_t chunks;           /* worked on */
	uint64_t pixels;           /* that went through the statistics */
	struct meter_row total;    /* the columns of the stage table that add up */
};

void run_figures_make(struct run_figures *out, const struct run_totals *totals);

/*
 * Is this stage's bytes_in (for fetch: bytes_out, too) known? Not where a reader that fetches and
 * decodes in one (GDAL) read everything: blocks were decoded, and none fetched.
 */
bool stored_bytes_known(const struct run_totals *totals, enum meter_stage stage);

/* What a row of the stage table is called where pixels are worked on; and an event of the trace. */
const char *meter_stage_name(enum meter_stage stage);
const char *trace_kind_name(unsigned kind);

/* Share of the workers' time, 0 to 1; 0 if no time was measured. */
double worker_share(const struct run_figures *figures, double seconds);

/* Sum of a row's waits, ns. */
uint64_t meter_row_wait_ns(const struct meter_row *row);

#endif
