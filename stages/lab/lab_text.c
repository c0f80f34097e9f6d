/*
 * Labs for people: a heading that says what is measured, a line for each run, and below them what
 * the lines show (lab_show.c). Fits the screen.
 */
#include "lab_stages.h"

#include <stdio.h>

#include "options.h"
#include "base/table.h"
#include "base/text.h"

void lab_print_head(const struct lab_set *set, const struct options *options)
{
	struct lab_head head;

	if (!lab_shows_text(options))
		return;
	lab_head_make(&head, &set->lab);
	text_fold(stdout, 0, 0, head.lead);
	if (*head.error)
		text_fold(stdout, 0, 0, head.error);
	for (int i = 0; i < LAB_WAYS; i++)
		if (*head.way[i])
			text_item(stdout, 13, lab_ways[i], head.way[i]);
}

/* Heads stand over the first line, and over each where stages are shown between lines. */
void lab_print_line(FILE *out, const struct lab *lab)
{
	lab_cell text[LAB_COLUMNS];
	const char *cell[LAB_COLUMNS];
	unsigned n = lab_row(text, lab);
	struct table table;

	table_init(&table, out, lab_columns(lab->kind), n);
	if (lab->first || lab->costs) {
		(void)fputc('\n', out);
		table_head(&table);
	}
	for (unsigned i = 0; i < n; i++)
		cell[i] = text[i];
	table_row(&table, INK_PLAIN, cell);
}

/* --- what they show --- */

static void say_text(void *to, enum ink ink, const char *label, const char *text)
{
	text_item_in(to, ink == INK_PLAIN ? INK_HEADING : ink, 9, label, text);
}

static void print_floats(const struct lab_set *set)
{
	struct lab_float_row row[LAB_FLOAT_ROWS];
	unsigned n = lab_float_rows(row, set);

	if (n)
		text_fold(stdout, 0, 0,
			  "In single precision the order decides, as every addition rounds:");
	for (unsigned i = 0; i < n; i++)
		printf("  %-21s %18.1f  %+.2e of it\n", row[i].how, row[i].value, row[i].error);
}

void lab_print_foot(const struct lab_set *set, const struct options *options)
{
	if (!lab_shows_text(options))
		return;
	(void)putchar('\n');
	print_floats(set);
	lab_conclude(set, say_text, stdout);
}
