/*
 * Noise: pseudo-random numbers from coordinates. Integers, and IEEE single precision with + - * and
 * comparisons only, so that every machine gives the same bits (built without contraction).
 */
#ifndef SAMPLES_NOISE_H
#define SAMPLES_NOISE_H

#include <stdint.h>

#include "content.h"

/* The 64-bit finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
static inline uint64_t mix64(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* The finaliser of MurmurHash3, 32 bits, on a lattice point. */
static inline uint32_t hash2(uint32_t seed, uint32_t x, uint32_t y)
{
	uint32_t h = seed ^ (x * 0x9e3779b1u) ^ (y * 0x85ebca77u + 0x165667b1u);

	h = (h ^ (h >> 16)) * 0x85ebca6bu;
	h = (h ^ (h >> 13)) * 0xc2b2ae35u;
	return h ^ (h >> 16);
}

/* [0, 1) from the upper 24 bits: exact in single precision. */
static inline float unit(uint32_t h)
{
	return (float)(h >> 8) * 0x1p-24f;
}

/*
 * Roughly normal, mean 0, deviation 1, from 32 bits: the sum of four bytes has mean 510 and
 * variance 4 * (256^2 - 1) / 12 = 147.8^2; never beyond 3.45 deviations.
 */
static inline float normal(uint32_t h)
{
	uint32_t sum = (h & 255) + ((h >> 8) & 255) + ((h >> 16) & 255) + (h >> 24);

	return ((float)sum - 510.0f) * (1.0f / 147.8f);
}

static inline float clamp(float v, float low, float high)
{
	return v < low ? low : v > high ? high : v;
}

/*
 * Add one octave of value noise to out[0 ... run->n - 1]: cells of 2^shift pixels, values in
 * [-amplitude / 2, amplitude / 2), blended by the cubic 3t^2 - 2t^3.
 */
void noise_octave(float *out, const struct run *run, uint32_t seed, unsigned shift,
		  float amplitude);

/* Octaves of 2^from ... 2^to pixels, the first of amplitude 1, each next half of the one before. */
void noise_octaves(float *out, const struct run *run, uint32_t seed, unsigned from, unsigned to);

#endif
