/*
 * One file of a report; see report_file.c. A name that ends in .gz is of a compressed one.
 */
#ifndef IMGPIPE_STAGES_REPORT_FILE_H
#define IMGPIPE_STAGES_REPORT_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/new_file.h"
#include "error.h"
#include "gzip.h"
#include "report_target.h"

struct report_file {
	const char *kind;         /* "csv": for messages */
	FILE *out;                /* write here; NULL: not open */
	FILE *below;              /* the file, where `out` compresses what goes to it; else NULL */
	struct gzip_writer *gzip; /* that is `out` then */
	int fd;                   /* of a file that replaces; -1: written directly, or done */
	struct report_target target;
	struct new_file new_file;
};

/*
 * Find all that could stop the report from being written, and open it. A named pipe is waited for
 * until it has a reader (output_stream.h). -1 with EX_CANTCREAT, or EX_USAGE where an image has
 * that name; release it whatever comes back.
 */
int report_file_open(struct report_file *file, const char *kind, const char *path,
		     struct error *err) MUST_CHECK;

/*
 * The same for a report that is opened later: what can be known is found, and nothing stays open.
 * Release it.
 */
int report_file_probe(struct report_file *file, const char *kind, const char *path,
		      struct error *err) MUST_CHECK;

/* To the disk, under its final name, and closed. */
int report_file_commit(struct report_file *file, struct error *err) MUST_CHECK;

/* Close; what was not committed is removed. */
void report_file_release(struct report_file *file);

/* In a forked child that leaves the file to its parent: close, remove nothing, write nothing. */
void report_file_forget(struct report_file *file);

/* -1 with EX_USAGE where both go to one place: they would be neither. */
int report_file_apart(const struct report_file *a, const struct report_file *b,
		      struct error *err) MUST_CHECK;

/* Its path, or "standard output". */
const char *report_file_name(const struct report_file *file);

#endif
