/*
 * Options of runs that nobody looks at: what is told, and where to.
 */
#ifndef IMGPIPE_PIPELINE_NIGHTLY_OPTIONS_H
#define IMGPIPE_PIPELINE_NIGHTLY_OPTIONS_H

#include "options/command.h"

#define NIGHTLY_TITLE "Every night"
extern const struct option_row *const nightly_rows[];

/* Those of them that every command with something to say may take. */
extern const struct option_row option_log_format, option_log_file;

#endif
