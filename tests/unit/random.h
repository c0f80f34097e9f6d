/*
 * Random numbers of tests: the same in every run. Include it once a program.
 */
#ifndef IMGPIPE_TESTS_RANDOM_H
#define IMGPIPE_TESTS_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 1;

/* Marsaglia's xorshift64. */
static inline uint64_t random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* In [0, 1). */
static inline double random_unit(void)
{
	return (double)(random_bits() >> 11) * 0x1p-53;
}

#endif
