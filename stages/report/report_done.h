/*
 * The last line of the report for people; see report_done.c.
 */
#ifndef IMGPIPE_STAGES_REPORT_DONE_H
#define IMGPIPE_STAGES_REPORT_DONE_H

#include <stdio.h>

#include "report.h"

/* At most 80 columns. `totals` with its pixels; nothing where there is no scene. */
void report_done(FILE *out, unsigned label_columns, const struct run_totals *totals);

#endif
