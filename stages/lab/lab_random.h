/*
 * Random numbers for labs. Two generators, both of which can start anywhere in their sequence, so
 * that what point i gets depends on i alone and not on who draws it.
 */
#ifndef IMGPIPE_STAGES_LAB_RANDOM_H
#define IMGPIPE_STAGES_LAB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "accum.h"

/*
 * PCG64 (XSL-RR 128/64): M. E. O'Neill, "PCG: A Family of Simple Fast Space-Efficient Statistically
 * Good Algorithms for Random Number Generation", 2014; NumPy's default generator. A linear
 * congruential generator of 128 bits whose state is stirred into 64.
 */
struct pcg64 {
	uint128 state;
};

void pcg64_seed(struct pcg64 *g, uint64_t seed);

/*
 * `steps` draws ahead in some 64 multiplications: F. B. Brown, "Random Number Generation with
 * Arbitrary Strides", Trans. Am. Nucl. Soc. 71, 1994.
 */
void pcg64_skip(struct pcg64 *g, uint64_t steps);

enum { PCG64_STREAM = 54 };

static inline uint128 pcg64_multiplier(void)
{
	return (uint128)0x2360ed051fc65da4u << 64 | 0x4385df649fccf645u;
}

/* The next 53 bits, as a number in [0, 1): NumPy's random(). */
static inline double pcg64_double(struct pcg64 *g)
{
	uint64_t mixed;
	unsigned turn;

	g->state = g->state * pcg64_multiplier() + (2 * PCG64_STREAM + 1);
	mixed = (uint64_t)(g->state >> 64) ^ (uint64_t)g->state;
	turn = (unsigned)(g->state >> 122);
	mixed = mixed >> turn | mixed << (-turn & 63);
	return (double)(mixed >> 11) * 0x1p-53;
}

/*
 * Philox4x32-10: J. K. Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC11. No state
 * at all: four 32-bit numbers are made of a counter and a key, in multiplications of 32 bits that
 * vector units have.
 */
struct philox {
	uint32_t word[4];
};

static inline __attribute__((always_inline)) struct philox philox(uint32_t c0, uint32_t c1,
								  uint32_t c2, uint32_t c3,
								  uint32_t k0, uint32_t k1)
{
	for (int round = 0; round < 10; round++) {
		uint64_t a = (uint64_t)c0 * 0xd2511f53u, b = (uint64_t)c2 * 0xcd9e8d57u;

		c0 = (uint32_t)(b >> 32) ^ c1 ^ k0;
		c2 = (uint32_t)(a >> 32) ^ c3 ^ k1;
		c1 = (uint32_t)b;
		c3 = (uint32_t)a;
		k0 += 0x9e3779b9u;
		k1 += 0xbb67ae85u;
	}
	return (struct philox){{c0, c1, c2, c3}};
}

/*
 * The coordinates of points first ... first + n - 1, in any order. Point i has words 0 and 1 of the
 * block of counter i / 2, or words 2 and 3 where i is odd.
 */
void philox_points(uint32_t *x, uint32_t *y, uint64_t first, size_t n, uint64_t seed);

/*
 * One step of exponential smoothing of pixels first ... first + n - 1: what is seen of pixel p at
 * time t is made of the block of counter (p, t); a quarter of all is cloud and changes nothing.
 *
 *     s += (seen - s) / 4
 */
void philox_smooth(double *s, uint64_t first, size_t n, uint32_t t, uint64_t seed);

#endif
