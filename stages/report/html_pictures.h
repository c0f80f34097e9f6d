/*
 * Pictures of scenes on the run's page: html_pictures.c.
 */
#ifndef IMGPIPE_STAGES_HTML_PICTURES_H
#define IMGPIPE_STAGES_HTML_PICTURES_H

#include <stdio.h>

#include "report.h"

/* Bytes of pictures within the page; what comes later is linked, as a file beside it. */
enum { HTML_PICTURES_BYTES = 8 << 20 };

struct html_pictures {
	const char *page; /* its path; "-": standard output */
	uint64_t embedded;
	uint32_t n_linked;
	bool row_open; /* of scenes that have no row of their own */
};

bool html_has_pictures(const struct scene_result *result);
/*
 * A row of the table of scenes, `columns` wide, with the pictures of one scene. own_row false: the
 * scene has no other row, and shares this one with those before and behind it, under its name.
 */
void html_put_pictures(FILE *out, struct html_pictures *pictures, const struct scene_result *result,
		       unsigned columns, bool own_row);
/* The last such row ends. */
void html_end_pictures(FILE *out, struct html_pictures *pictures);

#endif
