/*
 * FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv): tells apart what differs by
 * accident, not what somebody made to look alike.
 */
#ifndef IMGPIPE_PIPELINE_HASH_H
#define IMGPIPE_PIPELINE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HASH_SEED UINT64_C(0xcbf29ce484222325)

/* `bytes` more of data; begin with HASH_SEED. */
static inline uint64_t hash_bytes(uint64_t seed, const void *data, size_t bytes)
{
	const unsigned char *at = data;

	while (bytes--)
		seed = (seed ^ *at++) * UINT64_C(0x100000001b3);
	return seed;
}

#endif
