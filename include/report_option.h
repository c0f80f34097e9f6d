/*
 * The option of a report: what the command line, the plan and the checks know of it. Each report's
 * row has one, beside what writes it (stages/report, stages/sweep, stages/lab, stages/check);
 * main.c hands all of them to the parser, which makes options, help and completion of them. Where a
 * report goes to and what it needs is asked here. Implemented in pipeline/base.
 */
#ifndef IMGPIPE_REPORT_OPTION_H
#define IMGPIPE_REPORT_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct options;

/* Who can write it: so a command takes the options of its kind. Bits. */
enum report_maker {
	REPORT_BY_RUN = 1, /* also taken by plan and graph, which say what run would do */
	REPORT_BY_MERGE = 2,
	REPORT_BY_SWEEP = 4,
	REPORT_BY_LAB = 8,
	REPORT_BY_CHECK = 16
};

/* What has to be kept for a report while the run goes on. Bits. */
enum report_need {
	REPORT_NEEDS_TILES = 1, /* the per-tile table */
	REPORT_NEEDS_TRACE = 2, /* what each worker did when */
	REPORT_NEEDS_MAPS = 4   /* a coarse map of each scene, where it has no pictures */
};

enum { REPORTS_MOST = 16, REPORT_MADE_PATH = 40 };

struct report_option {
	const char *kind;     /* "HTML": the report in messages */
	const char *name;     /* "html" of --html FILE; NULL: no option */
	const char *argument; /* NULL: "FILE" */
	const char *help;     /* one clause */
	const char *brief;    /* for -h, where the most used options stand; NULL: not there */
	unsigned made_by;     /* bits of enum report_maker */
	unsigned needs;       /* bits of enum report_need */
	/* Memory that it takes at its peak, for the plan. NULL: little, which all reports share. */
	size_t (*bytes)(void);
	bool never_stdout;  /* "-" is refused */
	const char *ending; /* of its name, without which its readers pass it by; NULL: any */
	/*
	 * Is it written though its option is not given? Then its path is put into `path`. Asked in
	 * the order of the rows, when all options are known. NULL: never.
	 */
	bool (*by_default)(char path[REPORT_MADE_PATH], const struct options *options);
};

/* Row i of a table of reports; NULL behind the last one. */
typedef const struct report_option *report_list(unsigned i);

/* A report that is wanted. */
struct report_choice {
	const struct report_option *report;
	const char *path;            /* "-": standard output; not owned */
	char made[REPORT_MADE_PATH]; /* the path by default */
};

/* What has been asked for; part of the options. */
struct report_choices {
	unsigned n;
	struct report_choice choice[REPORTS_MOST];
};

/* Its path is wanted as typed; the last one counts. -1 with EX_USAGE where it cannot go there. */
int report_want(struct report_choices *choices, const struct report_option *report,
		const char *path, struct error *err) MUST_CHECK;

/* The same for those rows of this maker that have a default, where nothing was asked for. */
int report_want_defaults(struct options *options, report_list *list, unsigned maker,
			 struct error *err) MUST_CHECK;

/* NULL if it is not wanted. */
const char *report_path(const struct report_choices *choices, const struct report_option *report);

/* What the wanted ones need, all together. */
unsigned report_needs(const struct report_choices *choices);

/* Memory that they take beside what all share, and to compress them. */
size_t report_bytes(const struct report_choices *choices);

/* Does one of them go to standard output? */
bool report_takes_stdout(const struct report_choices *choices);

/* by_default of a report for people, which nobody asks for: on standard output, unless -q is given
 * or another one goes there. */
bool report_text_by_default(char path[REPORT_MADE_PATH], const struct options *options);

/* Is the one for people, which has no option, read together with standard error (screen.h)? What
 * it tells is not told there, too, but where a record is kept (log.h). */
bool report_is_read_here(const struct report_choices *choices);

/* Does this path mean standard output? "-", "/dev/stdout" and their like; NULL does not. */
bool path_is_stdout(const char *path);

/* Does a report of that path leave compressed? Its name ends in .gz; NULL's does not. */
bool path_is_gzip(const char *path);

/* Memory that compressing one takes, rounded up: zlib's window, tables and buffers (zconf.h). */
enum { REPORT_GZIP_BYTES = 288 << 10 };

#endif
