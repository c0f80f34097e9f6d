/*
 * Pictures of a sweep.
 */
#include <math.h>
#include <string.h>

#include "picture/svg.h"
#include "sweep_kinds.h"

enum { WIDTH = 880, HEIGHT = 420, LEFT = 84, RIGHT = 20, BELOW = 52, LEGEND_ROW = 20 };
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
};

static void columns_of(struct columns *c, const struct series *series, enum sweep_figure figure)
{
	const double unit = figure == SWEEP_PEAK ? 1 << 20 : 1;

	c->n = 0;
	for (unsigned i = 0; i < series->n; i++) {
		struct spread s = point_spread(series->point[i], figure);

		if (!isfinite(s.median))
			continue;
		c->x[c->n] = point_edge(series->point[i]);
		c->low[c->n] = s.min / unit;
		c->middle[c->n] = s.median / unit;
		c->high[c->n++] = s.max / unit;
	}
}

/* The legend wraps; returns the height it took. */
static double put_legend(FILE *out, const struct series_list *list, bool draw)
{
	double x = LEFT, y = 16;

	for (unsigned i = 0; i < list->n; i++) {
		double width = 48 + svg_text_width(list->series[i].name, 12);

		if (x > LEFT && x + width > WIDTH - RIGHT) {
			x = LEFT;
			y += LEGEND_ROW;
		}
		if (draw)
			(void)svg_legend(out, x, y, svg_series(i),
					 i < N_SVG_SERIES ? SVG_SOLID : SVG_DASHED,
					 list->series[i].name);
		x += width;
	}
	return y + 14;
}

static void put_series(FILE *out, const struct svg_plot *plot, const struct columns *c,
		       const char *name, unsigned i)
{
	char tip[160], text[SVG_LABEL];

	svg_ribbon(out, plot, c->x, c->low, c->high, c->n, svg_series(i));
	svg_curve(out, plot, c->x, c->middle, c->n, svg_series(i),
		  i < N_SVG_SERIES ? SVG_SOLID : SVG_DASHED);
	for (unsigned k = 0; k < c->n; k++) {
		plot->y.format(text, c->middle[k]);
		(void)snprintf(tip, sizeof(tip), "%s, %.0f: %s", name, c->x[k], text);
		svg_dot(out, svg_at(&plot->x, c->x[k]), svg_at(&plot->y, c->middle[k]), 3.5,
			svg_series(i), tip);
	}
}

/* Edge of a square chunk of which two decoded bands are so large, 2 bytes a sample. */
static double edge_of_bytes(uint64_t bytes)
{
	return sqrt((double)bytes / 4);
}

/* One row of labels each, so that none lies on another. */
static void put_marks(FILE *out, const struct svg_plot *plot, const struct sweep *sweep)
{
	char label[96];
	double tile = sqrt((double)sweep->store_x * sweep->store_y);
	double automatic = sqrt((double)sweep->auto_x * sweep->auto_y);

	(void)snprintf(label, sizeof(label), "stored %u x %u", sweep->store_x, sweep->store_y);
	if (tile > 0)
		svg_mark_x(out, plot, tile, 0, label);
	if (automatic > 0 && fabs(automatic - tile) > 0.5) {
		(void)snprintf(label, sizeof(label), "auto %u x %u", sweep->auto_x, sweep->auto_y);
		svg_mark_x(out, plot, automatic, 1, label);
	}
	(void)snprintf(label, sizeof(label), "pixels fill L2 (%.3g MiB)",
		       (double)sweep->l2_bytes / (1 << 20));
	if (sweep->l2_bytes)
		svg_mark_x(out, plot, edge_of_bytes(sweep->l2_bytes), 2, label);
	(void)snprintf(label, sizeof(label), "pixels fill L3 (%.3g MiB)",
		       (double)sweep->l3_bytes / (1 << 20));
	if (sweep->l3_bytes)
		svg_mark_x(out, plot, edge_of_bytes(sweep->l3_bytes), 3, label);
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
 * beyond the cores are left out: they wait for a core, whatever the chunk.
 */
static double edge_of_many(const struct sweep *sweep, const struct series_list *list)
{
	const double share = 0.1;
	double edge = 0;

	for (unsigned i = 0; i < list->n; i++)
		for (unsigned k = 0; k < list->series[i].n; k++) {
			const struct sweep_point *point = list->series[i].point[k];

			if (point->workers > sweep->cores ||
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
	bool any = false;
	double last = 0;

	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *point = &sweep->point[i];
		double at = svg_at(&plot->x, point_edge(point)), y = plot->y.from;
		char tip[SWEEP_PROBLEM + 64];

		if ((!point->shrunk && point->status != EX_TEMPFAIL) || !isfinite(at))
			continue;
		(void)snprintf(tip, sizeof(tip), "%s, %u workers, chunk %s: %s", point->executor,
			       point->workers, point->chunk, point->problem);
		svg_line(out, at - 5, y - 5, at + 5, y + 5, SVG_WARN, SVG_SOLID);
		svg_line(out, at - 5, y + 5, at + 5, y - 5, SVG_WARN, SVG_SOLID);
		svg_dot(out, at, y, 2.5, SVG_WARN, tip);
		last = any ? fmin(last, at) : at;
		any = true;
	}
	if (any)
		svg_halo_text(out, last - 8, plot->y.from - 42, SVG_END, SVG_WARN,
			      "x: does not fit the budget");
}

static bool range_of(const struct series_list *list, enum sweep_figure figure,
		     struct svg_plot *plot, double *least, double *most)
{
	struct columns c;
	double low = INFINITY, high = 0;

	*most = 0;
	*least = INFINITY;
	for (unsigned i = 0; i < list->n; i++) {
		columns_of(&c, &list->series[i], figure);
		for (unsigned k = 0; k < c.n; k++) {
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

void sweep_figure_chunks(FILE *out, const struct sweep *sweep, enum sweep_figure figure)
{
	struct series_list list;
	struct svg_plot plot = {
		.x = {.scale = SVG_LOG2,
		      .from = LEFT,
		      .to = WIDTH - RIGHT,
		      .title = "Edge of a chunk, pixels"},
		.y = {.title = figures[figure].title, .format = figures[figure].format}};
	double top, least, most;

	series_by_chunk(&list, sweep);
	top = put_legend(out, &list, false);
	plot.y.from = top + HEIGHT - BELOW;
	plot.y.to = top;
	svg_open(out, WIDTH, top + HEIGHT, figures[figure].label, false);
	if (range_of(&list, figure, &plot, &least, &most)) {
		/* Room for the labels of marks above the curves. */
		if (figure == SWEEP_WALL && most > LINEAR_UP_TO * least) {
			plot.y.scale = SVG_LOG10;
			svg_axis_fit(&plot.y, least / 2, 2 * most);
		} else {
			svg_axis_fit(&plot.y, 0, figure == SWEEP_WALL ? 1.25 * most : most);
		}
		svg_frame(out, &plot, NULL, 0);
		if (figure == SWEEP_WALL) {
			put_zones(out, &plot, sweep, &list);
			put_marks(out, &plot, sweep);
		}
		for (unsigned i = 0; i < list.n; i++) {
			struct columns c;

			columns_of(&c, &list.series[i], figure);
			put_series(out, &plot, &c, list.series[i].name, i);
		}
		if (figure == SWEEP_WALL || figure == SWEEP_PEAK)
			put_refusals(out, &plot, sweep);
	}
	(void)put_legend(out, &list, true);
	svg_close(out);
}
