/*
 * One HTML page that stands alone: no script, no file beside it, nothing from a network. Written
 * straight to a stream in the order of the calls; pictures (svg.h) go inside figures. Text may
 * hold any byte and is escaped. Failure to write is the stream's: look at ferror() at the end.
 * Thread-safe for streams that are not shared.
 */
#ifndef IMGPIPE_PAGE_H
#define IMGPIPE_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"

/* title: of the page; lead: a sentence under it, NULL for none. */
void page_open(FILE *out, const char *title, const char *lead);
/* The same with links to its sections: their headings, in order, ended by NULL. */
void page_open_listed(FILE *out, const char *title, const char *lead, const char *const *headings);
void page_close(FILE *out);

/* A heading. No two of a page are alike. */
void page_section(FILE *out, const char *heading);
void page_paragraph(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* A paragraph that stands out: advice, warnings. */
void page_note(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);

/* As it is typed. */
void page_code(FILE *out, const char *text);

void page_list_open(FILE *out);
void page_item(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
void page_list_close(FILE *out);

/*
 * A picture that is laid out twice, so that its words can be read wherever it stands: PAGE_WIDE for
 * a screen or a sheet of paper, PAGE_NARROW for a narrow screen. Each shows the one that fits;
 * `draw` writes a whole <svg> of that width. The caption says how to read it.
 */
enum { PAGE_WIDE = 900, PAGE_NARROW = 400 };
typedef void page_draw(FILE *out, double width, const void *what);
void page_figure(FILE *out, const char *heading, const char *caption, page_draw *draw,
		 const void *what);

/* Heads: n names of columns. One that begins with '>' is of numbers, and is set to the right. */
void page_table_open(FILE *out, const char *caption, const char *const *heads, unsigned n);
/*
 * The same of many columns: on a narrow screen each row is its first cell (page_row_head()) and
 * below it pairs of a name and a number. The heads are the program's own, without quotes and
 * backslashes.
 */
enum { PAGE_PAIRS_MOST = 20 };
void page_pairs_open(FILE *out, const char *caption, const char *const *heads, unsigned n);
void page_row_open(FILE *out);
/* Its first cell: what the row is of. */
void page_row_head(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
void page_cell(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* One that is never broken into lines: a date. */
void page_word(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
void page_number(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* One cell over n columns, in place of numbers. It makes none of them wider, however long. */
void page_wide_cell(FILE *out, unsigned n, const char *format, ...) PRINTF_LIKE(3, 4);
void page_row_close(FILE *out);
/* Below a row, over all n columns: why it has no numbers. */
void page_row_below(FILE *out, unsigned n, const char *format, ...) PRINTF_LIKE(3, 4);
/*
 * Below a row, over all n columns: one line, and more that is shown when it is clicked on. Items
 * (page_item()) go between.
 */
void page_fold_open(FILE *out, unsigned n, const char *format, ...) PRINTF_LIKE(3, 4);
void page_fold_close(FILE *out);
void page_table_close(FILE *out);

/* A table of two columns, names and what belongs to each; page_table_close() ends it. */
void page_facts_open(FILE *out, const char *caption);
void page_fact(FILE *out, const char *name, const char *format, ...) PRINTF_LIKE(3, 4);

/* Pictures beside each other, each with a caption. */
void page_pictures_open(FILE *out);
/* Without `png` it is the file that the link leads to. */
struct page_picture {
	const void *png; /* a whole file; NULL: none */
	size_t n_png;
	const char *link; /* a URL; "" none */
	const char *caption;
	const char *alt;         /* for those who do not see it */
	unsigned x_size, y_size; /* as it is shown */
};
void page_picture(FILE *out, const struct page_picture *picture);
void page_pictures_close(FILE *out);

/* What the colours of pictures mean: from `low` to `high` along a strip, and in words. */
struct page_key {
	const char *name;
	const void *png; /* the strip, a whole file; NULL: none */
	size_t n_png;
	const char *low, *high, *words;
	bool holes; /* some have parts without a value */
};
void page_key(FILE *out, const struct page_key *key);
/* Between them colours ("#rrggbb") and their meanings. */
void page_swatches_open(FILE *out, const char *name);
void page_swatches_close(FILE *out);
void page_swatch(FILE *out, const char *colour, const char *format, ...) PRINTF_LIKE(3, 4);

#endif
