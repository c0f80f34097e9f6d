/*
 * The report of one line of a lab: its figures into the line, for the table of all lines; and what
 * every stage cost, where that is wanted.
 */
#include "report/report.h"

#include <stdio.h>

#include "lab_stages.h"
#include "report/report_costs.h"
#include "report/report_json.h"
#include "report/report_words.h"
#include "report/run_figures.h"

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

/* The part of the wall time before the first worker began and after the last one ended. */
static double outside_s(const struct run_totals *totals)
{
	double life = seconds(totals->meter.end_ns - totals->meter.begin_ns);
	double wall = seconds(totals->wall_ns);

	return life < wall ? wall - life : 0;
}

static void fill_line(struct lab_line *line, const struct run_totals *totals,
		      const struct plan *plan)
{
	struct run_figures f;

	run_figures_make(&f, totals);
	line->workers = totals->n_workers;
	(void)snprintf(line->executor, sizeof(line->executor), "%s",
		       totals->executor ? totals->executor : "?");
	line->n_chunks = totals->meter.row[METER_STATS].chunks;
	line->wall_s = f.wall_s;
	line->cpu_s = f.cpu_s;
	line->work_s = f.busy_s[METER_INDEX] + f.busy_s[METER_STATS];
	line->work_cpu_s = (double)(totals->meter.row[METER_INDEX].cpu_ns +
				    totals->meter.row[METER_STATS].cpu_ns) /
			   1e9;
	line->start_s = outside_s(totals);
	line->idle_s = f.wait_s[WAIT_IDLE];
	line->order_s = f.wait_s[WAIT_ORDER];
	line->peak_bytes = totals->resident_peak;
	line->planned_bytes = totals->predicted.peak;
	line->budget_bytes = plan->budget.limit;
	if (totals->n_ok == 1 && !totals->interrupted_by)
		line->status = 0;
}

/* The one scene. Where it failed, that is the line's failure. */
static int lab_scene(struct open_report *report, const struct scene_result *result,
		     struct error *err)
{
	struct lab_line *line = report->options->lab->line;
	struct lab_cells cells;

	(void)err;
	if (result->status == SCENE_FAILED)
		line->error = result->error;
	if (!result->cells)
		return 0;
	cells = lab_cells(result->layout, result->cells);
	line->n_valid = *cells.n_valid;
	line->n_masked = *cells.n_masked;
	line->sum = *cells.sum;
	line->sum_sq = (uint128)*cells.sum_sq;
	return 0;
}

static int lab_end(struct open_report *report, const struct run_totals *totals, struct error *err)
{
	const struct lab *lab = report->options->lab;

	fill_line(lab->line, totals, report->plan);
	if (totals->interrupted_by || !totals->n_ok)
		return 0;
	lab_print_line(report->out, lab);
	lab_page_line(lab, totals, report->plan);
	if (lab->costs)
		report_costs(report->out, totals, report->plan, report->options);
	return report_check(report->out, err);
}

static const struct report report_lab = {
	.option = {.kind = "lab"}, /* see lab_want_line() */
	.scene = lab_scene,
	.end = lab_end,
};

const struct report *const lab_run_reports[] = {&report_json, &report_lab, NULL};

int lab_want_line(struct options *own, struct error *err)
{
	bool shown = !own->lab->silent && lab_shows_text(own);

	return report_want(&own->reports, &report_lab.option, shown ? "-" : "/dev/null", err);
}
