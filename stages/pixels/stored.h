/*
 * What is counted of the stored samples of each map of a scene: a cell a map, filled by stage
 * encode, looked at when the files are made.
 */
#ifndef IMGPIPE_STAGES_STORED_H
#define IMGPIPE_STAGES_STORED_H

#include "accum.h"
#include "output/convert.h"
#include "output/maps.h"
#include "result.h"

struct stored_cell {
	struct stored_sums sums;
	struct accum accum; /* of bands that are stored as reals; values have their own */
};

/* Of map number `value`. */
extern const struct reducer reducer_stored;

/* The grid of `accum`. */
extern const struct value_grid stored_grid;

/* Cells of all maps of the run. */
void stored_layout(struct result_layout *layout, const struct maps *maps);

static inline bool has_own_accum(const struct map_def *map)
{
	return map->kind == MAP_BAND && map->type == MAP_FLOAT32;
}

#endif
