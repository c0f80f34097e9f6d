/*
 * Parts of a page that are written before what stands above them: each in a file without a name
 * beside the page, or where temporary files are, until it is copied to its place.
 */
#ifndef IMGPIPE_STAGES_HTML_PART_H
#define IMGPIPE_STAGES_HTML_PART_H

#include <stdio.h>

#include "base/new_file.h"
#include "error.h"

struct html_part {
	int folder; /* while `out` is open; -1: of a temporary file */
	struct new_file file;
	FILE *out; /* write here; NULL: not open */
};

/* page: its path, "-" for standard output. -1 with EX_CANTCREAT. All zero is allowed to close. */
int html_part_open(struct html_part *part, const char *page, struct error *err) MUST_CHECK;
/* All of it, to the end of `to`. -1 with EX_IOERR where the part was not whole. */
int html_part_copy(struct html_part *part, FILE *to, struct error *err) MUST_CHECK;
void html_part_close(struct html_part *part);

#endif
