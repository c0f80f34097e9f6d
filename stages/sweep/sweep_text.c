/*
 * The sweep as text: a table, bars, and what they show.
 */
#include <math.h>
#include <string.h>

#include "budget.h"
#include "report/report_teach.h"
#include "sweep_kinds.h"
#include "base/text.h"

/* Bars end at so many times the best median: those beside it are the ones to tell apart. */
enum { BAR_COLUMNS = 50, SHOWN_UP_TO = 5 };

static void put_number(FILE *out, int width, int decimals, double value)
{
	if (isfinite(value))
		fprintf(out, " %*.*f", width, decimals, value);
	else
		fprintf(out, " %*s", width, "-");
}

static void put_point(FILE *out, const struct sweep_point *point)
{
	struct spread wall = point_spread(point, SWEEP_WALL);
	double messages = point->n ? point->sample[0].messages : NAN;
	double sent = point->n ? point->sample[0].message_bytes : NAN;

	fprintf(out, "%-9s %7u %-5s %9s", point->executor, point->workers, point->set,
		point->chunk);
	if (!point->n) {
		char line[SWEEP_PROBLEM + 32];

		(void)snprintf(line, sizeof(line), "%s: %s",
			       point->status == EX_TEMPFAIL ? "does not fit the budget"
			       : point->status              ? "failed"
							    : "not run",
			       point->problem);
		(void)fputs("  ", out);
		text_fold(out, 35, 35, line);
		return;
	}
	fprintf(out, " %8llu", (unsigned long long)point->chunks);
	put_number(out, 7, 3, wall.min);
	put_number(out, 7, 3, wall.median);
	put_number(out, 7, 3, wall.max);
	put_number(out, 7, 3, point_spread(point, SWEEP_CPU).median);
	put_number(out, 7, 1, point_spread(point, SWEEP_PEAK).median / (1 << 20));
	put_number(out, 6, 1, 100 * point_spread(point, SWEEP_OVERHEAD).median);
	put_number(out, 6, 2, point_spread(point, SWEEP_READ).median);
	put_number(out, 6, 0, messages);
	put_number(out, 7, 2, sent / 1e6);
	fprintf(out, "%s%s\n", *point->problem ? "  " : "", point->problem);
}

static void put_table(FILE *out, const struct sweep *sweep)
{
	fprintf(out,
		"\n%-9s %7s %-5s %9s %8s %23s %7s %7s %6s %6s %6s %7s\n"
		"%-9s %7s %-5s %9s %8s %7s %7s %7s %7s %7s %6s %6s %6s %7s\n",
		"", "", "", "", "", "wall time, s    ", "CPU", "peak", "over-", "read", "mes-",
		"sent", "executor", "workers", "set", "chunk", "chunks", "min", "median", "max",
		"s", "MiB", "head%", "times", "sages", "MB");
	for (unsigned i = 0; i < sweep->n_points; i++)
		put_point(out, &sweep->point[i]);
}

/* "=" to the fastest run, "-" to the slowest, the median between them a "|"; ">": goes on. */
static void put_bar(FILE *out, const char *label, const struct sweep_point *point, double longest,
		    const char *behind)
{
	struct spread wall = point_spread(point, SWEEP_WALL);
	int from = (int)(wall.min / longest * BAR_COLUMNS + 0.5);
	int middle = (int)(wall.median / longest * BAR_COLUMNS + 0.5);
	int to = (int)(wall.max / longest * BAR_COLUMNS + 0.5);

	fprintf(out, "  %9s ", label);
	for (int i = 0; i <= to && i <= BAR_COLUMNS; i++)
		fputc(i == BAR_COLUMNS && to > i ? '>'
		      : i == middle              ? '|'
		      : i < from                 ? '='
						 : '-',
		      out);
	fprintf(out, " %.3f s%s\n", wall.median, behind);
}

static void put_bars(FILE *out, const struct series *series, bool by_workers, double longest)
{
	fprintf(out, "\n%s, wall time by %s\n", series->name,
		by_workers ? "workers" : "chunk size");
	for (unsigned i = 0; i < series->n; i++) {
		const struct sweep_point *point = series->point[i];
		const char *best = point == series_best(series) ? "  best" : "";
		double speed_up = series_speed_up(series, i);
		char label[16], behind[64];

		(void)snprintf(label, sizeof(label), "%u", point->workers);
		(void)snprintf(behind, sizeof(behind), "%s", best);
		if (by_workers && isfinite(speed_up))
			(void)snprintf(behind, sizeof(behind),
				       "  speed-up %.2f, efficiency %.0f %%%s", speed_up,
				       100 * speed_up / point->workers, best);
		put_bar(out, by_workers ? label : point->chunk, point, longest, behind);
	}
}

static void put_plots(FILE *out, const struct series_list *list, bool by_workers)
{
	double longest = 0, shortest = INFINITY;

	for (unsigned i = 0; i < list->n; i++)
		for (unsigned j = 0; j < list->series[i].n; j++) {
			struct spread s = point_spread(list->series[i].point[j], SWEEP_WALL);

			longest = fmax(longest, s.max);
			shortest = fmin(shortest, s.median);
		}
	longest = fmin(longest, SHOWN_UP_TO * shortest);
	for (unsigned i = 0; i < list->n; i++)
		if (list->series[i].n > 1)
			put_bars(out, &list->series[i], by_workers, longest);
	if (list->left_out)
		fprintf(out, "\n(%d series are drawn, there are more)\n", SERIES_MOST);
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
	put_plots(out, &list, false);
	series_by_workers(&list, sweep);
	put_plots(out, &list, true);
	fputs("\n= to the fastest run, | median, - to the slowest run, > cut off. overhead: share "
	      "of workers' time\noutside fetch, decode, mask, index and stats. read times: bytes "
	      "decoded / bytes needed. peak:\nresident memory. set: what is in memory at once of a "
	      "chunk (--working-set).\n\n",
	      out);
	sweep_advise(&advice, sweep);
	for (unsigned i = 0; i < advice.n; i++)
		text_item(out, 2, "*", advice.text[i]);
}
