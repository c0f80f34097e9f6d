/*
 * The generators' slower parts, and the loops that compilers turn into vectors.
 */
#include "lab_random.h"

#include "base/simd.h"

void pcg64_seed(struct pcg64 *g, uint64_t seed)
{
	/* As the reference code does: pcg_setseq_128_srandom_r(). */
	g->state = 0;
	pcg64_skip(g, 1);
	g->state += seed;
	pcg64_skip(g, 1);
}

void pcg64_skip(struct pcg64 *g, uint64_t steps)
{
	uint128 multiplier = pcg64_multiplier(), increment = 2 * PCG64_STREAM + 1;
	uint128 times = 1, plus = 0;

	for (; steps; steps >>= 1) {
		if (steps & 1) {
			times *= multiplier;
			plus = plus * multiplier + increment;
		}
		increment *= multiplier + 1;
		multiplier *= multiplier;
	}
	g->state = g->state * times + plus;
}

struct quad {
	uint32_t *x0, *y0, *x1, *y1; /* of the points with even and odd numbers */
};

SIMD_KERNEL(philox_blocks, (struct quad out, uint64_t first, size_t n, uint32_t k0, uint32_t k1),
	    (out, first, n, k0, k1))
{
	for (size_t i = 0; i < n; i++) {
		uint64_t block = first + i;
		struct philox p = philox((uint32_t)block, (uint32_t)(block >> 32), 0, 0, k0, k1);

		out.x0[i] = p.word[0];
		out.y0[i] = p.word[1];
		out.x1[i] = p.word[2];
		out.y1[i] = p.word[3];
	}
}

void philox_points(uint32_t *x, uint32_t *y, uint64_t first, size_t n, uint64_t seed)
{
	uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
	uint64_t block = first / 2;
	size_t pairs;

	if (n && first % 2) { /* the second half of a block */
		struct philox p = philox((uint32_t)block, (uint32_t)(block >> 32), 0, 0, k0, k1);

		*x++ = p.word[2];
		*y++ = p.word[3];
		n--;
		block++;
	}
	pairs = n / 2;
	philox_blocks((struct quad){x, y, x + pairs, y + pairs}, block, pairs, k0, k1);
	if (n % 2) { /* the first half of one */
		block += pairs;
		struct philox p = philox((uint32_t)block, (uint32_t)(block >> 32), 0, 0, k0, k1);

		x[n - 1] = p.word[0];
		y[n - 1] = p.word[1];
	}
}

SIMD_KERNEL(smooth, (double *s, uint64_t first, size_t n, uint32_t t, uint32_t k0, uint32_t k1),
	    (s, first, n, t, k0, k1))
{
	for (size_t i = 0; i < n; i++) {
		uint64_t pixel = first + i;
		struct philox p = philox((uint32_t)pixel, (uint32_t)(pixel >> 32), t, 1, k0, k1);
		double seen = (double)(int32_t)(p.word[0] >> 8) * 0x1p-24;
		double next = s[i] + (seen - s[i]) * 0.25;

		s[i] = p.word[1] < 1u << 30 ? s[i] : next;
	}
}

void philox_smooth(double *s, uint64_t first, size_t n, uint32_t t, uint64_t seed)
{
	smooth(s, first, n, t, (uint32_t)seed, (uint32_t)(seed >> 32));
}
