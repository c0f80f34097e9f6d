/*
 * The verdict on costs that --teach has put back: what each took, and what it stands beside.
 */
#include "verdict_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/text.h"
#include "recipe.h"
#include "report_teach.h"
#include "report_words.h"

/* Decimal, as rates are. */
static const char *size_text(char text[24], uint64_t bytes)
{
	double b = (double)bytes;

	(void)snprintf(text, 24, "%.1f %s",
		       b >= 1e9   ? b / 1e9
		       : b >= 1e6 ? b / 1e6
				  : b / 1e3,
		       b >= 1e9   ? "GB"
		       : b >= 1e6 ? "MB"
				  : "kB");
	return text;
}

static double percent_of(double part, double whole)
{
	return whole > 0 ? 100 * part / whole : 0;
}

static void say_gil(struct verdict *v, const struct run_figures *f, const struct run_totals *totals,
		    const struct plan *plan)
{
	double held_s = (double)totals->meter.costs.gil_held_ns / 1e9;
	double work = f->wall_s > 0 ? f->busy_total_s / f->wall_s : 0;
	double waited = percent_of(f->wait_s[WAIT_GIL], f->worker_s);
	unsigned n = totals->n_workers, locks = plan->own_memory ? n : totals->n_ranks;

	if (locks > 1)
		verdict_say(v,
			    "gil: %u workers, %.1f of them at work at a time: there were %u locks, "
			    "one in each process, each held %.0f %% of the time; workers waited "
			    "for theirs %.0f %%",
			    n, work, locks, percent_of(held_s, f->wall_s * locks), waited);
	else
		verdict_say(v,
			    "gil: %u worker%s, %.1f at work at a time: the lock was held %.0f %% "
			    "of the time; workers waited for it %.0f %% of theirs%s",
			    n, n == 1 ? "" : "s", work, percent_of(held_s, f->wall_s), waited,
			    n > 1 ? "; --executor processes has a lock for each" : "");
}

static void say_overhead(struct verdict *v, const struct run_figures *f,
			 const struct run_totals *totals)
{
	const struct teaching_costs *t = &totals->meter.costs;
	double s = (double)t->overhead_ns / 1e9, n = (double)t->n_overheads;
	double work_s = 0;

	for (int stage = METER_FETCH; stage <= METER_REDUCE; stage++)
		work_s += f->busy_s[stage];
	verdict_say(v,
		    "task-overhead: one scheduler spent %.3f s on %" PRIu64
		    " chunks, %.0f %% of the wall time; a chunk's own work is %.2f ms; larger "
		    "chunks (--chunk) pay it less often",
		    s, t->n_overheads, percent_of(s, f->wall_s), n > 0 ? 1e3 * work_s / n : 0);
}

static void say_shipped(struct verdict *v, const struct run_totals *totals)
{
	const struct teaching_costs *t = &totals->meter.costs;
	char sent[24], answers[24];

	verdict_say(v,
		    "ship-pixels: %s of pixels were sent to the reducer in place of %s of answers: "
		    "%.0f times as much",
		    size_text(sent, t->pixel_bytes), size_text(answers, t->answer_bytes),
		    t->answer_bytes ? (double)t->pixel_bytes / (double)t->answer_bytes : 0);
}

static void say_backlog(struct verdict *v, const struct run_totals *totals, const struct plan *plan)
{
	char backlog[24], blocks[24];

	verdict_say(v,
		    "no-backpressure: up to %s of pixels waited to be reduced; the blocks that "
		    "workers hold otherwise are %s together, however large the scene",
		    bytes_text(backlog, totals->meter.costs.backlog_peak),
		    bytes_text(blocks, plan->workers * plan->footprint));
}

static void say_static(struct verdict *v, const struct run_figures *f,
		       const struct run_totals *totals)
{
	char busiest[48] = "";

	if (isfinite(f->imbalance))
		(void)snprintf(busiest, sizeof(busiest), "; the busiest worked %.2f x the mean",
			       f->imbalance);
	verdict_say(
		v,
		"static: %u worker%s had %s share of each scene's chunks beforehand, and waited "
		"%.0f %% of the time with none left%s",
		totals->n_workers, totals->n_workers == 1 ? "" : "s",
		totals->n_workers == 1 ? "its" : "their",
		percent_of(f->wait_s[WAIT_IDLE], f->worker_s), busiest);
}

/* Of the first value that there is; --summary has them all. */
static void say_float_sums(struct verdict *v, const struct run_totals *totals)
{
	const struct pixel_totals *pixels = totals->pixels;
	const struct recipe *recipe = pixels->layout->recipe;
	struct summary s;
	char text[240];
	unsigned first = 0;

	while (first + 1 < pixels->n_values && !pixels->value[first].n_scenes)
		first++;
	totals_summary(&s, pixels, first);
	verdict_say(
		v, "float-sums%s%s: %s", recipe->n_values > 1 ? " of " : "",
		recipe->n_values > 1 ? recipe->value[first].name : "",
		teach_float_text(text, &pixels->value[first].float_sums, s.n[PIXEL_VALID], s.mean));
}

void verdict_costs(struct verdict *verdict, const struct run_figures *figures,
		   const struct run_totals *totals, const struct plan *plan,
		   const struct options *options)
{
	const struct teach *teach = &options->teach;

	if (teaches(teach, TEACH_GIL))
		say_gil(verdict, figures, totals, plan);
	if (teaches(teach, TEACH_TASK_OVERHEAD))
		say_overhead(verdict, figures, totals);
	if (teaches(teach, TEACH_SHIP_PIXELS))
		say_shipped(verdict, totals);
	if (teaches(teach, TEACH_NO_BACKPRESSURE))
		say_backlog(verdict, totals, plan);
	if (teaches(teach, TEACH_STATIC))
		say_static(verdict, figures, totals);
	if (teaches(teach, TEACH_FLOAT_SUMS))
		say_float_sums(verdict, totals);
}
