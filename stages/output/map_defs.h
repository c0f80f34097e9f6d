/*
 * Which maps a run makes, and how each stores its values. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_MAP_DEFS_H
#define IMGPIPE_OUTPUT_MAP_DEFS_H

#include "maps.h"
#include "options.h"

/* maps->map and maps->n, from options->map and the recipe. -1 with EX_USAGE. */
int map_defs_make(struct maps *maps, const struct options *options, struct error *err) MUST_CHECK;

/* Step of integers that holds values from lo to hi with 16 bits: README.md has the rule. */
double map_int16_scale(double lo, double hi);

/* "int16" */
const char *map_type_name(enum map_type type);

#endif
