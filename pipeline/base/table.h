/*
 * A table for people that fits the screen: where it is too narrow, the least important columns are
 * left out, never is a row broken in two; where there is room, columns that can use it grow. Knows
 * nothing of what is shown. Rows may be written from one thread at a time.
 */
#ifndef IMGPIPE_TABLE_H
#define IMGPIPE_TABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "screen.h"

enum { TABLE_MOST_COLUMNS = 20 };

struct table_column {
	const char *head;
	/* Columns of the screen: of its cells and its head, and up to which it grows where there is
	 * room (0: not at all). 5 at least for `left`, as what does not fit loses its middle. */
	unsigned char width, most;
	bool left; /* words; numbers are to the right, and so are their heads */
	/* 0: always there. Else the columns with the highest number go first, all of one number
	 * together. */
	unsigned char drop;
};

struct table {
	FILE *out;
	const struct table_column *column; /* lent */
	unsigned n_columns, n_left_out;
	unsigned char width[TABLE_MOST_COLUMNS]; /* 0: left out */
};

/* Decide which columns there are, and how wide. A blank stands between them. `column` is kept. */
void table_init(struct table *table, FILE *out, const struct table_column *column,
		unsigned n_columns);

/* Is column i shown? */
bool table_shows(const struct table *table, unsigned i);

/* The column of the screen in which column i begins, from 0. */
unsigned table_column_at(const struct table *table, unsigned i);

/* The line of heads, in INK_HEADING. */
void table_head(const struct table *table);

/* A row: n_columns texts; NULL is empty. Words may hold anything, they are made safe to show;
 * numbers are the caller's own. A number that is too wide takes blanks of the columns behind it. No
 * blanks at the end of the line. `ink` is of the whole row. */
void table_row(const struct table *table, enum ink ink, const char *const cell[]);

/* The same without the end of the line, up to and including column `last`, padded: for rows that go
 * on in sentences (text_fold() at table_column_at(last + 1)). */
void table_row_begin(const struct table *table, enum ink ink, const char *const cell[],
		     unsigned last);

/* A row that has a word and a sentence in place of the cells behind `last`: "FAILED", and why. The
 * sentence is folded, its further lines are indented by `indent`, and it has no ink. */
void table_row_words(const struct table *table, enum ink ink, const char *const cell[],
		     unsigned last, const char *word, unsigned indent, const char *sentence);

#endif
