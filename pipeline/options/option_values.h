/*
 * Values of options: one function a row of the option table. Each takes the value as typed (NULL
 * for options without one), and returns 0 or -1 with EX_USAGE and what would have been right.
 */
#ifndef IMGPIPE_PIPELINE_OPTION_VALUES_H
#define IMGPIPE_PIPELINE_OPTION_VALUES_H

#include "option_table.h"

option_setter set_bands, set_mask, set_raw, set_scale, set_offset, set_nodata, set_reader;
option_setter set_workers, set_executor, set_transport, set_confine, set_follow, set_memory,
	set_chunk, set_working_set;
option_setter set_tile_grid, set_shard, set_text, set_teach;
option_setter set_quiet, set_verbose, set_progress, set_monitor;

/* pi, sum, recur */
option_setter set_n, set_steps, set_generator, set_how, set_over, set_seed;
option_setter set_workers_list, set_lab_chunk;

/* sweep */
option_setter set_sweep_chunk, set_sweep_workers, set_sweep_executor, set_sweep_set;
option_setter set_sweep_repeat, set_sweep_cold;

/* A whole number in [min, max], from the front of text; *end is what follows. 0 or -1. */
int option_whole(const char *text, uint64_t min, uint64_t max, uint64_t *value, char **end);

#endif
