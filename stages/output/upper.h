/*
 * The upper levels of a map, of which no worker had all pixels: upper.c. For scene_maps.c.
 */
#ifndef IMGPIPE_OUTPUT_UPPER_H
#define IMGPIPE_OUTPUT_UPPER_H

#include "map_places.h"
#include "output_file.h"

/* Bytes that upper_make() takes at its peak. Pure. */
size_t upper_bytes(const struct maps *maps, unsigned output, const struct chunk_grid *grid);

/*
 * Make all levels above K out of the quadrants, append what is stored of them to the spool of this
 * process, and add it to *places. *n_tiles: added to.
 */
int upper_make(const struct maps *maps, unsigned output, uint32_t scene_id,
	       struct map_places *places, const struct outputs_env *env, uint64_t *n_tiles,
	       struct error *err) MUST_CHECK;

#endif
