/*
 * Two rows of a tile to one of the tile above, by loops without branches.
 */
#include "average.h"

#include <math.h>
#include <string.h>

#include "base/simd.h"
#include "stored.h"

/*
 * Half away from zero: magnitudes of sums and half of the count, divided and cut off. Up to
 * 4 * 2^15 + 2 single precision holds all of it exactly, and quotients keep to their side of the
 * next whole number.
 */
#define DEFINE_INTEGERS(name, type)                                                              \
	SIMD_KERNEL(name,                                                                        \
		    (type *restrict out, const type *restrict upper, const type *restrict lower, \
		     size_t n, const struct stored_numbers *restrict stored),                    \
		    (out, upper, lower, n, stored))                                              \
	{                                                                                        \
		const int32_t nodata = stored->nodata, beside = stored->beside;                  \
                                                                                                 \
		for (size_t x = 0; x < n; x++) {                                                 \
			int32_t a = upper[2 * x], b = upper[2 * x + 1];                          \
			int32_t c = lower[2 * x], d = lower[2 * x + 1];                          \
			int32_t count =                                                          \
				(a != nodata) + (b != nodata) + (c != nodata) + (d != nodata);   \
			int32_t sum = (a != nodata ? a : 0) + (b != nodata ? b : 0) +            \
				      (c != nodata ? c : 0) + (d != nodata ? d : 0);             \
			int32_t magnitude = (sum < 0 ? -sum : sum) + (count >> 1);               \
			int32_t mean = (int32_t)((float)magnitude / (float)(count ? count : 1)); \
                                                                                                 \
			mean = sum < 0 ? -mean : mean;                                           \
			mean = mean == nodata ? beside : mean;                                   \
			out[x] = (type)(count ? mean : nodata);                                  \
		}                                                                                \
	}

DEFINE_INTEGERS(average_int16, int16_t)
DEFINE_INTEGERS(average_uint8, uint8_t)

/* The sum begins with 0, so that a mean of zeros is +0, whatever was left out. */
SIMD_KERNEL(average_float32,
	    (float *restrict out, const float *restrict upper, const float *restrict lower,
	     size_t n, const struct stored_reals *restrict stored),
	    (out, upper, lower, n, stored))
{
	const float nodata = stored->nodata, beside = stored->beside;

	for (size_t x = 0; x < n; x++) {
		const float a = upper[2 * x], b = upper[2 * x + 1];
		const float c = lower[2 * x], d = lower[2 * x + 1];
		const int is_a = (a == a) & (a != nodata), is_b = (b == b) & (b != nodata);
		const int is_c = (c == c) & (c != nodata), is_d = (d == d) & (d != nodata);
		const int count = is_a + is_b + is_c + is_d;
		double sum = 0;
		float mean;

		sum += (double)(is_a ? a : 0);
		sum += (double)(is_b ? b : 0);
		sum += (double)(is_c ? c : 0);
		sum += (double)(is_d ? d : 0);
		mean = (float)(sum / (double)(count ? count : 1));
		mean = mean == nodata ? beside : mean;
		out[x] = count ? mean : nodata;
	}
}

static void nearest(const struct map_def *map, uint32_t tile, const void *samples, void *out,
		    size_t stride)
{
	const size_t size = map_sample_bytes(map->type);

	for (size_t y = 0; y < tile / 2; y++) {
		const unsigned char *from = (const unsigned char *)samples + y * 2 * tile * size;
		unsigned char *to = (unsigned char *)out + y * stride * size;

		for (size_t x = 0; x < tile / 2; x++)
			memcpy(to + x * size, from + x * 2 * size, size);
	}
}

#define DEFINE_ROWS(name, type, average, stored_type)                                        \
	static void name(uint32_t tile, const type *in, type *out, size_t stride,            \
			 const struct stored_type stored)                                    \
	{                                                                                    \
		for (size_t y = 0; y < tile / 2; y++, in += (size_t)tile * 2, out += stride) \
			average(out, in, in + tile, tile / 2, &stored);                      \
	}

DEFINE_ROWS(rows_int16, int16_t, average_int16, stored_numbers)
DEFINE_ROWS(rows_uint8, uint8_t, average_uint8, stored_numbers)
DEFINE_ROWS(rows_float32, float, average_float32, stored_reals)

void average_tile(const struct map_def *map, uint32_t tile, const void *samples, void *out,
		  size_t stride)
{
	if (map->kind == MAP_CLASSES)
		nearest(map, tile, samples, out, stride);
	else if (map->type == MAP_FLOAT32)
		rows_float32(tile, samples, out, stride, stored_reals(map));
	else if (map->type == MAP_INT16)
		rows_int16(tile, samples, out, stride, stored_numbers(map));
	else
		rows_uint8(tile, samples, out, stride, stored_numbers(map));
}
