/*
 * imgpipe check: every stored block of every file is fetched and decoded once, and nothing is made
 * of it. A workload whose scenes are files: check_scene.c lays the blocks of a file out for the
 * machinery, check_read.c decodes them, check_workload.c joins both, reports tell of each file.
 *
 * Implemented in stages/check; called by the command.
 */
#ifndef IMGPIPE_CHECK_H
#define IMGPIPE_CHECK_H

#include <stdint.h>

#include "report_option.h"
#include "workload.h"

struct report;

extern const struct workload workload_check;

/* What became of the files: options->own of the command, filled when the run ends. */
struct check_outcome {
	uint32_t n_ok, n_bad, n_skipped;
	uint32_t n_missing; /* of the bad ones, those that are not there or may not be read */
	uint32_t n_unread;  /* could not be read, for want of memory or of GDAL: nothing is known */
	uint32_t n_left;    /* not looked at: the run was interrupted */
	int unread_code;    /* of the last unread one; 0: there is none */
	bool told;          /* all of this is known */
};

/* What is written of a check: a table as `reports` of report.h, and its options. */
extern const struct report *const check_reports[];
report_list check_report_option;

#endif
