/*
 * Options of a run that comes again every night: nightly_options.c.
 */
#ifndef IMGPIPE_PIPELINE_NIGHTLY_OPTIONS_H
#define IMGPIPE_PIPELINE_NIGHTLY_OPTIONS_H

#include "options/command.h"

#define NIGHTLY_TITLE "Every night"
extern const struct option_row *const nightly_rows[];
/* Those that decide which scenes are to be done: for plan and graph, too. */
extern const struct option_row *const resuming_rows[];
/* --catalog of merge: where catalogues are joined; and waiting for its lock. */
extern const struct option_row *const joining_rows[];
/* Does the name say that it is a catalogue? */
bool is_catalogue_name(const char *path);

/* What goes together: of struct command. */
int nightly_check(struct options *options, struct error *err);

/* Those of them that every command with something to say may take. */
extern const struct option_row option_log_format, option_log_file;
/* Of those that change a catalogue. */
extern const struct option_row option_wait_lock;

#endif
