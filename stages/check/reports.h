/*
 * The reports of a check, for their table in check_files.c. Private to stages/check.
 */
#ifndef IMGPIPE_STAGES_CHECK_REPORTS_H
#define IMGPIPE_STAGES_CHECK_REPORTS_H

#include "report/report.h"

extern const struct report report_check_text;
extern const struct report report_check_outcome;

#endif
