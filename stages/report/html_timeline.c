/*
 * Timeline of the workers: a row each, a column a moment, in the colour of what took most of that
 * moment. So the picture's size does not depend on the number of events.
 */
#include "html_figures.h"

#include "picture/page.h"
#include "run_figures.h"

enum {
	LEFT = 84,
	MOST_ROWS = 32,
	MOST_CELLS = 16000, /* over all rows */
	MOST_COLUMNS = 800,
	ROW = 20,
	GAP = 5,
	NOTHING = N_TRACE_KINDS /* no event: the worker was between things, or not there */
};

enum svg_colour kind_colour(unsigned kind)
{
	static const enum svg_colour of_stage[N_METER_STAGES] = {
		[METER_DISCOVER] = SVG_DISK,   [METER_CLAIM] = SVG_COMMUNICATION,
		[METER_FETCH] = SVG_DISK,      [METER_DECODE] = SVG_SERIES_1,
		[METER_MASK] = SVG_SERIES_4,   [METER_INDEX] = SVG_SERIES_3,
		[METER_STATS] = SVG_SERIES_6,  [METER_ENCODE] = SVG_SERIES_5,
		[METER_REDUCE] = SVG_SERIES_7, [METER_GATHER] = SVG_DISK,
		[METER_WRITE] = SVG_DISK,
	};

	if (kind < N_METER_STAGES)
		return of_stage[kind];
	if (kind == TRACE_TRANSFER || kind == TRACE_WAIT + WAIT_PEER ||
	    kind == TRACE_WAIT + WAIT_GIL)
		return SVG_COMMUNICATION;
	return kind == TRACE_PACK ? SVG_SERIALISATION : SVG_IDLE;
}

/* One row while it is looked at column by column. */
struct row {
	const struct trace_ring *ring;
	uint32_t next;          /* first event that ends after the column's beginning */
	double ns[NOTHING + 1]; /* in the column, by kind */
};

/* What took most of [from, to); columns come in order. */
static unsigned column_kind(struct row *row, double from, double to)
{
	unsigned best = NOTHING;
	double covered = 0;

	for (unsigned kind = 0; kind <= NOTHING; kind++)
		row->ns[kind] = 0;
	while (row->next < row->ring->n) {
		const struct trace_event *e = &row->ring->event[row->next];
		double begin = (double)e->begin_ns, end = begin + (double)e->busy_ns;
		double b = begin > from ? begin : from, f = end < to ? end : to;

		if (f > b) {
			row->ns[e->kind] += f - b;
			covered += f - b;
		}
		if (end > to)
			break;
		row->next++;
	}
	row->ns[NOTHING] = to - from - covered;
	for (unsigned kind = 0; kind < NOTHING; kind++)
		if (row->ns[kind] > row->ns[best])
			best = kind;
	return best;
}

/* As the workload calls it: of a lab, its own stages. */
static const char *name_of(const struct plan *plan, unsigned kind)
{
	const char *name =
		kind < N_METER_STAGES ? plan_stage_name(plan, (enum meter_stage)kind) : NULL;

	return name ? name : trace_kind_name(kind);
}

/* Equal neighbours are one rectangle. White is what is behind. `name`: of the kind. */
static void put_run(FILE *out, double x, double width, double y, unsigned kind, const char *name,
		    double seconds)
{
	char tip[96], time[SVG_LABEL];

	if (kind == NOTHING)
		return;
	svg_format_seconds(time, seconds);
	(void)snprintf(tip, sizeof(tip), "%s, %s", name, time);
	svg_rect(out, x, y, width, ROW, kind_colour(kind), tip);
}

/* Where things stand. */
struct layout {
	const struct trace_log *log;
	const struct plan *plan;
	double width; /* of the picture */
	unsigned columns;
};

static void put_failed(FILE *out, const struct layout *l, const struct trace *trace, double y)
{
	double begin = (double)l->log->begin_ns;
	double length = (double)(l->log->end_ns - l->log->begin_ns);

	for (uint32_t i = 0; i < trace->chunk.n; i++) {
		const struct trace_event *e = &trace->chunk.event[i];
		double end = ((double)(e->begin_ns + e->busy_ns) - begin) / length;

		if (e->status == CHUNK_FAILED)
			svg_rect(out, LEFT + (l->width - LEFT) * end - 3, y, 4, ROW, SVG_ERROR,
				 "a chunk failed");
	}
}

static void put_row(FILE *out, const struct layout *l, const struct trace *trace, double y)
{
	double begin = (double)l->log->begin_ns;
	double length = (double)(l->log->end_ns - l->log->begin_ns);
	struct row row = {.ring = &trace->lap};
	const unsigned columns = l->columns;
	double width = (l->width - LEFT) / columns;
	unsigned first = 0, kind = NOTHING;

	svg_rect(out, LEFT, y, l->width - LEFT, ROW, SVG_IDLE, NULL);
	for (unsigned i = 0; i <= columns; i++) {
		unsigned k = i == columns ? NOTHING + 1
					  : column_kind(&row, begin + length * i / columns,
							begin + length * (i + 1) / columns);

		if (k == kind)
			continue;
		put_run(out, LEFT + first * width, (i - first) * width, y, kind,
			kind < NOTHING ? name_of(l->plan, kind) : "",
			length * (i - first) / columns / 1e9);
		kind = k;
		first = i;
	}
	put_failed(out, l, trace, y);
	svg_line(out, LEFT, y + ROW + 1, l->width, y + ROW + 1, SVG_GRID, SVG_SOLID);
}

/* Messages, in a row of their own. */
static void put_last_row(FILE *out, struct svg_legend *legend)
{
	svg_legend_row(legend);
	svg_legend_area(out, legend, kind_colour(TRACE_TRANSFER),
			legend->to < PAGE_WIDE
				? "messages, hand-out, waiting for another"
				: "messages, hand-out, waiting for a lock or worker");
	svg_legend_area(out, legend, kind_colour(TRACE_PACK), "packing");
	svg_legend_area(out, legend, SVG_ERROR, "error");
}

/* Of a lab: its own stages, and no disk. */
static void put_lab_legend(FILE *out, struct svg_legend *legend, const struct plan *plan)
{
	static const unsigned kinds[] = {METER_INDEX, METER_STATS, METER_REDUCE};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		svg_legend_area(out, legend, kind_colour(kinds[i]), name_of(plan, kinds[i]));
	put_last_row(out, legend);
}

/* maps: the run made files of pixels. */
static void put_legend(FILE *out, struct svg_legend *legend, bool maps)
{
	static const unsigned kinds[] = {METER_DECODE, METER_MASK,   METER_INDEX,
					 METER_STATS,  METER_ENCODE, METER_REDUCE};

	svg_legend_area(out, legend, kind_colour(METER_FETCH),
			maps ? "disk (discover, fetch, gather, write)"
			     : "disk (discover, fetch, write)");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i] != METER_ENCODE || maps)
			svg_legend_area(out, legend, kind_colour(kinds[i]),
					trace_kind_name(kinds[i]));
	put_last_row(out, legend);
}

static void put_time_axis(FILE *out, double width, double y, double seconds)
{
	struct svg_axis axis = {.low = 0, .high = seconds, .from = LEFT, .to = width};
	double tick[12];
	unsigned n = svg_ticks(&axis, tick, 12);

	for (unsigned i = 0; i < n; i++) {
		double x = svg_at(&axis, tick[i]);
		char text[SVG_LABEL];

		svg_format_seconds(text, tick[i]);
		svg_line(out, x, y, x, y + 4, SVG_QUIET, SVG_SOLID);
		svg_small_text(out, x, y + 16, x > width - 20 ? SVG_END : SVG_MIDDLE, SVG_QUIET,
			       text);
	}
}

/* What was joined, left out or never known. */
static void caption(char *text, size_t size, const struct trace_log *log, unsigned rows,
		    const struct plan *plan)
{
	uint64_t coarse = 0;
	size_t used;

	for (unsigned i = 0; i < log->n_workers; i++)
		if (log->worker[i].lap.resolution_ns > coarse)
			coarse = log->worker[i].lap.resolution_ns;
	used = (size_t)snprintf(
		text, size, "One row per worker, time to the right%s",
		plan->made_up ? "."
			      : ", as on Dask's task stream: each moment has the colour of what "
				"took most of it. Red: messages, hand-out of work, and waiting for "
				"a lock or another worker. Blank: waiting for memory, for an older "
				"scene or for who writes, or nothing left to do. Rest the pointer "
				"on a part to see its name.");
	if (coarse && used < size)
		used += (size_t)snprintf(
			text + used, size - used,
			" There were more events than the trace has room for: those "
			"within %.3g ms were joined, so that their order there is "
			"not known.",
			(double)coarse / 1e6);
	if (rows < log->n_workers && used < size)
		used += (size_t)snprintf(text + used, size - used,
					 " The first %u of %u workers are shown.", rows,
					 log->n_workers);
	if (log->n_elsewhere && used < size)
		(void)snprintf(text + used, size - used,
			       " Workers of other ranks (%u) are not in it.", log->n_elsewhere);
}

/* The main thread has a row where workers are other processes and it did something to be seen. */
static bool hub_worked(const struct trace_log *log)
{
	const struct trace_ring *ring = &log->worker[log->n_workers].lap;
	uint64_t ns = 0;

	for (uint32_t i = 0; i < ring->n; i++)
		ns += ring->event[i].busy_ns;
	return ns > (log->end_ns - log->begin_ns) / MOST_COLUMNS;
}

/* What the figure is drawn of. */
struct drawn {
	const struct run_totals *totals;
	const struct plan *plan;
	unsigned rows;
};

static double legend_of(FILE *out, const struct drawn *drawn, double width)
{
	struct svg_legend legend = svg_legend_at(LEFT, width);

	if (drawn->plan->made_up)
		put_lab_legend(out, &legend, drawn->plan);
	else
		put_legend(out, &legend, drawn->totals->meter.row[METER_ENCODE].chunks > 0);
	return legend.y;
}

static void draw_timeline(FILE *out, double width, const void *what)
{
	const struct drawn *drawn = what;
	const struct trace_log *log = drawn->totals->trace;
	const unsigned rows = drawn->rows, all = rows + hub_worked(log);
	unsigned most = MOST_CELLS / rows < MOST_COLUMNS ? MOST_CELLS / rows : MOST_COLUMNS;
	unsigned room = (unsigned)(width - LEFT);
	struct layout layout = {log, drawn->plan, width, room < most ? room : most};
	double y = legend_of(NULL, drawn, width) + 14;

	svg_open(out, width, y + all * (ROW + GAP) + 24, "Timeline of the workers", false);
	(void)legend_of(out, drawn, width);
	for (unsigned i = 0; i < all; i++, y += ROW + GAP) {
		char name[32] = "main thread";

		if (i < rows)
			(void)snprintf(name, sizeof(name), "worker %u", i);
		svg_text(out, LEFT - 8, y + 14, SVG_END, SVG_QUIET, name);
		put_row(out, &layout, &log->worker[i < rows ? i : log->n_workers], y);
	}
	put_time_axis(out, width, y - 2, (double)(log->end_ns - log->begin_ns) / 1e9);
	svg_close(out);
}

void figure_timeline(FILE *out, const struct run_totals *totals, const struct plan *plan,
		     const char *heading)
{
	const struct trace_log *log = totals->trace;
	struct drawn drawn = {totals, plan,
			      log->n_workers < MOST_ROWS ? log->n_workers : MOST_ROWS};
	char text[800];

	caption(text, sizeof(text), log, drawn.rows, plan);
	page_figure(out, heading, text, draw_timeline, &drawn);
}
