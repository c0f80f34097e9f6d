/*
 * The tables of reports of all rooms, as one list of options.
 */
#ifndef IMGPIPE_PIPELINE_REPORT_LISTS_H
#define IMGPIPE_PIPELINE_REPORT_LISTS_H

#include "error.h"
#include "report_option.h"

report_list all_reports;

struct options;
/* Was one asked for? Not the one that is there where none is. */
bool reports_asked(const struct options *options);
/* What comes of the work goes to standard output alone: without a reader it has no purpose. */
bool reports_are_printed(const struct options *options);
/* -1 with EX_USAGE where --histogram has no table that it would add to. */
int tables_check(const struct options *options, struct error *err) MUST_CHECK;

#endif
