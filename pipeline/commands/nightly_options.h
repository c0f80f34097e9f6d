/*
 * Options of a run that comes again every night: nightly_options.c.
 */
#ifndef IMGPIPE_PIPELINE_NIGHTLY_OPTIONS_H
#define IMGPIPE_PIPELINE_NIGHTLY_OPTIONS_H

#include "options/command.h"

#define NIGHTLY_TITLE "Every night"
extern const struct option_row *const nightly_rows[];

#endif
