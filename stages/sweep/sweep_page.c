/*
 * The sweep as one HTML page: pictures, what they show, and the table.
 */
#include <math.h>
#include <string.h>

#include "picture/page.h"
#include "report/report_teach.h"
#include "sweep_kinds.h"

static void put_advice(FILE *out, const struct sweep *sweep)
{
	struct advice advice;

	sweep_advise(&advice, sweep);
	page_section(out, "What it shows");
	for (unsigned i = 0; i < advice.n; i++)
		if (advice.ink[i] == INK_WARNING)
			page_note(out, "%s", advice.text[i]);
	page_list_open(out);
	for (unsigned i = 0; i < advice.n; i++)
		if (advice.ink[i] != INK_WARNING)
			page_item(out, "%s", advice.text[i]);
	page_list_close(out);
}

static void put_chunk_figure(FILE *out, const struct sweep *sweep, enum sweep_figure figure,
			     const char *heading, const char *caption)
{
	const struct sweep_drawn drawn = {.sweep = sweep, .figure = figure};

	page_figure(out, heading, caption, sweep_draw_chunks, &drawn);
}

static void put_worker_figure(FILE *out, const struct sweep *sweep, enum sweep_scaling scaling,
			      const char *heading, const char *caption)
{
	const struct sweep_drawn drawn = {.sweep = sweep, .scaling = scaling};

	page_figure(out, heading, caption, sweep_draw_workers, &drawn);
}

static void put_chunks(FILE *out, const struct sweep *sweep)
{
	char caption[800];

	page_section(out, "Chunk size");
	(void)snprintf(
		caption, sizeof(caption),
		"The line joins the medians, the shaded ribbon reaches from the fastest to "
		"the slowest run. Small chunks: every hand-out costs the same however little "
		"work it carries, and chunks that cut stored tiles decode them more than "
		"once. Large chunks: some workers have none left while others still work.%s",
		sweep->l2_bytes || sweep->l3_bytes
			? " Cache marks: the edge at which two decoded bands of a chunk, "
			  "2 bytes a sample, are as large as that cache; with the working set "
			  "tile only a tile is in memory at once, so they matter for the "
			  "working set chunk."
			: "");
	put_chunk_figure(out, sweep, SWEEP_WALL, "Wall time", caption);
	put_chunk_figure(out, sweep, SWEEP_PEAK, "Peak memory",
			 "Resident memory of the whole program, as the system saw it; with "
			 "processes the sum of their proportional shares.");
	put_chunk_figure(out, sweep, SWEEP_OVERHEAD, "Overhead",
			 "Share of the workers' time that is not fetch, decode, mask, index or "
			 "stats: hand-outs, reduction, waits, start and end.");
	put_chunk_figure(out, sweep, SWEEP_READ, "Read amplification",
			 "How many bytes were decoded for each byte that was needed. 1 is the "
			 "least; chunks that cut stored tiles have more.");
}

static bool has_chunks(const struct sweep *sweep)
{
	struct series_list list;

	series_by_chunk(&list, sweep);
	for (unsigned i = 0; i < list.n; i++)
		if (list.series[i].n > 1)
			return true;
	return false;
}

static bool has_workers(const struct sweep *sweep)
{
	struct series_list list;

	series_by_workers(&list, sweep);
	for (unsigned i = 0; i < list.n; i++)
		if (list.series[i].n > 1)
			return true;
	return false;
}

/* Speed-up is against one worker, in all series. */
static bool has_one(const struct sweep *sweep)
{
	struct series_list list;

	series_by_workers(&list, sweep);
	for (unsigned i = 0; i < list.n; i++)
		if (list.series[i].n > 1 && !series_has_one(&list.series[i]))
			return false;
	return true;
}

/* And of those a law is drawn. */
static bool few_workers(const struct sweep *sweep)
{
	struct series_list list;

	series_by_workers(&list, sweep);
	for (unsigned i = 0; i < list.n; i++)
		if (list.series[i].n > 1 && list.series[i].n < FIT_TRUSTED_POINTS &&
		    !series_short_runs(&list.series[i], sweep->cores))
			return true;
	return false;
}

static void put_workers(FILE *out, const struct sweep *sweep)
{
	page_section(out, "Workers");
	page_paragraph(
		out,
		"Each executor with the chunk size that was best for it over all worker counts.");
	if (few_workers(sweep))
		page_note(
			out,
			"Fewer than %d worker counts: too few to trust a fit. Curves of laws only "
			"show their shape.",
			FIT_TRUSTED_POINTS);
	put_worker_figure(out, sweep, SWEEP_TIME, "Wall time",
			  "Ideal: n workers take an n-th of the time of one.");
	if (!has_one(sweep)) {
		page_note(out, "No run had one worker, so there is nothing to compare with: for "
			       "speed-up and efficiency put 1 into the list of --workers.");
		return;
	}
	put_worker_figure(out, sweep, SWEEP_SPEEDUP, "Speed-up",
			  "How many times as fast as one worker. Amdahl's law: what is serial sets "
			  "a ceiling. Universal Scalability Law: workers that must agree with each "
			  "other can make it slower again.");
	put_worker_figure(out, sweep, SWEEP_EFFICIENCY, "Efficiency",
			  "Speed-up by number of workers: the part of each that is put to use.");
}

static void put_number(FILE *out, int decimals, double value)
{
	if (isfinite(value))
		page_number(out, "%.*f", decimals, value);
	else
		page_number(out, "-");
}

static void put_figures(FILE *out, const struct sweep_point *point)
{
	struct spread wall = point_spread(point, SWEEP_WALL);

	page_number(out, "%llu", (unsigned long long)point->chunks);
	put_number(out, 3, wall.min);
	put_number(out, 3, wall.median);
	put_number(out, 3, wall.max);
	put_number(out, 3, point_spread(point, SWEEP_CPU).median);
	put_number(out, 1, point_spread(point, SWEEP_PEAK).median / (1 << 20));
	put_number(out, 1, 100 * point_spread(point, SWEEP_OVERHEAD).median);
	put_number(out, 2, point_spread(point, SWEEP_READ).median);
	put_number(out, 0, point->sample[0].messages);
	put_number(out, 2, point->sample[0].message_bytes / 1e6);
}

static void put_table(FILE *out, const struct sweep *sweep)
{
	static const char *const heads[] = {"executor",  ">workers",  "working set", ">chunk",
					    ">chunks",   ">min s",    ">median s",   ">max s",
					    ">CPU s",    ">peak MiB", ">overhead %", ">read x",
					    ">messages", ">sent MB"};
	enum { N_HEADS = sizeof(heads) / sizeof(heads[0]) };
	unsigned n_short;
	double share;

	page_section(out, "All points");
	page_pairs_open(out,
			"Wall time of the whole process, start-up included: the fastest, the "
			"median and the slowest run. The other columns are medians.",
			heads, N_HEADS);
	for (unsigned i = 0; i < sweep->n_points; i++) {
		const struct sweep_point *point = &sweep->point[i];

		page_row_open(out);
		page_row_head(out, "%s", point->executor);
		page_number(out, "%u", point->workers);
		page_cell(out, "%s", point->set);
		page_number(out, "%s", point->chunk);
		if (point->n)
			put_figures(out, point);
		else
			page_wide_cell(out, N_HEADS - 4, "%s",
				       point->status == EX_TEMPFAIL ? "does not fit the budget"
				       : point->status              ? "failed"
								    : "not run");
		page_row_close(out);
		if (*point->problem)
			page_row_below(out, N_HEADS, "%s", point->problem);
		n_short = point_short_of_cores(point, sweep->cores, &share);
		if (n_short)
			page_row_below(
				out, N_HEADS,
				"cores were busy elsewhere in %u of %u run%s: do not compare "
				"these times",
				n_short, point->n, point->n == 1 ? "" : "s");
	}
	page_table_close(out);
}

void sweep_page(FILE *out, const struct sweep *sweep)
{
	const bool workers = has_workers(sweep), chunks = has_chunks(sweep) || !workers;
	const char *headings[5] = {"What it shows"};
	char lead[1024], title[300];
	unsigned n = 1;

	if (chunks)
		headings[n++] = "Chunk size";
	if (workers)
		headings[n++] = "Workers";
	headings[n] = "All points";

	(void)snprintf(title, sizeof(title), "Sweep of %s", sweep->scene);
	sweep_describe(lead, sizeof(lead), sweep);
	page_open_listed(out, title, lead, headings);
	teach_page_marks(out, sweep->options);
	put_advice(out, sweep);
	if (chunks)
		put_chunks(out, sweep);
	if (workers)
		put_workers(out, sweep);
	put_table(out, sweep);
	page_close(out);
}
