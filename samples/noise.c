/*
 * Value noise along a row of pixels. Knows nothing of what it is used for.
 */
#include "noise.h"

#include <string.h>

static float smooth(float t)
{
	return t * t * (3.0f - 2.0f * t);
}

static float lattice(uint32_t seed, uint32_t x, uint32_t y, float ty)
{
	float upper = unit(hash2(seed, x, y)), lower = unit(hash2(seed, x, y + 1));

	return upper + (lower - upper) * ty - 0.5f;
}

void noise_octave(float *out, const struct run *run, uint32_t seed, unsigned shift, float amplitude)
{
	const uint32_t in_cell = ((uint32_t)1 << shift) - 1;
	const float scale = 1.0f / (float)(in_cell + 1);
	/* Every octave's lattice is moved by its own amount, so that no lines add up. */
	const uint32_t origin = hash2(seed, shift, 77), y = run->y + (origin >> 16);
	uint32_t x = run->x + (origin & 0xffff), cell = x >> shift;
	const float ty = smooth((float)(y & in_cell) * scale);
	float left = lattice(seed, cell, y >> shift, ty) * amplitude;
	float right = lattice(seed, cell + 1, y >> shift, ty) * amplitude;

	for (unsigned i = 0; i < run->n; i++, x += run->step) {
		if (x >> shift != cell) {
			uint32_t next = x >> shift;

			left = next == cell + 1 ? right
						: lattice(seed, next, y >> shift, ty) * amplitude;
			right = lattice(seed, next + 1, y >> shift, ty) * amplitude;
			cell = next;
		}
		out[i] += left + (right - left) * smooth((float)(x & in_cell) * scale);
	}
}

void noise_octaves(float *out, const struct run *run, uint32_t seed, unsigned from, unsigned to)
{
	float amplitude = 1.0f;

	memset(out, 0, run->n * sizeof(*out));
	for (unsigned shift = from; shift + 1 > to; shift--) {
		noise_octave(out, run, hash2(seed, shift, 1), shift, amplitude);
		amplitude *= 0.5f;
		if (!shift)
			break;
	}
}
