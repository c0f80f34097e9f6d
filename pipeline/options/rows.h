/*
 * Options that more than one command takes, each described once. What belongs to one command alone
 * stands with it. A new option is a row and a setter (values.h).
 */
#ifndef IMGPIPE_PIPELINE_ROWS_H
#define IMGPIPE_PIPELINE_ROWS_H

#include "command.h"

/* --config, --help and what else every command takes. */
extern const struct option_group config_group, screen_group, help_group;

extern const struct option_row option_workers, option_transport, option_confine, option_memory,
	option_chunk, option_working_set, option_shard, option_timeout;
extern const struct option_row option_tile_grid, option_histogram;
extern const struct option_row option_quiet, option_verbose, option_progress, option_monitor;

#endif
