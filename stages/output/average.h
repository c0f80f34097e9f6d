/*
 * Overviews: a tile of one level becomes a quarter of a tile of the next. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_AVERAGE_H
#define IMGPIPE_OUTPUT_AVERAGE_H

#include <stddef.h>

#include "maps.h"

/*
 * Out of tile * tile samples, (tile / 2)^2 into `out`, whose rows are `stride` samples apart. A
 * sample is the mean of those of four that are not nodata, in the order upper left, upper right,
 * lower left, lower right:
 *
 *     float32    float32((0.0 + a + b + c + d) / n) in double; NaN is nodata, whatever its bits
 *     integers   half away from zero
 *     classes    the upper left one
 *
 * None that is not nodata: nodata. A mean that would read as nodata is the number beside it
 * (stored.h). Pixels beyond the image are nodata.
 */
void average_tile(const struct map_def *map, uint32_t tile, const void *samples, void *out,
		  size_t stride);

#endif
