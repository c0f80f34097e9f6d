/*
 * From values and classes of pixels to stored samples. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_CONVERT_H
#define IMGPIPE_OUTPUT_CONVERT_H

#include <stddef.h>
#include <stdint.h>

#include "accum.h"
#include "maps.h"

/* Exact sums over stored samples that are not nodata: STATISTICS_* of integer types, and more. */
struct stored_sums {
	int128 sum_of_squares;
	int64_t sum;
	uint64_t n, clamped;
	int32_t least, most; /* of stored numbers, where n > 0 */
};

/*
 * n values into n samples of the map's type at `out`, which has their alignment. pixel_class as in
 * value_plane; what is not PIXEL_VALID becomes nodata, and so does NaN.
 *
 * Integers: rint(((double)value - offset) / scale), each operation rounded once in double, the
 * last one half to even: numpy.rint((value.astype('f8') - offset) / scale). What the type does not
 * hold becomes its nearest number, and what then is nodata the number beside it (stored.h); both
 * count as clamped.
 *
 * float32: the same bits; where nodata is no NaN, a value equal to it becomes the float above, and
 * counts as clamped. A nodata that is NaN is stored as 0x7fc00000.
 *
 * `sums`: added to, all zero before the first call; float32: n and clamped alone.
 */
void convert_values(const struct map_def *map, const float *value, const uint8_t *pixel_class,
		    size_t n, void *out, struct stored_sums *sums);

#endif
