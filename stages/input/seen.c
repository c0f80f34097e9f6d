/*
 * A set with open addressing, at most half full.
 */
#include "seen.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static uint64_t hash_scene(const struct scene *scene)
{
	uint64_t h = HASH_SEED;

	for (uint32_t slot = 0; slot < SCENE_QA; slot++) {
		const struct band *band = &scene->band[slot];

		if (!scene->has_band[slot])
			continue;
		h = hash_bytes(h, &slot, sizeof(slot));
		h = hash_bytes(h, &band->index, sizeof(band->index));
		h = hash_bytes(h, band->path, strlen(band->path) + 1);
	}
	return h ? h : 1;
}

/* The hash's slot, or the free one where it belongs. */
static uint64_t *find(const struct seen *seen, uint64_t h)
{
	size_t i = h & (seen->size - 1);

	while (seen->slot[i] && seen->slot[i] != h)
		i = (i + 1) & (seen->size - 1);
	return &seen->slot[i];
}

static bool grow(struct seen *seen, struct error *err)
{
	struct seen larger = {.n = seen->n, .size = seen->size ? 2 * seen->size : 64};

	larger.slot = calloc(larger.size, sizeof(*larger.slot));
	if (!larger.slot) {
		error_memory(err, "the scenes met", larger.size * sizeof(*larger.slot));
		return false;
	}
	for (size_t i = 0; i < seen->size; i++)
		if (seen->slot[i])
			*find(&larger, seen->slot[i]) = seen->slot[i];
	free(seen->slot);
	*seen = larger;
	return true;
}

enum seen_answer seen_add(struct seen *seen, const struct scene *scene, struct error *err)
{
	uint64_t h = hash_scene(scene), *slot;

	if (2 * seen->n >= seen->size && !grow(seen, err))
		return SEEN_FAILED;
	slot = find(seen, h);
	if (*slot)
		return SEEN_BEFORE;
	*slot = h;
	seen->n++;
	return SEEN_NEW;
}

void seen_release(struct seen *seen)
{
	free(seen->slot);
	*seen = (struct seen){0};
}
