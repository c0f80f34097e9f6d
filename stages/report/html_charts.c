/*
 * Memory over time and the cost of the stages.
 */
#include <string.h>

#include "html_figures.h"
#include "picture/page.h"
#include "run_figures.h"
#include "base/text.h"

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

/* What a figure is drawn of. */
struct drawn {
	const struct run_totals *totals;
	const struct plan *plan;
};

static double most_mib(const struct run_totals *totals)
{
	const struct trace_log *log = totals->trace;
	double most = mib(totals->reserved_peak);

	for (uint32_t i = 0; i < log->n_samples; i++)
		if (mib(log->sample[i].resident) > most)
			most = mib(log->sample[i].resident);
	return most;
}

static void memory_legend(FILE *out, struct svg_legend *legend, const struct plan *plan, bool far)
{
	char budget[80], b[24];

	svg_legend_line(out, legend, SVG_SERIES_1, SVG_SOLID,
			plan->own_memory ? "resident, all processes (PSS)" : "resident");
	svg_legend_line(out, legend, SVG_SERIES_3, SVG_DASHED, "reserved");
	(void)snprintf(budget, sizeof(budget), "budget %s%s", bytes_text(b, plan->budget.limit),
		       far ? ": above the picture" : "");
	svg_legend_line(out, legend, SVG_WARN, SVG_DASHED, budget);
}

static void draw_memory(FILE *out, double width, const void *what)
{
	enum { LEFT = 70, HEIGHT = 214, BELOW = 30 };
	const struct drawn *drawn = what;
	const struct trace_log *log = drawn->totals->trace;
	double most = most_mib(drawn->totals), limit = mib(drawn->plan->budget.limit), top;
	bool far = limit > 4 * most; /* a line so far above would press the curves to the ground */
	struct svg_legend legend = svg_legend_at(LEFT, width - 10), drawn_legend = legend;
	struct svg_plot plot = {
		.x = {.high = (double)(log->end_ns - log->begin_ns) / 1e9,
		      .from = LEFT,
		      .to = width - 10,
		      .format = svg_format_seconds},
		.y = {.format = format_mib},
	};

	memory_legend(NULL, &legend, drawn->plan, far);
	top = legend.y + 22;
	plot.y.from = top + HEIGHT;
	plot.y.to = top;
	svg_axis_fit(&plot.y, 0, far ? most * 1.1 : limit > most ? limit * 1.05 : most * 1.05);
	svg_open(out, width, top + HEIGHT + BELOW, "Memory over time", false);
	memory_legend(out, &drawn_legend, drawn->plan, far);
	svg_frame(out, &plot, NULL, 0);
	put_curves(out, log, &plot);
	if (!far)
		svg_mark_y(out, &plot, limit, SVG_WARN, "budget");
	svg_close(out);
}

void figure_memory(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	const struct drawn drawn = {totals, plan};

	page_figure(
		out, "Memory over time",
		"As a system monitor shows it. Reserved is what the plan has promised to workers, "
		"program and libraries; resident is what the operating system has given. Both stay "
		"under the budget, however large the scenes are.",
		draw_memory, &drawn);
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

static double longest_of(const struct run_totals *totals)
{
	double most = 0;

	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		double s = longest(&totals->meter.row[stage]);

		most = s > most ? s : most;
	}
	return most > 0 ? most : 1;
}

static void stages_legend(FILE *out, struct svg_legend *legend)
{
	svg_legend_area(out, legend, SVG_SERIES_1, "busy (the stage's colour)");
	svg_legend_area(out, legend, SVG_QUIET, "of it CPU time");
	svg_legend_area(out, legend, SVG_SERIALISATION, "waiting");
	svg_legend_area(out, legend, SVG_COMMUNICATION, "messages between workers");
}

static void draw_stages(FILE *out, double width, const void *what)
{
	enum { LEFT = 78, BESIDE = 130, ROW = 26 };
	const struct drawn *drawn = what;
	const struct run_totals *totals = drawn->totals;
	struct svg_axis x = {.from = LEFT,
			     .to = width - BESIDE,
			     .high = longest_of(totals),
			     .format = svg_format_seconds};
	struct svg_legend legend = svg_legend_at(LEFT, width), drawn_legend = legend;
	struct run_figures figures;
	double y;

	run_figures_make(&figures, totals);
	stages_legend(NULL, &legend);
	y = legend.y + 16;
	svg_open(out, width, y + named_stages(drawn->plan) * ROW, "Time of each stage", false);
	stages_legend(out, &drawn_legend);
	for (int stage = 0; stage < N_METER_STAGES; stage++) {
		if (!plan_stage_name(drawn->plan, (enum meter_stage)stage))
			continue;
		put_stage(out, &x, y, (enum meter_stage)stage, &totals->meter.row[stage],
			  figures.worker_s);
		y += ROW;
	}
	svg_close(out);
}

void figure_stages(FILE *out, const struct run_totals *totals, const struct plan *plan)
{
	const struct drawn drawn = {totals, plan};

	page_figure(
		out, "Where the workers' time went",
		"Over all workers; per cent of their time. Busy and not on the CPU: the disk, or "
		"another program had the core.",
		draw_stages, &drawn);
}
