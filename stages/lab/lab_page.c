/*
 * --html of a lab: what was measured and what it shows, and the timeline of each line, which the
 * process that works it out has written.
 */
#include "lab_stages.h"

#include <stdio.h>

#include "picture/page.h"
#include "report/html_figures.h"
#include "report/report_teach.h"

/* Of more lines there is no timeline: a page of many is not looked at to its end. */
enum { TIMELINES_MOST = 12 };

void lab_page_line(const struct lab *lab, const struct run_totals *totals, const struct plan *plan)
{
	char name[48];

	if (!lab->timelines || !totals->trace || lab->number >= TIMELINES_MOST)
		return;
	figure_timeline(lab->timelines, totals, plan, lab_line_name(name, lab->line));
	(void)fflush(lab->timelines);
}

static void put_heads(FILE *out, enum lab_kind kind, unsigned n)
{
	const struct table_column *column = lab_columns(kind);
	char text[LAB_COLUMNS][32];
	const char *head[LAB_COLUMNS];

	for (unsigned i = 0; i < n; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%s%s", column[i].left ? "" : ">",
			       column[i].head);
		head[i] = text[i];
	}
	page_pairs_open(out, "A line for each way of working and number of workers", head, n);
}

static void put_line(FILE *out, const struct lab *lab)
{
	lab_cell cell[LAB_COLUMNS];
	unsigned n = lab_row(cell, lab);

	page_row_open(out);
	page_row_head(out, "%s", cell[0]);
	for (unsigned i = 1; i < n; i++)
		page_number(out, "%s", cell[i]);
	page_row_close(out);
}

/* One that was not done says why. */
static void put_failure(FILE *out, const struct lab *lab, unsigned n)
{
	page_row_open(out);
	page_row_head(out, "%s", lab_mode_name(lab->mode));
	page_number(out, "%u", lab->line->workers_asked);
	page_wide_cell(out, n - 2, "not measured");
	page_row_close(out);
	if (lab->line->error.code)
		page_row_below(out, n, "%s", lab->line->error.text);
}

static void put_lines(FILE *out, const struct lab_set *set)
{
	lab_cell cell[LAB_COLUMNS];
	struct lab first = lab_of_line(set, 0);
	unsigned n = lab_row(cell, &first);

	page_section(out, "Result");
	put_heads(out, set->lab.kind, n);
	for (unsigned i = 0; i < set->n_lines; i++) {
		struct lab lab = lab_of_line(set, i);

		if (lab_done(lab.line))
			put_line(out, &lab);
		else
			put_failure(out, &lab, n);
	}
	page_table_close(out);
}

static void put_floats(FILE *out, const struct lab_set *set)
{
	static const char *const heads[] = {"order", ">sum", ">relative error"};
	struct lab_float_row row[LAB_FLOAT_ROWS];
	unsigned n = lab_float_rows(row, set);

	if (!n)
		return;
	page_table_open(out, "In single precision the order decides, as every addition rounds",
			heads, sizeof(heads) / sizeof(heads[0]));
	for (unsigned i = 0; i < n; i++) {
		page_row_open(out);
		page_row_head(out, "%s", row[i].how);
		page_number(out, "%.1f", row[i].value);
		page_number(out, "%+.2e", row[i].error);
		page_row_close(out);
	}
	page_table_close(out);
}

static void say_page(void *to, enum ink ink, const char *label, const char *text)
{
	if (ink == INK_WARNING)
		page_note(to, "%s: %s", label, text);
	else
		page_paragraph(to, "%s: %s", label, text);
}

void lab_page_begin(FILE *out, const struct lab_set *set, const struct options *options)
{
	static const char *const headings[] = {"Result", "What it shows", "Timelines", NULL};
	static const char *const titles[N_LAB_KINDS] = {"imgpipe pi", "imgpipe sum",
							"imgpipe recur"};
	struct lab_head head;

	lab_head_make(&head, &set->lab);
	page_open_listed(out, titles[set->lab.kind], head.lead, headings);
	teach_page_marks(out, options);
	if (*head.error)
		page_paragraph(out, "%s", head.error);
	for (int i = 0; i < LAB_WAYS; i++)
		if (*head.way[i])
			page_paragraph(out, "%s: %s", lab_ways[i], head.way[i]);
	put_lines(out, set);
	put_floats(out, set);
	page_section(out, "What it shows");
	lab_conclude(set, say_page, out);
	page_section(out, "Timelines");
	page_paragraph(
		out,
		"As on Dask's task stream, each moment has the colour of what took most of "
		"it. Red: messages, hand-out of tasks, and waiting for a lock or another "
		"worker. Blank: waiting for the step before, nothing left to do, or outside of all "
		"steps: start-up, and memory that the system gives before the first task. Rest the "
		"pointer on a part to see its name.%s",
		set->lab.kind == LAB_PI ? " Waiting for the lock of the shared generator is "
					  "within its draw."
					: "");
	if (set->n_lines > TIMELINES_MOST)
		page_paragraph(out, "Of the first %d of %u lines.", TIMELINES_MOST, set->n_lines);
}

void lab_page_end(FILE *out)
{
	page_close(out);
}
