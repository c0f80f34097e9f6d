/*
 * What a command reads: the options that say so.
 */
#ifndef IMGPIPE_PIPELINE_READING_H
#define IMGPIPE_PIPELINE_READING_H

#include "options/command.h"

extern const struct option_row option_include, option_exclude, option_reader, option_follow;
/* These and bands, scaling and nodata, for all commands that open scenes. */
extern const struct option_row *const reading_rows[];
#define READING_TITLE "What to read"

#endif
