/*
 * Samples on their way from decoded rows to planes: bands taken apart, and the value that stands
 * for blocks never written. Pure; it knows no files.
 */
#include "samples.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/simd.h"

/*
 * One loop for each sample size and usual stride, so that the compiler knows the width of loads and
 * stores and how to shuffle them.
 */
#define TAKE_APART(type, step)           \
	for (uint32_t i = 0; i < n; i++) \
	((type *)to)[i] = ((const type *)from)[(size_t)i * (step)]

#define DEFINE_TAKE_APART(name, type)                                                            \
	SIMD_KERNEL(name,                                                                        \
		    (void *restrict to, const void *restrict from, uint32_t n, uint16_t stride), \
		    (to, from, n, stride))                                                       \
	{                                                                                        \
		if (stride == 2)                                                                 \
			TAKE_APART(type, 2);                                                     \
		else if (stride == 3)                                                            \
			TAKE_APART(type, 3);                                                     \
		else if (stride == 4)                                                            \
			TAKE_APART(type, 4);                                                     \
		else                                                                             \
			TAKE_APART(type, stride);                                                \
	}

DEFINE_TAKE_APART(take_8, uint8_t)
DEFINE_TAKE_APART(take_16, uint16_t)
DEFINE_TAKE_APART(take_32, uint32_t)
DEFINE_TAKE_APART(take_64, uint64_t)

void tiff_copy_samples(void *to, const void *from, uint32_t n, uint16_t stride, size_t size)
{
	if (stride == 1)
		memcpy(to, from, n * size);
	else if (size == 1)
		take_8(to, from, n, stride);
	else if (size == 2)
		take_16(to, from, n, stride);
	else if (size == 4)
		take_32(to, from, n, stride);
	else
		take_64(to, from, n, stride);
}

void tiff_fill_samples(void *to, const void *sample, uint32_t n, size_t size)
{
	unsigned char *out = to;

	for (uint32_t i = 0; i < n; i++)
		memcpy(out + i * size, sample, size);
}

/* Rounded half up and cut to the range of the type, NaN to 0: as GDAL converts. */
static int64_t to_integer(double value, double min, double max)
{
	if (isnan(value))
		return 0;
	value = floor(value + 0.5);
	return (int64_t)(value < min ? min : value > max ? max : value);
}

float tiff_to_float(double value)
{
	double rounded;

	return sample_holds(SAMPLE_F32, value, &rounded)
		       ? (float)rounded
		       : copysignf(INFINITY, (float)(value > 0 ? 1 : -1));
}

void tiff_make_sample(unsigned char out[8], enum sample_type type, double value)
{
	static const double min[N_SAMPLE_TYPES] = {
		[SAMPLE_I8] = -128, [SAMPLE_I16] = -32768, [SAMPLE_I32] = -2147483648.0};
	static const double max[N_SAMPLE_TYPES] = {
		[SAMPLE_U8] = 255,    [SAMPLE_I8] = 127,           [SAMPLE_U16] = 65535,
		[SAMPLE_I16] = 32767, [SAMPLE_U32] = 4294967295.0, [SAMPLE_I32] = 2147483647.0,
	};

	if (type == SAMPLE_F64) {
		memcpy(out, &value, sizeof(value));
	} else if (type == SAMPLE_F32) {
		float single = tiff_to_float(value);

		memcpy(out, &single, sizeof(single));
	} else {
		int64_t whole = to_integer(value, min[type], max[type]);
		uint32_t u32 = (uint32_t)whole;
		uint16_t u16 = (uint16_t)whole;

		if (sample_size(type) == 4)
			memcpy(out, &u32, sizeof(u32));
		else if (sample_size(type) == 2)
			memcpy(out, &u16, sizeof(u16));
		else
			out[0] = (unsigned char)whole;
	}
}

/* One loop for each width, which compilers turn into shuffles. */
#define SWAP(type, swapped)                               \
	for (size_t i = 0; i < bytes / sizeof(type); i++) \
	((type *)samples)[i] = swapped(((type *)samples)[i])

void tiff_swap_samples(void *samples, size_t bytes, unsigned bits)
{
	if (bits == 16)
		SWAP(uint16_t, __builtin_bswap16);
	else if (bits == 32)
		SWAP(uint32_t, __builtin_bswap32);
	else if (bits == 64)
		SWAP(uint64_t, __builtin_bswap64);
}

void tiff_reverse_bits(unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned b = bytes[i];

		b = (b & 0x0F) << 4 | b >> 4;
		b = (b & 0x33) << 2 | (b >> 2 & 0x33);
		bytes[i] = (unsigned char)((b & 0x55) << 1 | (b >> 1 & 0x55));
	}
}
