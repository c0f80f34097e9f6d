/*
 * --report, which labs write, too.
 */
#ifndef IMGPIPE_STAGES_REPORT_JSON_H
#define IMGPIPE_STAGES_REPORT_JSON_H

#include "report.h"

extern const struct report report_json;

#endif
