/*
 * A double as its bits, and back. Exact; loops that use them are still made of vectors.
 */
#ifndef IMGPIPE_BASE_DOUBLE_BITS_H
#define IMGPIPE_BASE_DOUBLE_BITS_H

#include <stdint.h>
#include <string.h>

static inline __attribute__((always_inline)) uint64_t bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline __attribute__((always_inline)) double of_bits(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

#endif
