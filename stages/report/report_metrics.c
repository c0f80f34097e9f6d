/*
 * The row of --metrics among the reports: it keeps what metrics.h shows, and writes nothing.
 */
#include "metrics.h"
#include "report.h"
#include "run_figures.h"

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static int metrics_scene(struct open_report *report, const struct scene_result *result,
			 struct error *err)
{
	(void)err;
	if (report->options->metrics)
		report->options->metrics->n_earlier += result->earlier;
	return 0;
}

static void keep_stages(struct metrics *metrics, const struct plan *plan, const struct meter *meter)
{
	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		const struct meter_row *row = &meter->row[stage];

		metrics->stage[stage] = (struct stage_seconds){
			.name = plan_stage_name(plan, (enum meter_stage)stage),
			.busy = seconds(row->busy_ns),
			.cpu = seconds(row->cpu_ns),
			.wait = seconds(meter_row_wait_ns(row)),
		};
	}
}

static void keep_counts(struct metrics *metrics, const struct run_totals *totals)
{
	metrics->n_ok = totals->n_ok;
	metrics->n_failed = totals->n_failed;
	metrics->n_skipped = totals->n_skipped;
	metrics->n_cancelled = totals->n_cancelled;
	metrics->n_incomplete = totals->n_incomplete;
	metrics->bytes_decoded = totals->meter.bytes_decoded;
	metrics->bytes_read = totals->meter.row[METER_FETCH].bytes_in;
	metrics->bytes_read_known = stored_bytes_known(totals, METER_FETCH);
	metrics->files_written = totals->pixels->n_files;
	metrics->bytes_written = totals->pixels->file_bytes;
	metrics->n_workers = totals->n_workers;
	metrics->n_lost = totals->n_lost;
	metrics->memory_planned = totals->predicted.peak;
	metrics->memory_peak = totals->resident_peak;
	metrics->spool_peak = totals->spool_bytes_peak;
}

static int metrics_end(struct open_report *report, const struct run_totals *totals,
		       struct error *err)
{
	struct metrics *metrics = report->options->metrics;
	struct run_figures figures;

	(void)err;
	if (!metrics)
		return 0;
	run_figures_make(&figures, totals);
	keep_counts(metrics, totals);
	keep_stages(metrics, report->plan, &totals->meter);
	metrics->pixels = figures.pixels;
	metrics->wall_s = figures.wall_s;
	metrics->cpu_s = figures.cpu_s;
	metrics->memory_limit = report->plan->budget.limit;
	metrics->finished = true;
	return 0;
}

const struct report report_metrics = {
	.option = {.kind = "metrics",
		   .name = "metrics",
		   .argument = "FILE.prom",
		   .help = "how the run went, for Prometheus (textfile collector); written also "
			   "when the run fails",
		   .made_by = REPORT_BY_RUN,
		   .never_stdout = true,
		   .ending = ".prom"},
	.late = true,
	.scene = metrics_scene,
	.end = metrics_end,
};
