/*
 * From values and classes of pixels to stored samples. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_CONVERT_H
#define IMGPIPE_OUTPUT_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include "maps.h"

/* Exact sums over stored samples that are not nodata: STATISTICS_* of integer types, and more. */
struct stored_sums {
	_Alignas(16) __int128 sum_of_squares;
	int64_t sum;
	uint64_t n, clamped;
	int32_t least, most; /* of stored numbers, where n > 0 */
};

/*
 * n values into n samples of the map's type at `out`. pixel_class as in value_plane; what is not
 * PIXEL_VALID becomes nodata. float32: the same bits, NaN as 0x7fc00000. Integers: (value - offset)
 * / scale, half to even, clamped to what the type holds beside nodata, before the cast; counted.
 * `sums`: added to; float32: n alone.
 */
void convert_values(const struct map_def *map, const float *value, const uint8_t *pixel_class,
		    size_t n, void *out, struct stored_sums *sums);

#endif
