/*
 * Sets of numbers with open addressing, at most three quarters full.
 */
#include "number_set.h"

#include <stdlib.h>
#include <string.h>

uint32_t hash_text(uint32_t seed, const char *text, size_t len)
{
	uint32_t hash = seed; /* FNV-1a, 32 bits */

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * 16777619u;
	return hash;
}

int hashed_order(const void *a, const void *b)
{
	const struct hashed *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

int number_set_grow(struct number_set *set, uint32_t (*rehash)(const void *ctx, uint32_t number),
		    const void *ctx, struct error *err)
{
	struct number_set bigger = {.size = set->size ? set->size * 2 : 64};

	if (set->size && set->n < set->size - set->size / 4)
		return 0;
	if (set->size > UINT32_MAX / 4)
		return error_memory(err, "the list of files", SIZE_MAX);
	bigger.slot = malloc(bigger.size * sizeof(*bigger.slot));
	if (!bigger.slot)
		return error_memory(err, "the list of files", bigger.size * sizeof(uint32_t));
	memset(bigger.slot, 0xff, bigger.size * sizeof(*bigger.slot));
	for (uint32_t i = 0; i < set->size; i++) {
		uint32_t at;

		if (set->slot[i] == NO_NUMBER)
			continue;
		at = rehash(ctx, set->slot[i]) & (bigger.size - 1);
		while (bigger.slot[at] != NO_NUMBER)
			at = (at + 1) & (bigger.size - 1);
		bigger.slot[at] = set->slot[i];
	}
	bigger.n = set->n;
	free(set->slot);
	*set = bigger;
	return 0;
}

uint32_t *number_set_find(const struct number_set *set, uint32_t hash,
			  bool (*equal)(const void *ctx, uint32_t number, const void *key),
			  const void *ctx, const void *key)
{
	uint32_t at = hash & (set->size - 1);

	while (set->slot[at] != NO_NUMBER && !equal(ctx, set->slot[at], key))
		at = (at + 1) & (set->size - 1);
	return &set->slot[at];
}

void number_set_release(struct number_set *set)
{
	free(set->slot);
	*set = (struct number_set){0};
}

int array_grow(void *array, uint32_t n, uint32_t more, uint32_t *size, size_t bytes,
	       struct error *err)
{
	void **at = array;
	uint32_t bigger = *size + *size / 2 + 64;
	void *grown;

	if (more <= *size - n)
		return 0;
	grown = realloc(*at, bigger * bytes);
	if (!grown)
		return error_memory(err, "the scene list", bigger * bytes);
	*at = grown;
	*size = bigger;
	return 0;
}
