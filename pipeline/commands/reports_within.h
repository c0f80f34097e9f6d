/*
 * Reports that go into the folder of a run's files of pixels: one of them would replace a file
 * there that has the same name, or be replaced by it. By names; nothing is made.
 */
#ifndef IMGPIPE_PIPELINE_REPORTS_WITHIN_H
#define IMGPIPE_PIPELINE_REPORTS_WITHIN_H

#include <limits.h>

#include "options.h"

struct reports_within {
	unsigned n, sheet_pages; /* of a contact sheet, at the most */
	struct report_within {
		const struct report_option *report;
		char base[NAME_MAX + 1];
	} report[REPORTS_MOST];
};

/*
 * Which are they? folder: a descriptor; -1: `path` is not there yet. n_scenes: of the run, for
 * pages of contact sheets.
 */
void reports_within_find(struct reports_within *within, const struct options *options, int folder,
			 const char *path, uint32_t n_scenes);

/* The option of the report that is called `name`, further pages of a contact sheet included. NULL:
 * none. */
const char *reports_within_named(const struct reports_within *within, const char *name);

#endif
