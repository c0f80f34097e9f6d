/*
 * The sweep as text: a table, bars, and what they show. Fits the screen.
 */
#include <math.h>
#include <string.h>

#include "budget.h"
#include "report/report_teach.h"
#include "sweep_kinds.h"
#include "base/table.h"
#include "base/text.h"

/* Bars end at so many times the best median: those beside it are the ones to tell apart. */
enum { BAR_MOST = 50, BESIDE_BAR = 12, SHOWN_UP_TO = 5 };

enum column {
	AT_EXECUTOR,
	AT_WORKERS,
	AT_SET,
	AT_CHUNK,
	AT_CHUNKS,
	AT_MIN,
	AT_MEDIAN,
	AT_MAX,
	AT_CPU,
	AT_PEAK,
	AT_OVERHEAD,
	AT_READ,
	AT_MESSAGES,
	AT_SENT,
	N_COLUMNS
};

static const struct table_column columns[N_COLUMNS] = {
	[AT_EXECUTOR] = {.head = "executor", .width = 9, .left = true},
	[AT_WORKERS] = {.head = "workers", .width = 7},
	[AT_SET] = {.head = "working set", .width = 11, .left = true, .drop = 5},
	[AT_CHUNK] = {.head = "chunk", .width = 9},
	[AT_CHUNKS] = {.head = "chunks", .width = 7, .drop = 3},
	[AT_MIN] = {.head = "min s", .width = 7, .drop = 1},
	[AT_MEDIAN] = {.head = "median s", .width = 8},
	[AT_MAX] = {.head = "max s", .width = 7, .drop = 1},
	[AT_CPU] = {.head = "CPU s", .width = 7, .drop = 4},
	[AT_PEAK] = {.head = "peak MiB", .width = 8},
	[AT_OVERHEAD] = {.head = "overhead", .width = 8},
	[AT_READ] = {.head = "read x", .width = 6, .drop = 2},
	[AT_MESSAGES] = {.head = "messages", .width = 8, .drop = 6},
	[AT_SENT] = {.head = "sent MB", .width = 7, .drop = 6},
};

enum { CELL_BYTES = 24 };

static void put_number(char cell[CELL_BYTES], int decimals, const char *unit, double value)
{
	if (isfinite(value))
		(void)snprintf(cell, CELL_BYTES, "%.*f%s", decimals, value, unit);
	else
		(void)snprintf(cell, CELL_BYTES, "-");
}

/* What was measured, behind what was asked for. */
static void put_figures(char text[N_COLUMNS][CELL_BYTES], const struct sweep_point *point)
{
	struct spread wall = point_spread(point, SWEEP_WALL);

	(void)snprintf(text[AT_CHUNKS], CELL_BYTES, "%llu", (unsigned long long)point->chunks);
	put_number(text[AT_MIN], 3, "", wall.min);
	put_number(text[AT_MEDIAN], 3, "", wall.median);
	put_number(text[AT_MAX], 3, "", wall.max);
	put_number(text[AT_CPU], 3, "", point_spread(point, SWEEP_CPU).median);
	put_number(text[AT_PEAK], 1, "", point_spread(point, SWEEP_PEAK).median / (1 << 20));
	put_number(text[AT_OVERHEAD], 1, " %", 100 * point_spread(point, SWEEP_OVERHEAD).median);
	put_number(text[AT_READ], 2, "", point_spread(point, SWEEP_READ).median);
	put_number(text[AT_MESSAGES], 0, "", point->sample[0].messages);
	put_number(text[AT_SENT], 2, "", point->sample[0].message_bytes / 1e6);
}

static const char *outcome_word(const struct sweep_point *point)
{
	return point->status == EX_TEMPFAIL ? "does not fit the budget"
	       : point->status              ? "failed"
					    : "not run";
}

static void put_point(const struct table *table, const struct sweep_point *point)
{
	unsigned after = table_column_at(table, AT_CHUNK + 1);
	char text[N_COLUMNS][CELL_BYTES], line[SWEEP_PROBLEM + 32];
	const char *cell[N_COLUMNS];

	for (unsigned i = 0; i < N_COLUMNS; i++) {
		text[i][0] = '\0';
		cell[i] = text[i];
	}
	cell[AT_EXECUTOR] = point->executor;
	cell[AT_SET] = point->set;
	cell[AT_CHUNK] = point->chunk;
	(void)snprintf(text[AT_WORKERS], CELL_BYTES, "%u", point->workers);
	if (point->n) {
		put_figures(text, point);
		table_row(table, INK_PLAIN, cell);
		if (!*point->problem)
			return;
		(void)fprintf(table->out, "%*s", (int)after, "");
		text_fold(table->out, after, after, point->problem);
		return;
	}
	(void)snprintf(line, sizeof(line), "%s: %s", outcome_word(point), point->problem);
	table_row_begin(table, point->status == EX_TEMPFAIL ? INK_WARNING : INK_BAD, cell,
			AT_CHUNK);
	(void)fputc(' ', table->out);
	text_fold(table->out, after, after, line);
}

/* Where the working set is varied it tells rows apart. */
static void put_table(FILE *out, const struct sweep *sweep)
{
	struct table_column own[N_COLUMNS];
	struct table table;

	memcpy(own, columns, sizeof(own));
	if (sweep_has_sets(sweep))
		own[AT_SET].drop = 0;
	table_init(&table, out, own, N_COLUMNS);
	(void)fputc('\n', out);
	table_head(&table);
	for (unsigned i = 0; i < sweep->n_points; i++)
		put_point(&table, &sweep->point[i]);
}

/* Bars of one plot: where they end, in columns and seconds. */
struct bars {
	int columns;
	double longest;
	unsigned cores;
};

static unsigned short_runs(const struct sweep_point *point, const struct bars *bars)
{
	double share;

	return point_short_of_cores(point, bars->cores, &share);
}

/* "=" to the fastest run (":" where cores were busy elsewhere), "-" to the slowest, the median
 * between them a "|"; ">": goes on. */
static void put_bar(FILE *out, const char *label, const struct sweep_point *point,
		    const struct bars *bars)
{
	const char begin = short_runs(point, bars) ? ':' : '=';
	struct spread wall = point_spread(point, SWEEP_WALL);
	const int end = bars->columns;
	int from = (int)(wall.min / bars->longest * end + 0.5);
	int middle = (int)(wall.median / bars->longest * end + 0.5);
	int to = (int)(wall.max / bars->longest * end + 0.5);

	fprintf(out, "  %9s ", label);
	for (int i = 0; i <= to && i <= end; i++)
		fputc(i == end && to > i ? '>' : i == middle ? '|' : i < from ? begin : '-', out);
	fprintf(out, " %.3f s", wall.median);
}

/* What stands behind a bar over workers. What others are compared with has no speed-up, nor has
 * what was measured beside other programs, or is compared with such. */
static void put_speed_up(FILE *out, const struct series *series, unsigned i,
			 const struct bars *bars)
{
	double speed_up = series_speed_up(series, i);
	unsigned n_short = short_runs(series->point[i], bars);
	char text[64];

	if (n_short)
		(void)snprintf(text, sizeof(text), "cores busy in %u of %u run%s%s", n_short,
			       series->point[i]->n, series->point[i]->n == 1 ? "" : "s",
			       i ? ": no speed-up" : "");
	else if (isfinite(speed_up) && series_spoilt(series, i, bars->cores))
		(void)snprintf(text, sizeof(text), "no speed-up: the first had busy cores");
	else if (isfinite(speed_up) && series_has_one(series))
		(void)snprintf(text, sizeof(text), "speed-up %.2f, efficiency %.0f %%", speed_up,
			       100 * speed_up / series->point[i]->workers);
	else if (isfinite(speed_up))
		(void)snprintf(text, sizeof(text), "%.2f times as fast as %u workers", speed_up,
			       series->point[0]->workers);
	else
		return;
	fputs("  ", out);
	screen_put(out, series_spoilt(series, i, bars->cores) ? INK_WARNING : INK_PLAIN, text);
}

static void put_bars(FILE *out, const struct series *series, bool by_workers,
		     const struct bars *bars)
{
	fputc('\n', out);
	screen_put(out, INK_HEADING, series->name);
	fprintf(out, ", wall time by %s\n", by_workers ? "workers" : "chunk size");
	for (unsigned i = 0; i < series->n; i++) {
		const struct sweep_point *point = series->point[i];
		char label[16];

		(void)snprintf(label, sizeof(label), "%u", point->workers);
		put_bar(out, by_workers ? label : point->chunk, point, bars);
		if (by_workers)
			put_speed_up(out, series, i, bars);
		else if (short_runs(point, bars))
			screen_put(out, INK_WARNING, "  cores busy");
		if (point == series_best(series) && series_has_winner(series, bars->cores))
			screen_put(out, INK_GOOD, "  best");
		fputc('\n', out);
	}
}

/* What stands behind the longest bar: " 12.345 s  speed-up 12.34, efficiency 100 %  best". */
static int bar_columns(FILE *out, bool by_workers)
{
	int room = (int)screen_columns(out) - BESIDE_BAR - (by_workers ? 50 : 23);

	return room < BAR_MOST ? room : BAR_MOST;
}

static void put_plots(FILE *out, const struct series_list *list, bool by_workers, unsigned cores)
{
	struct bars bars = {.columns = bar_columns(out, by_workers), .cores = cores};
	double shortest = INFINITY;

	for (unsigned i = 0; i < list->n; i++)
		for (unsigned j = 0; j < list->series[i].n; j++) {
			struct spread s = point_spread(list->series[i].point[j], SWEEP_WALL);

			bars.longest = fmax(bars.longest, s.max);
			shortest = fmin(shortest, s.median);
		}
	bars.longest = fmin(bars.longest, SHOWN_UP_TO * shortest);
	for (unsigned i = 0; i < list->n; i++)
		if (list->series[i].n > 1)
			put_bars(out, &list->series[i], by_workers, &bars);
	if (list->left_out)
		fprintf(out, "\n(%d series are drawn, there are more)\n", SERIES_MOST);
}

static bool any_short(const struct sweep *sweep)
{
	double share;

	for (unsigned i = 0; i < sweep->n_points; i++)
		if (point_short_of_cores(&sweep->point[i], sweep->cores, &share))
			return true;
	return false;
}

void sweep_text(FILE *out, const struct sweep *sweep)
{
	struct series_list list;
	struct advice advice;
	char line[1024];

	teach_put_marks(out, sweep->options);
	sweep_describe(line, sizeof(line), sweep);
	text_item(out, 7, "Sweep", line);
	put_table(out, sweep);
	series_by_chunk(&list, sweep);
	put_plots(out, &list, false, sweep->cores);
	series_by_workers(&list, sweep);
	put_plots(out, &list, true, sweep->cores);
	fputc('\n', out);
	(void)snprintf(
		line, sizeof(line),
		"= to the fastest run%s, | the median, - to the slowest run, > cut off. CPU, peak, "
		"overhead and read: medians. peak: resident memory. overhead: share of "
		"workers' time outside fetch, decode, mask, index and stats. read: bytes "
		"decoded / bytes needed (read amplification).",
		any_short(sweep) ? " (or : where cores were busy elsewhere)" : "");
	text_fold(out, 0, 0, line);
	if (sweep_has_sets(sweep))
		text_fold(out, 0, 0,
			  "working set: what is in memory at once of a chunk (--working-set).");
	fputc('\n', out);
	sweep_advise(&advice, sweep);
	for (unsigned i = 0; i < advice.n; i++)
		text_item_in(out, advice.ink[i] == INK_PLAIN ? INK_HEADING : advice.ink[i], 2, "*",
			     advice.text[i]);
}
