/*
 * Values of options: one setter a row of rows.c, and what setters of other rooms need to read
 * numbers, words and lists in the same way. It knows no executor, no lab and no mode of teaching.
 */
#ifndef IMGPIPE_PIPELINE_VALUES_H
#define IMGPIPE_PIPELINE_VALUES_H

#include "command.h"

option_setter set_bands, set_mask, set_alpha, set_raw, set_scale, set_offset, set_nodata,
	set_reader, set_reflectance, set_include, set_exclude, set_duplicates;
option_setter set_index, set_expression, set_constant, set_range, set_on_missing,
	set_assume_reflectance, set_valid_range, set_valid_reflectance, set_grid;
option_setter set_workers, set_transport, set_confine, set_follow, set_memory, set_chunk,
	set_working_set;
option_setter set_tile_grid, set_histogram, set_shard, set_timeout;
option_setter set_config; /* the parser has read it before */
option_setter set_quiet, set_verbose, set_progress, set_monitor, set_color;
option_setter set_log_format, set_log_file;

/* A whole number in [min, max], from the front of text; *end is what follows. 0 or -1. */
int option_whole(const char *text, uint64_t min, uint64_t max, uint64_t *value, char **end);
/* A whole number as people write large ones: 100000, 1e8, 2.5e6. Exact up to 2^53. 0 or -1. */
int option_count(const char *text, double most, uint64_t *count);

/* "512" or "1024x256", in pixels. 0 or -1. */
int option_sizes(const char *text, uint32_t *x_size, uint32_t *y_size);

/* The place of value among words (ended by NULL), or -1 with the words in the error. */
int option_choose(const char *value, const char *const *words, struct error *err);

/* One more value of an option that repeats, as typed. -1 with EX_USAGE for too many. */
int option_keep(struct text_list *list, const char *value, struct error *err);

/* A list with commas: each word goes to add(), which returns 0 or -1. -1, too, for an empty word or
 * one longer than any that is known; then the error is set by this function. */
int option_each(const char *list, int (*add)(void *to, const char *word, struct error *err),
		void *to, struct error *err);

#endif
