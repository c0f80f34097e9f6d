/*
 * Pictures of a sweep.
 */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "picture/page.h"
#include "picture/svg.h"
#include "sweep_kinds.h"

enum { LEFT = 84, RIGHT = 20, BELOW = 52 };
/* Times further apart than this are shown on a logarithmic axis: the small ones matter. */
enum { LINEAR_UP_TO = 8 };

static const struct {
	const char *title, *label;
	svg_format *format;
} figures[] = {
	[SWEEP_WALL] = {"Wall time", "Wall time against chunk size", svg_format_seconds},
	[SWEEP_CPU] = {"CPU time", "CPU time against chunk size", svg_format_seconds},
	[SWEEP_PEAK] = {"Peak of resident memory, MiB", "Peak memory against chunk size",
			svg_format_number},
	[SWEEP_OVERHEAD] = {"Share of workers' time", "Overhead share against chunk size",
			    svg_format_percent},
	[SWEEP_READ] = {"Decoded bytes / bytes needed", "Read amplification against chunk size",
			svg_format_number},
};

/* Values of a series, as the plot wants them. */
struct columns {
	unsigned n;
	double x[SERIES_POINTS], low[SERIES_POINTS], middle[SERIES_POINTS], high[SERIES_POINTS];
	bool spoilt[SERIES_POINTS];
};

/* What other programs do to a time; memory and bytes stay what they are. */
static bool is_time(enum sweep_figure figure)
{
	return figure == SWEEP_WALL || figure == SWEEP_OVERHEAD;
}

static void columns_of(struct columns *c, const struct series *series, enum sweep_figure figure,
		       unsigned cores)
{
	const double unit = figure == SWEEP_PEAK ? 1 << 20 : 1;
	double share;

	c->n = 0;
	for (unsigned i = 0; i < series->n; i++) {
		struct spread s = point_spread(series->point[i], figure);

		if (!isfinite(s.median))
			continue;
		c->x[c->n] = point_edge(series->point[i]);
		c->spoilt[c->n] = is_time(figure) &&
				  point_short_of_cores(series->point[i], cores, &share) > 0;
		c->low[c->n] = s.min / unit;
		c->middle[c->n] = s.median / unit;
		c->high[c->n++] = s.max / unit;
	}
}

/* Was a combination refused for want of memory? */
static bool is_refused(const struct sweep_point *point)
{
	return point->shrunk || point->status == EX_TEMPFAIL;
}

static bool has_refusals(const struct sweep *sweep)
{
	for (unsigned i = 0; i < sweep->n_points; i++)
		if (is_refused(&sweep->point[i]))
			return true;
	return false;
}

static void put_cross(FILE *out, double x, double y, const char *tip)
{
	svg_line(out, x - 5, y - 5, x + 5, y + 5, SVG_WARN, SVG_SOLID);
	svg_line(out, x - 5, y + 5, x + 5, y - 5, SVG_WARN, SVG_SOLID);
	svg_dot(out, x, y, 2.5, SVG_WARN, tip);
}

void sweep_draw_dot(FILE *out, double x, double y, enum svg_colour colour, bool spoilt,
		    const char *tip)
{
	svg_dot(out, x, y, spoilt ? 5 : 3.5, colour, tip);
	if (spoilt)
		svg_dot(out, x, y, 3.2, SVG_PAPER, tip);
}

/* Where a sign and its words begin; nothing is drawn where the legend is only laid out. */
static bool put_entry(FILE *out, struct svg_legend *legend, const char *text, double *x)
{
	const double left =
		svg_legend_take(legend, SVG_LINE_SAMPLE + svg_text_width(text, SVG_TEXT_SIZE));

	*x = left + 11;
	if (out)
		svg_text(out, left + SVG_LINE_SAMPLE, legend->y, SVG_START, SVG_INK, text);
	return out != NULL;
}

void sweep_legend_spoilt(FILE *out, struct svg_legend *legend)
{
	double x;

	if (put_entry(out, legend, "cores were busy elsewhere: do not compare", &x))
		sweep_draw_dot(out, x, legend->y - 4, SVG_INK, true, NULL);
}

static void put_legend(FILE *out, struct svg_legend *legend, const struct series_list *list,
		       bool refusals, bool spoilt)
{
	double x;

	for (unsigned i = 0; i < list->n; i++)
		svg_legend_line(out, legend, svg_series(i),
				i < N_SVG_SERIES ? SVG_SOLID : SVG_DASHED, list->series[i].name);
	if (spoilt)
		sweep_legend_spoilt(out, legend);
	if (refusals && put_entry(out, legend, "does not fit the budget", &x))
		put_cross(out, x, legend->y - 4, NULL);
}

static void put_series(FILE *out, const struct svg_plot *plot, const struct columns *c,
		       const char *name, unsigned i)
{
	double joined[SERIES_POINTS];
	char tip[160], text[SVG_LABEL];

	for (unsigned k = 0; k < c->n; k++)
		joined[k] = c->spoilt[k] ? NAN : c->middle[k];
	svg_ribbon(out, plot, c->x, c->low, c->high, c->n, svg_series(i));
	svg_curve(out, plot, c->x, joined, c->n, svg_series(i),
		  i < N_SVG_SERIES ? SVG_SOLID : SVG_DASHED);
	for (unsigned k = 0; k < c->n; k++) {
		plot->y.format(text, c->middle[k]);
		(void)snprintf(tip, sizeof(tip), "%s, %.0f: %s%s", name, c->x[k], text,
			       c->spoilt[k] ? "; cores were busy elsewhere" : "");
		sweep_draw_dot(out, svg_at(&plot->x, c->x[k]), svg_at(&plot->y, c->middle[k]),
			       svg_series(i), c->spoilt[k], tip);
	}
}

/* Edge of a square chunk of which two decoded bands are so large, 2 bytes a sample. */
static double edge_of_bytes(uint64_t bytes)
{
	return sqrt((double)bytes / 4);
}

double sweep_plot_height(double width)
{
	return width < PAGE_WIDE ? 240 : 368;
}

enum { CHUNK_MARKS = 4 };

/* What is known of the axis beforehand. */
struct chunk_marks {
	unsigned n;
	char label[CHUNK_MARKS][64];
	struct svg_mark mark[CHUNK_MARKS];
};

PRINTF_LIKE(3, 4)
static void add_mark(struct chunk_marks *marks, double x, const char *format, ...)
{
	va_list args;

	if (!(x > 0))
		return;
	va_start(args, format);
	(void)vsnprintf(marks->label[marks->n], sizeof(marks->label[0]), format, args);
	va_end(args);
	marks->mark[marks->n] = (struct svg_mark){x, marks->label[marks->n]};
	marks->n++;
}

static void marks_of(struct chunk_marks *marks, const struct sweep *sweep)
{
	double tile = sqrt((double)sweep->store_x * sweep->store_y);
	double automatic = sqrt((double)sweep->auto_x * sweep->auto_y);

	marks->n = 0;
	add_mark(marks, tile, "stored %u x %u", sweep->store_x, sweep->store_y);
	add_mark(marks, fabs(automatic - tile) > 0.5 ? automatic : 0, "auto %u x %u", sweep->auto_x,
		 sweep->auto_y);
	add_mark(marks, edge_of_bytes(sweep->l2_bytes), "pixels fill L2 (%.3g MiB)",
		 (double)sweep->l2_bytes / (1 << 20));
	add_mark(marks, edge_of_bytes(sweep->l3_bytes), "pixels fill L3 (%.3g MiB)",
		 (double)sweep->l3_bytes / (1 << 20));
}

static unsigned most_workers(const struct sweep *sweep)
{
	unsigned most = 0;

	for (unsigned i = 0; i < sweep->n_points; i++)
		most = sweep->point[i].workers > most ? sweep->point[i].workers : most;
	return most;
}

/*
 * Chunks larger than this are too few for the workers: fewer than two each, so that the last ones
 * to end keep the others waiting.
 */
static double edge_of_few(const struct sweep *sweep, unsigned workers)
{
	return sqrt((double)sweep->x_size * sweep->y_size / (2.0 * workers));
}

/* Words below the top of shaded parts. */
static void put_zone(FILE *out, const struct svg_plot *plot, double low, double high,
		     enum svg_colour colour, const char *first, const char *second)
{
	double from = fmax(svg_at(&plot->x, low), plot->x.from);
	double to = fmin(svg_at(&plot->x, high), plot->x.to);
	double width = svg_text_width(strlen(first) > strlen(second) ? first : second, 10.5);
	double middle = (from + to) / 2;

	if (!(to > from + 4))
		return;
	svg_shade_x(out, plot, low, high, colour);
	middle = fmin(fmax(middle, plot->x.from + width / 2 + 4), plot->x.to - width / 2 - 4);
	svg_halo_text(out, middle, plot->y.from - 24, SVG_MIDDLE, SVG_QUIET, first);
	svg_halo_text(out, middle, plot->y.from - 10, SVG_MIDDLE, SVG_QUIET, second);
}

/*
 * Largest edge up to which the overhead of a series is over a tenth; 0 if there is none. Workers
 * that wait for a core, as there are too few or others are at them, are left out.
 */
static double edge_of_many(const struct sweep *sweep, const struct series_list *list)
{
	const double share = 0.1;
	double edge = 0;

	for (unsigned i = 0; i < list->n; i++)
		for (unsigned k = 0; k < list->series[i].n; k++) {
			const struct sweep_point *point = list->series[i].point[k];
			double running;

			if (point->workers > sweep->cores ||
			    point_short_of_cores(point, sweep->cores, &running) ||
			    !(point_spread(point, SWEEP_OVERHEAD).median > share) ||
			    point->chunks < 16 * (uint64_t)point->workers)
				break;
			edge = fmax(edge, point_edge(point));
		}
	return edge;
}

static void put_zones(FILE *out, const struct svg_plot *plot, const struct sweep *sweep,
		      const struct series_list *list)
{
	unsigned workers = most_workers(sweep);
	char second[64];

	put_zone(out, plot, plot->x.low / 2, edge_of_many(sweep, list) * 1.2, SVG_SERIES_5,
		 "too many tasks:", "over 10 % overhead");
	(void)snprintf(second, sizeof(second), "for %u worker%s", workers, workers == 1 ? "" : "s");
	if (workers > 1)
		put_zone(out, plot, edge_of_few(sweep, workers), plot->x.high * 2, SVG_SERIES_4,
			 "too few chunks", second);
}

/* Points that the budget did not allow: crosses on the axis. */
static void put_refusals(FILE *out, const struct svg_plot *plot, const struct sweep *sweep)
{
	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *point = &sweep->point[i];
		double at = svg_at(&plot->x, point_edge(point));
		char tip[SWEEP_PROBLEM + 64];

		if (!is_refused(point) || !isfinite(at))
			continue;
		(void)snprintf(tip, sizeof(tip), "%s, %u workers, chunk %s: %s", point->executor,
			       point->workers, point->chunk, point->problem);
		put_cross(out, at, plot->y.from, tip);
	}
}

static bool range_of(const struct series_list *list, enum sweep_figure figure, unsigned cores,
		     struct svg_plot *plot, double *least, double *most, bool *spoilt)
{
	struct columns c;
	double low = INFINITY, high = 0;

	*most = 0;
	*least = INFINITY;
	*spoilt = false;
	for (unsigned i = 0; i < list->n; i++) {
		columns_of(&c, &list->series[i], figure, cores);
		for (unsigned k = 0; k < c.n; k++) {
			*spoilt = *spoilt || c.spoilt[k];
			low = fmin(low, c.x[k]);
			high = fmax(high, c.x[k]);
			*most = fmax(*most, c.high[k]);
			*least = fmin(*least, c.low[k]);
		}
	}
	plot->x.low = low;
	plot->x.high = high > low ? high : low * 2;
	return isfinite(low) && low > 0;
}

/* Times far apart are shown on a logarithmic axis. */
static void fit_figure(struct svg_axis *y, enum sweep_figure figure, double least, double most)
{
	if (figure == SWEEP_WALL && most > LINEAR_UP_TO * least) {
		y->scale = SVG_LOG10;
		svg_axis_fit(y, least / 2, most);
	} else {
		svg_axis_fit(y, 0, most);
	}
}

static void put_curves(FILE *out, const struct svg_plot *plot, const struct series_list *list,
		       enum sweep_figure figure, unsigned cores)
{
	for (unsigned i = 0; i < list->n; i++) {
		struct columns c;

		columns_of(&c, &list->series[i], figure, cores);
		put_series(out, plot, &c, list->series[i].name, i);
	}
}

void sweep_draw_chunks(FILE *out, double width, const void *what)
{
	const struct sweep_drawn *drawn = what;
	const struct sweep *sweep = drawn->sweep;
	const enum sweep_figure figure = drawn->figure;
	struct series_list list;
	struct svg_plot plot = {
		.x = {.scale = SVG_LOG2,
		      .from = LEFT,
		      .to = width - RIGHT,
		      .title = "Edge of a chunk, pixels"},
		.y = {.title = figures[figure].title, .format = figures[figure].format}};
	struct svg_legend legend = svg_legend_at(LEFT, width), laid_out = legend;
	bool refusals = (figure == SWEEP_WALL || figure == SWEEP_PEAK) && has_refusals(sweep);
	struct chunk_marks marks = {0};
	double least, most;
	bool any, spoilt;

	series_by_chunk(&list, sweep);
	any = range_of(&list, figure, sweep->cores, &plot, &least, &most, &spoilt);
	if (any && figure == SWEEP_WALL)
		marks_of(&marks, sweep);
	put_legend(NULL, &laid_out, &list, refusals, spoilt);
	plot.y.to = laid_out.y + 16 + svg_marks_height(&plot.x, marks.mark, marks.n);
	plot.y.from = plot.y.to + sweep_plot_height(width);
	svg_open(out, width, plot.y.from + BELOW, figures[figure].label, false);
	if (any) {
		fit_figure(&plot.y, figure, least, most);
		svg_frame(out, &plot, NULL, 0);
		if (figure == SWEEP_WALL)
			put_zones(out, &plot, sweep, &list);
		svg_marks(out, &plot, marks.mark, marks.n);
		put_curves(out, &plot, &list, figure, sweep->cores);
		if (refusals)
			put_refusals(out, &plot, sweep);
	}
	put_legend(out, &legend, &list, refusals, spoilt);
	svg_close(out);
}
