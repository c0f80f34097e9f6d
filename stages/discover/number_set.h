/*
 * Hashes of text, and sets of numbers that stand for things of the caller's: files, folders,
 * scenes; and arrays of such things that grow. number_set.c; used by all lists and groups of
 * discovery.
 */
#ifndef IMGPIPE_NUMBER_SET_H
#define IMGPIPE_NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define NO_NUMBER UINT32_MAX

/* Open-addressing set of numbers; what they stand for is the caller's. */
struct number_set {
	uint32_t *slot; /* NO_NUMBER: free */
	uint32_t n, size;
};

uint32_t hash_text(uint32_t seed, const char *text, size_t len);
#define HASH_TEXT_SEED 2166136261u

/*
 * The hash of a text of something's, and its number. 64 bits (base/hash.h): none of a million texts
 * has another's hash by chance.
 */
struct hashed {
	uint64_t hash;
	uint32_t id;
};
/* For qsort(): by hash, then by number. */
int hashed_order(const void *a, const void *b);

/* Make room for one more; rehash() gives the hash of a number in the set. */
int number_set_grow(struct number_set *set, uint32_t (*rehash)(const void *ctx, uint32_t number),
		    const void *ctx, struct error *err);
/*
 * First slot for this hash whose number `equal` accepts, or a free one. A free slot may be filled
 * (then add 1 to set->n). The set must have a free slot: number_set_grow() first.
 */
uint32_t *number_set_find(const struct number_set *set, uint32_t hash,
			  bool (*equal)(const void *ctx, uint32_t number, const void *key),
			  const void *ctx, const void *key);
void number_set_release(struct number_set *set);

/*
 * Room for `more` elements of `bytes` behind the n of an array that has room for *size. *array, a
 * pointer of any type, may move. It grows by half and 64, so `more` may be 64 at the most.
 */
int array_grow(void *array, uint32_t n, uint32_t more, uint32_t *size, size_t bytes,
	       struct error *err);

#endif
