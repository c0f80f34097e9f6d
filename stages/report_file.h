/*
 * One file of a report; see report_file.c.
 */
#ifndef IMGPIPE_STAGES_REPORT_FILE_H
#define IMGPIPE_STAGES_REPORT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

struct report_file {
	const char *kind; /* "csv": for messages */
	FILE *out;        /* NULL: not open */
	char *path;       /* final name, symbolic links followed; NULL for stdout */
	char *temp;       /* NULL: written directly, or already renamed */
};

/* -1 with EX_CANTCREAT, or EX_USAGE where an image has that name; release it whatever comes back.
 */
int report_file_open(struct report_file *file, const char *kind, const char *path,
		     struct error *err);

/* To the disk, closed, and under its final name. */
int report_file_commit(struct report_file *file, struct error *err);

/* Close; what was not committed is removed. */
void report_file_release(struct report_file *file);

/* Do both go to the same place? (/dev/null may be shared.) */
bool report_file_same(const struct report_file *a, const struct report_file *b);

/* Its path, or "standard output". */
const char *report_file_name(const struct report_file *file);

#endif
