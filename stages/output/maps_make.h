/*
 * What -o and its options mean.
 */
#ifndef IMGPIPE_OUTPUT_MAPS_MAKE_H
#define IMGPIPE_OUTPUT_MAPS_MAKE_H

#include "maps.h"
#include "options.h"

/*
 * From options->map and options->recipe, which outlive the maps. *out is NULL where nothing of it
 * was asked for. Looks at no file: whether folders are there is seen later. -1 with EX_USAGE and
 * the remedy. Free them with maps_free().
 */
int maps_make(struct maps **out, const struct options *options, struct error *err) MUST_CHECK;
void maps_free(struct maps *maps); /* NULL is allowed */

#endif
