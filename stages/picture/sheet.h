/*
 * A contact sheet: one page of small pictures in a grid, with words below each, a title above and
 * the meaning of colours at the foot. What has no picture is a crossed box with the reason. Knows
 * no data.
 */
#ifndef IMGPIPE_SHEET_H
#define IMGPIPE_SHEET_H

#include <stdio.h>

#include "thumbnail.h"

enum { SHEET_COLUMNS = 6, SHEET_ROWS = 8, SHEET_CELLS = SHEET_COLUMNS * SHEET_ROWS };

/* What the file says it is made by: a report may be written over it. */
#define SHEET_SOFTWARE "imgpipe contact sheet"

struct sheet_cell {
	const struct thumbnail *thumbnail; /* NULL: a crossed box */
	const char *first, *second;        /* lines below */
	const char *reason;                /* in the box, "..." where it is cut; "" none */
};

struct sheet {
	struct picture page;
	unsigned columns, n_ramps;
	bool any_picture;
	const char *const *category; /* not owned */
	struct sheet_ramp {
		char title[THUMBNAIL_TITLE_BYTES];
		struct ramp ramp;
	} ramp[SHEET_COLUMNS];
};

/* Memory of a page, at the most. */
size_t sheet_bytes(void);

/*
 * A page for 1 to SHEET_CELLS of them. category: names of classes from colour 1 on, NULL-ended, ""
 * of those that are not to be explained; NULL: no picture is of classes. It outlives the sheet. -1
 * with an error, and empty.
 */
int sheet_init(struct sheet *sheet, unsigned n_cells, const char *title,
	       const char *const *category, struct error *err) MUST_CHECK;
/* Number i, row by row. */
void sheet_put(struct sheet *sheet, unsigned i, const struct sheet_cell *cell);
/* All of them are there: as PNG. */
int sheet_write(struct sheet *sheet, FILE *out, const char *title, struct error *err) MUST_CHECK;
void sheet_release(struct sheet *sheet); /* all zero is allowed */

#endif
