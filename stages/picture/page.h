/*
 * One HTML page that stands alone: no script, no file beside it, nothing from a network. Written
 * straight to a stream in the order of the calls; pictures (svg.h) go inside figures. Text may
 * hold any byte and is escaped. Failure to write is the stream's: look at ferror() at the end.
 * Thread-safe for streams that are not shared.
 */
#ifndef IMGPIPE_PAGE_H
#define IMGPIPE_PAGE_H

#include <stdio.h>

#include "error.h"

/* title: of the page; lead: a sentence under it, NULL for none. */
void page_open(FILE *out, const char *title, const char *lead);
void page_close(FILE *out);

/* A heading. */
void page_section(FILE *out, const char *heading);
void page_paragraph(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* A paragraph that stands out: advice, warnings. */
void page_note(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);

void page_list_open(FILE *out);
void page_item(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
void page_list_close(FILE *out);

/* Between them one picture; the caption says how to read it. */
void page_figure_open(FILE *out, const char *heading);
void page_figure_close(FILE *out, const char *caption);

/* Heads: n names of columns. A cell with a number is set to the right. */
void page_table_open(FILE *out, const char *caption, const char *const *heads, unsigned n);
void page_row_open(FILE *out);
void page_cell(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
void page_number(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);
/* One cell over n columns. */
void page_wide_cell(FILE *out, unsigned n, const char *format, ...) PRINTF_LIKE(3, 4);
void page_row_close(FILE *out);
/*
 * Below a row, over all n columns: one line, and more that is shown when it is clicked on. Items
 * (page_item()) go between.
 */
void page_fold_open(FILE *out, unsigned n, const char *format, ...) PRINTF_LIKE(3, 4);
void page_fold_close(FILE *out);
/*
 * A row over all n columns with pictures beside each other.
 */
void page_pictures_open(FILE *out, unsigned n);
/* One of them, with a caption. Without `png` it is the file that the link leads to. */
struct page_picture {
	const void *png; /* a whole file; NULL: none */
	size_t n_png;
	const char *link; /* a URL; "" none */
	const char *caption;
	unsigned x_size, y_size; /* as it is shown */
};
void page_picture(FILE *out, const struct page_picture *picture);
void page_pictures_close(FILE *out);
void page_table_close(FILE *out);

#endif
