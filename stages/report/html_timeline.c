/*
 * Timeline of the workers: a row each, a column a moment, in the colour of what took most of that
 * moment. So the picture's size does not depend on the number of events.
 */
#include "html_figures.h"

#include "picture/page.h"
#include "run_figures.h"

enum {
	LEFT = 84,
	WIDTH = 900,
	MOST_ROWS = 32,
	MOST_CELLS = 16000, /* over all rows */
	MOST_COLUMNS = 800,
	ROW = 20,
	LEGEND = 18,
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

static void put_row(FILE *out, const struct trace_log *log, const struct plan *plan,
		    const struct trace *trace, double y, unsigned columns)
{
	double begin = (double)log->begin_ns, length = (double)(log->end_ns - log->begin_ns);
	struct row row = {.ring = &trace->lap};
	double width = (double)(WIDTH - LEFT) / columns;
	unsigned first = 0, kind = NOTHING;

	svg_rect(out, LEFT, y, WIDTH - LEFT, ROW, SVG_IDLE, NULL);
	for (unsigned i = 0; i <= columns; i++) {
		unsigned k = i == columns ? NOTHING + 1
					  : column_kind(&row, begin + length * i / columns,
							begin + length * (i + 1) / columns);

		if (k == kind)
			continue;
		put_run(out, LEFT + first * width, (i - first) * width, y, kind,
			kind < NOTHING ? name_of(plan, kind) : "",
			length * (i - first) / columns / 1e9);
		kind = k;
		first = i;
	}
	for (uint32_t i = 0; i < trace->chunk.n; i++) {
		const struct trace_event *e = &trace->chunk.event[i];
		double end = ((double)(e->begin_ns + e->busy_ns) - begin) / length;

		if (e->status == CHUNK_FAILED)
			svg_rect(out, LEFT + (WIDTH - LEFT) * end - 3, y, 4, ROW, SVG_ERROR,
				 "a chunk failed");
	}
	svg_line(out, LEFT, y + ROW + 1, WIDTH, y + ROW + 1, SVG_GRID, SVG_SOLID);
}

/* Of a lab: its own stages, and no disk. */
static void put_lab_legend(FILE *out, double y, const struct plan *plan)
{
	static const unsigned kinds[] = {METER_INDEX, METER_STATS, METER_REDUCE};
	double x = LEFT;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		x = svg_legend_area(out, x, y, kind_colour(kinds[i]), name_of(plan, kinds[i]));
	x = svg_legend_area(out, LEFT, y + LEGEND, kind_colour(TRACE_TRANSFER),
			    "messages, hand-out, waiting for a lock or worker");
	x = svg_legend_area(out, x, y + LEGEND, kind_colour(TRACE_PACK), "packing");
	(void)svg_legend_area(out, x, y + LEGEND, SVG_ERROR, "error");
}

/* maps: the run made files of pixels. */
static void put_legend(FILE *out, double y, bool maps)
{
	const struct {
		unsigned kind;
		const char *text;
	} entries[] = {
		{METER_FETCH,
		 maps ? "disk (discover, fetch, gather, write)" : "disk (discover, fetch, write)"},
		{METER_DECODE, "decode"},
		{METER_MASK, "mask"},
		{METER_INDEX, "index"},
		{METER_STATS, "stats"},
		{METER_ENCODE, "encode"},
		{METER_REDUCE, "reduce"},
		{TRACE_TRANSFER, "messages, hand-out, waiting for a lock or worker"},
		{TRACE_PACK, "packing"},
	};
	double x = LEFT;

	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		if (entries[i].kind == METER_ENCODE && !maps)
			continue;
		if (entries[i].kind == TRACE_TRANSFER) { /* a line of their own */
			x = LEFT;
			y += LEGEND;
		}
		x = svg_legend_area(out, x, y, kind_colour(entries[i].kind), entries[i].text);
	}
	(void)svg_legend_area(out, x, y, SVG_ERROR, "error");
}

static void put_time_axis(FILE *out, double y, double seconds)
{
	struct svg_axis axis = {.low = 0, .high = seconds, .from = LEFT, .to = WIDTH};
	double tick[12];
	unsigned n = svg_ticks(&axis, tick, 12);

	for (unsigned i = 0; i < n; i++) {
		double x = svg_at(&axis, tick[i]);
		char text[SVG_LABEL];

		svg_format_seconds(text, tick[i]);
		svg_line(out, x, y, x, y + 4, SVG_QUIET, SVG_SOLID);
		svg_small_text(out, x, y + 16, x > WIDTH - 20 ? SVG_END : SVG_MIDDLE, SVG_QUIET,
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

void figure_timeline(FILE *out, const struct run_totals *totals, const struct plan *plan,
		     const char *heading)
{
	const struct trace_log *log = totals->trace;
	unsigned rows = log->n_workers < MOST_ROWS ? log->n_workers : MOST_ROWS;
	unsigned columns = MOST_CELLS / rows < MOST_COLUMNS ? MOST_CELLS / rows : MOST_COLUMNS;
	double y = 24 + LEGEND, seconds = (double)(log->end_ns - log->begin_ns) / 1e9;
	bool coordinator = hub_worked(log);
	char text[800];

	page_figure_open(out, heading);
	svg_open(out, WIDTH, y + (rows + coordinator) * (ROW + GAP) + 24, "Timeline of the workers",
		 false);
	if (plan->made_up)
		put_lab_legend(out, 10, plan);
	else
		put_legend(out, 10, totals->meter.row[METER_ENCODE].chunks > 0);
	for (unsigned i = 0; i < rows + coordinator; i++, y += ROW + GAP) {
		char name[32] = "main thread";

		if (i < rows)
			(void)snprintf(name, sizeof(name), "worker %u", i);
		svg_text(out, LEFT - 8, y + 14, SVG_END, SVG_QUIET, name);
		put_row(out, log, plan, &log->worker[i < rows ? i : log->n_workers], y, columns);
	}
	put_time_axis(out, y - 2, seconds);
	svg_close(out);
	caption(text, sizeof(text), log, rows, plan);
	page_figure_close(out, text);
}
