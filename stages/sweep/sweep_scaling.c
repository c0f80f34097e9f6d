/*
 * Pictures of a sweep over workers: time, speed-up, efficiency, with the laws fitted to them.
 */
#include <math.h>

#include "picture/svg.h"
#include "sweep_kinds.h"

enum { LEFT = 84, RIGHT = 20, BELOW = 52, LAW_STEPS = 60 };

static const struct {
	const char *title, *label;
	svg_format *format;
} kinds[] = {
	[SWEEP_TIME] = {"Wall time", "Wall time against workers", svg_format_seconds},
	[SWEEP_SPEEDUP] = {"Speed-up", "Speed-up against workers", svg_format_number},
	[SWEEP_EFFICIENCY] = {"Efficiency", "Efficiency against workers", svg_format_percent},
};

/* Time with n workers as the picture shows it; t1 is what one worker takes. */
static double shown(enum sweep_scaling what, double n, double t, double t1)
{
	if (what == SWEEP_TIME)
		return t;
	return what == SWEEP_SPEEDUP ? t1 / t : t1 / t / n;
}

/* What is shown of point k was measured beside other programs. */
static bool is_spoilt(const struct series *series, enum sweep_scaling what, unsigned k,
		      unsigned cores)
{
	double share;

	return what == SWEEP_TIME ? point_short_of_cores(series->point[k], cores, &share) > 0
				  : series_spoilt(series, k, cores);
}

static void put_points(FILE *out, const struct svg_plot *plot, const struct series *series,
		       enum sweep_scaling what, unsigned i, unsigned cores)
{
	double joined[SERIES_POINTS];
	double x[SERIES_POINTS], low[SERIES_POINTS], middle[SERIES_POINTS], high[SERIES_POINTS];
	double t1 = series_base_time(series);

	for (unsigned k = 0; k < series->n; k++) {
		struct spread s = point_spread(series->point[k], SWEEP_WALL);

		x[k] = series->point[k]->workers;
		low[k] = shown(what, x[k], s.min, t1);
		middle[k] = shown(what, x[k], s.median, t1);
		high[k] = shown(what, x[k], s.max, t1);
		joined[k] = is_spoilt(series, what, k, cores) ? NAN : middle[k];
	}
	svg_ribbon(out, plot, x, low, high, series->n, svg_series(i));
	svg_curve(out, plot, x, joined, series->n, svg_series(i), SVG_SOLID);
	for (unsigned k = 0; k < series->n; k++) {
		char tip[160], text[SVG_LABEL];
		bool spoilt = isnan(joined[k]);

		plot->y.format(text, middle[k]);
		(void)snprintf(tip, sizeof(tip), "%s, %.0f workers: %s%s", series->name, x[k], text,
			       spoilt ? "; cores were busy elsewhere" : "");
		sweep_draw_dot(out, svg_at(&plot->x, x[k]), svg_at(&plot->y, middle[k]),
			       svg_series(i), spoilt, tip);
	}
}

/* Of times that other programs have spoilt no law is drawn, as none is told. */
static void laws_of(struct scaling_fit *fit, const struct series *series, unsigned cores)
{
	double share;

	series_fit(fit, series);
	for (unsigned i = 0; i < series->n; i++)
		if (point_short_of_cores(series->point[i], cores, &share))
			*fit = (struct scaling_fit){.points = fit->points};
}

/* Amdahl dashed, the USL dotted, both in the series' colour, from one worker to the axis' end. */
static void put_laws(FILE *out, const struct svg_plot *plot, const struct series *series,
		     enum sweep_scaling what, unsigned i, unsigned cores)
{
	struct scaling_fit fit;
	double x[LAW_STEPS + 1], amdahl[LAW_STEPS + 1], usl[LAW_STEPS + 1],
		t1 = series_base_time(series);

	laws_of(&fit, series, cores);
	for (unsigned k = 0; k <= LAW_STEPS; k++) {
		x[k] = 1 + (plot->x.high - 1) * k / LAW_STEPS;
		amdahl[k] = shown(what, x[k], amdahl_time(&fit.amdahl, x[k]), t1);
		usl[k] = shown(what, x[k], usl_time(&fit.usl, x[k]), t1);
	}
	if (fit.amdahl.ok)
		svg_curve(out, plot, x, amdahl, LAW_STEPS + 1, svg_series(i), SVG_DASHED);
	if (fit.usl.ok)
		svg_curve(out, plot, x, usl, LAW_STEPS + 1, svg_series(i), SVG_DOTTED);
}

static void put_ideal(FILE *out, const struct svg_plot *plot, const struct series_list *list,
		      enum sweep_scaling what)
{
	double x[LAW_STEPS + 1], y[LAW_STEPS + 1], t1 = INFINITY;

	for (unsigned i = 0; i < list->n; i++)
		if (list->series[i].n > 1)
			t1 = fmin(t1, series_base_time(&list->series[i]));
	for (unsigned k = 0; k <= LAW_STEPS; k++) {
		x[k] = 1 + (plot->x.high - 1) * k / LAW_STEPS;
		y[k] = shown(what, x[k], t1 / x[k], t1);
	}
	svg_curve(out, plot, x, y, LAW_STEPS + 1, SVG_QUIET, SVG_SOLID);
}

/* What is drawn of them? */
static void laws_drawn(const struct series_list *list, unsigned cores, bool *amdahl, bool *usl)
{
	*amdahl = *usl = false;
	for (unsigned i = 0; i < list->n; i++) {
		struct scaling_fit fit;

		laws_of(&fit, &list->series[i], cores);
		*amdahl = *amdahl || (fit.amdahl.ok && list->series[i].n > 1);
		*usl = *usl || (fit.usl.ok && list->series[i].n > 1);
	}
}

/* The lines that no series has, in a row of their own, and the series. */
static void put_legend(FILE *out, struct svg_legend *legend, const struct series_list *list,
		       enum sweep_scaling what, unsigned cores)
{
	bool amdahl, usl, spoilt = false;

	laws_drawn(list, cores, &amdahl, &usl);
	svg_legend_line(out, legend, SVG_QUIET, SVG_SOLID, "ideal");
	if (amdahl)
		svg_legend_line(out, legend, SVG_INK, SVG_DASHED, "Amdahl's law, fitted");
	if (usl)
		svg_legend_line(out, legend, SVG_INK, SVG_DOTTED,
				"Universal Scalability Law, fitted");
	svg_legend_row(legend);
	for (unsigned i = 0; i < list->n; i++) {
		const struct series *series = &list->series[i];

		if (series->n > 1)
			svg_legend_line(out, legend, svg_series(i), SVG_SOLID, series->name);
		for (unsigned k = 0; k < series->n && series->n > 1; k++)
			spoilt = spoilt || is_spoilt(series, what, k, cores);
	}
	if (spoilt)
		sweep_legend_spoilt(out, legend);
}

static void fit_axes(struct svg_plot *plot, const struct series_list *list, enum sweep_scaling what)
{
	double workers = 2, most = what == SWEEP_TIME ? 0 : 1;

	for (unsigned i = 0; i < list->n; i++)
		for (unsigned k = 0; k < list->series[i].n && list->series[i].n > 1; k++) {
			const struct sweep_point *point = list->series[i].point[k];
			struct spread s = point_spread(point, SWEEP_WALL);
			double t = what == SWEEP_TIME ? s.max : s.min;

			workers = fmax(workers, point->workers);
			most = fmax(most, shown(what, point->workers, t,
						series_base_time(&list->series[i])));
		}
	plot->x.low = 1;
	plot->x.high = workers;
	svg_axis_fit(&plot->y, 0, most);
}

/* Whole numbers of workers that were measured. */
static unsigned worker_ticks(const struct series_list *list, double *tick, unsigned most)
{
	unsigned n = 0;

	for (unsigned i = 0; i < list->n; i++)
		for (unsigned k = 0; k < list->series[i].n; k++) {
			double value = list->series[i].point[k]->workers;
			unsigned at = 0;

			while (at < n && tick[at] < value)
				at++;
			if ((at < n && tick[at] == value) || n == most)
				continue;
			for (unsigned j = n++; j > at; j--)
				tick[j] = tick[j - 1];
			tick[at] = value;
		}
	return n;
}

void sweep_draw_workers(FILE *out, double width, const void *drawn)
{
	const struct sweep *sweep = ((const struct sweep_drawn *)drawn)->sweep;
	const enum sweep_scaling what = ((const struct sweep_drawn *)drawn)->scaling;
	struct series_list list;
	struct svg_plot plot = {.x = {.from = LEFT, .to = width - RIGHT, .title = "Workers"},
				.y = {.title = kinds[what].title, .format = kinds[what].format}};
	struct svg_legend legend = svg_legend_at(LEFT, width), laid_out = legend;
	double tick[SERIES_POINTS];
	char label[48];
	const struct svg_mark cores = {sweep->cores, label};
	unsigned ticks;

	series_by_workers(&list, sweep);
	(void)snprintf(label, sizeof(label), "%u physical core%s", sweep->cores,
		       sweep->cores == 1 ? "" : "s");
	fit_axes(&plot, &list, what);
	put_legend(NULL, &laid_out, &list, what, sweep->cores);
	plot.y.to = laid_out.y + 16 + svg_marks_height(&plot.x, &cores, 1);
	plot.y.from = plot.y.to + sweep_plot_height(width);
	svg_open(out, width, plot.y.from + BELOW, kinds[what].label, false);
	ticks = worker_ticks(&list, tick, SERIES_POINTS);
	svg_frame(out, &plot, tick, ticks);
	svg_marks(out, &plot, &cores, 1);
	svg_clip_open(out, &plot);
	put_ideal(out, &plot, &list, what);
	for (unsigned i = 0; i < list.n; i++)
		if (list.series[i].n > 1)
			put_laws(out, &plot, &list.series[i], what, i, sweep->cores);
	svg_clip_close(out);
	for (unsigned i = 0; i < list.n; i++)
		if (list.series[i].n > 1)
			put_points(out, &plot, &list.series[i], what, i, sweep->cores);
	put_legend(out, &legend, &list, what, sweep->cores);
	svg_close(out);
}
