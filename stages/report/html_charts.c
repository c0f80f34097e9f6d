/*
 * Memory over time and the cost of the stages.
 */
#include <string.h>

#include "html_figures.h"
#include "picture/page.h"
#include "run_figures.h"
#include "base/text.h"

enum { WIDTH = 900 };

static double mib(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void format_mib(char text[SVG_LABEL], double value)
{
	if (value >= 10240)
		(void)snprintf(text, SVG_LABEL, "%.0f GiB", value / 1024);
	else
		(void)snprintf(text, SVG_LABEL, value < 10 ? "%.3g MiB" : "%.0f MiB", value);
}

/* Samples as two curves. Reserved memory stays until the next sample: no step is drawn for that. */
static void put_curves(FILE *out, const struct trace_log *log, const struct svg_plot *plot)
{
	static const enum svg_colour colours[2] = {SVG_SERIES_3, SVG_SERIES_1};
	double x[TRACE_SAMPLES], y[TRACE_SAMPLES];

	svg_clip_open(out, plot);
	for (int curve = 0; curve < 2; curve++) {
		for (uint32_t i = 0; i < log->n_samples; i++) {
			const struct trace_sample *s = &log->sample[i];

			x[i] = (double)(s->at_ns - log->begin_ns) / 1e9;
			y[i] = mib(curve ? s->resident : s->reserved);
		}
		svg_curve(out, plot, x, y, log->n_samples, colours[curve],
			  curve ? SVG_SOLID : SVG_DASHED);
	}
	svg_clip_close(out);
}

void figure_memory(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	const struct trace_log *log = totals->trace;
	double most = mib(totals->reserved_peak), limit = mib(plan->budget.limit), x = 70;
	bool far;
	struct svg_plot plot = {
		.x = {.high = (double)(log->end_ns - log->begin_ns) / 1e9,
		      .from = 70,
		      .to = WIDTH - 10,
		      .format = svg_format_seconds},
		.y = {.from = 250, .to = 36, .format = format_mib},
	};
	char budget[80], b[24];

	for (uint32_t i = 0; i < log->n_samples; i++)
		if (mib(log->sample[i].resident) > most)
			most = mib(log->sample[i].resident);
	far = limit > 4 * most; /* a line so far above would press the curves to the ground */
	svg_axis_fit(&plot.y, 0, far ? most * 1.1 : limit > most ? limit * 1.05 : most * 1.05);
	page_figure_open(out, "Memory over time");
	svg_open(out, WIDTH, 280, "Memory over time", false);
	x = svg_legend(out, x, 14, SVG_SERIES_1, SVG_SOLID,
		       plan->own_memory ? "resident, all processes (PSS)" : "resident");
	x = svg_legend(out, x, 14, SVG_SERIES_3, SVG_DASHED, "reserved");
	(void)snprintf(budget, sizeof(budget), "budget %s%s", bytes_text(b, plan->budget.limit),
		       far ? ": above the picture" : "");
	(void)svg_legend(out, x, 14, SVG_WARN, SVG_DASHED, budget);
	svg_frame(out, &plot, NULL, 0);
	put_curves(out, log, &plot);
	if (!far)
		svg_mark_y(out, &plot, limit, SVG_WARN, "budget");
	svg_close(out);
	page_figure_close(
		out,
		"As a system monitor shows it. Reserved is what the plan has promised to workers, "
		"program and libraries; resident is what the operating system has given. Both stay "
		"under the budget, however large the scenes are.");
}

/* --- stages --- */

static double seconds(uint64_t ns)
{
	return (double)ns / 1e9;
}

static void put_bar(FILE *out, const struct svg_axis *x, double y, double height, double from,
		    double value, enum svg_colour colour, const char *what)
{
	char tip[80], text[SVG_LABEL];

	if (value <= 0)
		return;
	svg_format_seconds(text, value);
	(void)snprintf(tip, sizeof(tip), "%s %s", what, text);
	svg_rect(out, svg_at(x, from), y, svg_at(x, value) - x->from, height, colour, tip);
}

/* Time that a stage's row has beside its work. */
static double message_s(const struct meter_row *row)
{
	return seconds(row->pack_ns + row->transfer_ns);
}

static double longest(const struct meter_row *row)
{
	double busy = seconds(row->busy_ns);
	double beside = seconds(meter_row_wait_ns(row)) + message_s(row);

	return busy > beside ? busy : beside;
}

static void put_stage(FILE *out, const struct svg_axis *x, double y, enum meter_stage stage,
		      const struct meter_row *row, double all)
{
	double busy = seconds(row->busy_ns), wait = seconds(meter_row_wait_ns(row));
	char text[96], b[SVG_LABEL];

	svg_text(out, x->from - 8, y + 13, SVG_END, SVG_INK, meter_stage_name(stage));
	put_bar(out, x, y, 8, 0, busy, kind_colour(stage), "busy");
	put_bar(out, x, y + 9, 4, 0, seconds(row->cpu_ns), SVG_QUIET, "CPU");
	put_bar(out, x, y + 14, 4, 0, wait, SVG_SERIALISATION, "waiting");
	put_bar(out, x, y + 14, 4, wait, message_s(row), SVG_COMMUNICATION, "messages");
	svg_format_seconds(b, busy);
	(void)snprintf(text, sizeof(text), "%s busy, %.1f %%", b, all > 0 ? 100 * busy / all : 0);
	svg_small_text(out, svg_at(x, longest(row)) + 6, y + 12, SVG_START, SVG_QUIET, text);
}

/* Rows that the workload does not name are never worked in. */
static unsigned named_stages(const struct plan *plan)
{
	unsigned n = 0;

	for (int stage = 0; stage < N_METER_STAGES; stage++)
		n += plan_stage_name(plan, (enum meter_stage)stage) != NULL;
	return n;
}

void figure_stages(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	struct svg_axis x = {.from = 78, .to = WIDTH - 130, .format = svg_format_seconds};
	struct run_figures figures;
	double most = 0, y = 30, at = x.from;

	run_figures_make(&figures, totals);
	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		double s = longest(&totals->meter.row[stage]);

		most = s > most ? s : most;
	}
	x.high = most > 0 ? most : 1;
	page_figure_open(out, "Where the workers' time went");
	svg_open(out, WIDTH, y + named_stages(plan) * 26, "Time of each stage", false);
	at = svg_legend_area(out, at, 14, SVG_SERIES_1, "busy (the stage's colour)");
	at = svg_legend_area(out, at, 14, SVG_QUIET, "of it CPU time");
	at = svg_legend_area(out, at, 14, SVG_SERIALISATION, "waiting");
	(void)svg_legend_area(out, at, 14, SVG_COMMUNICATION, "messages between workers");
	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		if (!plan_stage_name(plan, (enum meter_stage)stage))
			continue;
		put_stage(out, &x, y, (enum meter_stage)stage, &totals->meter.row[stage],
			  figures.worker_s);
		y += 26;
	}
	svg_close(out);
	page_figure_close(out,
			  "Over all workers; per cent of their time. Busy and not on the CPU: the "
			  "disk, or another program had the core.");
}
