/*
 * Tables that fit. Widths are decided once, so that rows that come later stand under the first.
 */
#include "table.h"

#include <assert.h>
#include <string.h>

#include "text.h"

static unsigned total_width(const struct table *table)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < table->n_columns; i++)
		if (table->width[i])
			sum += table->width[i] + (sum > 0);
	return sum;
}

/* All columns of the highest number that are still there; false where none may go. */
static bool leave_out(struct table *table)
{
	unsigned char highest = 0;

	for (unsigned i = 0; i < table->n_columns; i++)
		if (table->width[i] && table->column[i].drop > highest)
			highest = table->column[i].drop;
	for (unsigned i = 0; highest && i < table->n_columns; i++)
		if (table->width[i] && table->column[i].drop == highest) {
			table->width[i] = 0;
			table->n_left_out++;
		}
	return highest > 0;
}

/* Room that is left goes to the columns that can use it, from the left. */
static void grow(struct table *table, unsigned room)
{
	for (unsigned i = 0; i < table->n_columns && room; i++) {
		const struct table_column *c = &table->column[i];
		unsigned more = c->most > c->width ? (unsigned)(c->most - c->width) : 0;

		if (!table->width[i])
			continue;
		more = more < room ? more : room;
		table->width[i] = (unsigned char)(table->width[i] + more);
		room -= more;
	}
}

void table_init(struct table *table, FILE *out, const struct table_column *column,
		unsigned n_columns)
{
	unsigned screen = screen_columns(out), width;

	assert(n_columns <= TABLE_MOST_COLUMNS);
	*table = (struct table){.out = out, .column = column, .n_columns = n_columns};
	for (unsigned i = 0; i < n_columns; i++)
		table->width[i] = column[i].width;
	while (total_width(table) > screen && leave_out(table))
		continue;
	width = total_width(table);
	if (width < screen)
		grow(table, screen - width);
}

bool table_shows(const struct table *table, unsigned i)
{
	return table->width[i] > 0;
}

unsigned table_column_at(const struct table *table, unsigned i)
{
	unsigned at = 0;

	for (unsigned k = 0; k < i && k < table->n_columns; k++)
		if (table->width[k])
			at += table->width[k] + 1u;
	return at;
}

/* Words are cut in their middle, numbers never. `debt`: columns that numbers before it have taken
 * of this one. Returns what is owed behind it. */
static unsigned put_cell(const struct table *table, unsigned i, const char *text, bool padded,
			 unsigned debt)
{
	unsigned width = table->width[i] > debt ? table->width[i] - debt : 0, columns;
	char cut[4 * TEXT_CUT_MOST + 1];
	size_t end;

	if (!table->column[i].left) {
		columns = (unsigned)strlen(text);
		(void)fprintf(table->out, "%*s", (int)width, text);
		return columns > width ? debt + columns - table->width[i] : 0;
	}
	width = width < TEXT_CUT_LEAST ? TEXT_CUT_LEAST : width;
	(void)text_cut(cut, text, width < TEXT_CUT_MOST ? width : TEXT_CUT_MOST);
	end = strlen(cut);
	while (!padded && end && cut[end - 1] == ' ')
		cut[--end] = '\0';
	(void)fputs(cut, table->out);
	return 0;
}

static const char *text_of(const char *const cell[], unsigned i)
{
	return cell[i] ? cell[i] : "";
}

/* Columns up to `end`; the last that has text is not padded, unless the row goes on. */
static void put_cells(const struct table *table, enum ink ink, const char *const cell[],
		      unsigned end, bool goes_on)
{
	unsigned last = end, debt = 0;
	bool first = true;

	while (!goes_on && last && (!table->width[last - 1] || !*text_of(cell, last - 1)))
		last--;
	(void)fputs(ink == INK_PLAIN ? "" : screen_ink(table->out, ink), table->out);
	for (unsigned i = 0; i < last; i++) {
		if (!table->width[i])
			continue;
		if (!first)
			(void)fputc(' ', table->out);
		debt = put_cell(table, i, text_of(cell, i), goes_on || i + 1 < last, debt);
		first = false;
	}
	(void)fputs(ink == INK_PLAIN ? "" : screen_ink(table->out, INK_PLAIN), table->out);
}

void table_row(const struct table *table, enum ink ink, const char *const cell[])
{
	put_cells(table, ink, cell, table->n_columns, false);
	(void)fputc('\n', table->out);
}

void table_row_begin(const struct table *table, enum ink ink, const char *const cell[],
		     unsigned last)
{
	put_cells(table, ink, cell, last + 1, true);
}

void table_row_words(const struct table *table, enum ink ink, const char *const cell[],
		     unsigned last, const char *word, unsigned indent, const char *sentence)
{
	unsigned column = table_column_at(table, last + 1) + (unsigned)strlen(word);

	table_row_begin(table, ink, cell, last);
	(void)fputc(' ', table->out);
	screen_put(table->out, ink, word);
	text_fold_behind(table->out, column, 2, indent, sentence);
}

void table_head(const struct table *table)
{
	const char *head[TABLE_MOST_COLUMNS];

	for (unsigned i = 0; i < table->n_columns; i++)
		head[i] = table->column[i].head;
	table_row(table, INK_HEADING, head);
}
