/*
 * Which numbers a map may store: any of its type, but nodata only where there is no value. A value
 * that would be stored as nodata becomes the number beside it: the next above, or below where
 * nodata is the type's largest. Pure; private to the room.
 */
#ifndef IMGPIPE_OUTPUT_STORED_H
#define IMGPIPE_OUTPUT_STORED_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "maps.h"

struct stored_numbers {
	int32_t least, most; /* of the type */
	int32_t nodata, beside;
};

/* int16, uint8 and classes. A nodata that the type does not hold counts as its nearest end. */
static inline struct stored_numbers stored_numbers(const struct map_def *map)
{
	struct stored_numbers s = {.least = map->type == MAP_UINT8 ? 0 : INT16_MIN,
				   .most = map->type == MAP_UINT8 ? UINT8_MAX : INT16_MAX};

	s.nodata = !(map->nodata > s.least) ? s.least
		   : map->nodata >= s.most  ? s.most
					    : (int32_t)map->nodata;
	s.beside = s.nodata < s.most ? s.nodata + 1 : s.nodata - 1;
	return s;
}

struct stored_reals {
	float nodata, beside; /* both NaN, or neither */
};

static inline struct stored_reals stored_reals(const struct map_def *map)
{
	float nodata = (float)map->nodata;

	return (struct stored_reals){nodata, nextafterf(nodata, INFINITY)};
}

/* The bytes of a sample of nodata. A NaN is 0x7fc00000, whatever bits it was given with. */
static inline void stored_nodata(unsigned char out[4], const struct map_def *map)
{
	const uint32_t nan_bits = 0x7fc00000;
	const float real = stored_reals(map).nodata;
	const int16_t narrow = (int16_t)stored_numbers(map).nodata;

	if (map->type == MAP_UINT8)
		out[0] = (unsigned char)stored_numbers(map).nodata;
	else if (map->type == MAP_INT16)
		memcpy(out, &narrow, sizeof(narrow));
	else
		memcpy(out, isnan(real) ? (const void *)&nan_bits : &real, sizeof(real));
}

#endif
