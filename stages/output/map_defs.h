/*
 * Which maps a run makes, and how each stores its values. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_MAP_DEFS_H
#define IMGPIPE_OUTPUT_MAP_DEFS_H

#include "maps.h"
#include "options.h"

/* maps->map and maps->n, from options->map and the recipe. -1 with EX_USAGE. */
int map_defs_make(struct maps *maps, const struct options *options, struct error *err) MUST_CHECK;

/*
 * Is it known where its values are? Of indices that do not depend on the unit of the samples, or
 * are computed of reflectance alone, and of what the user gives a range for. Of expressions, and of
 * indices like DVI where samples may be numbers up to 65535, value->grid is a guess. Pure.
 */
bool value_range_known(const struct value_def *value, const struct options *options);

/* Step of integers that holds values from lo to hi with 16 bits: README.md has the rule. */
double map_int16_scale(double lo, double hi);

/* Bytes that the file of a scene of this size has at the most. */
uint64_t map_bytes_most(const struct map_format *format, const struct map_def *map, uint32_t x_size,
			uint32_t y_size);

/* "int16" */
const char *map_type_name(enum map_type type);
/* "map", "classes", "band": as struct output_file has it. */
const char *map_kind_name(enum map_kind kind);

#endif
