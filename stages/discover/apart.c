/*
 * Scenes of one name, told apart: in front of the name stands the folder, of those above the file,
 * in which all of them differ; where none does, the file's path stands for the name. By names
 * alone, and for all shards alike.
 *
 * Names are compared by their hashes, so that 16 bytes a scene are enough. Should two hashes be the
 * same by chance, a folder stands in front of a name that did not need it.
 */
#include "apart.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "scene_build.h"

enum { FOLDERS_MOST = 16 };

/* Takes the text. -1 without one. */
static int hash_of(uint64_t *hash, char *text)
{
	if (!text)
		return -1;
	*hash = hash_bytes(HASH_SEED, text, strlen(text));
	free(text);
	return 0;
}

static bool says_nothing(const char *folder)
{
	return !*folder || strcmp(folder, ".") == 0 || strcmp(folder, "..") == 0;
}

/* Do the folders that far up all differ? -1 without memory. */
static int differ(const struct scene_list *scene_list, struct hashed *called, uint32_t n,
		  unsigned up)
{
	for (uint32_t i = 0; i < n; i++) {
		char *folder = folder_above(scene_list, &scene_list->entry[called[i].id], up);

		if (folder && says_nothing(folder)) {
			free(folder);
			return 0;
		}
		if (hash_of(&called[i].hash, folder))
			return -1;
	}
	qsort(called, n, sizeof(*called), hashed_order);
	for (uint32_t i = 1; i < n; i++)
		if (called[i - 1].hash == called[i].hash)
			return 0;
	return 1;
}

static int tell_apart(struct scene_list *scene_list, struct hashed *called, uint32_t n)
{
	unsigned up = 1;
	int found = 0;

	for (; up <= FOLDERS_MOST && !found; up += !found) {
		found = differ(scene_list, called, n, up);
		if (found < 0)
			return -1;
	}
	for (uint32_t i = 0; i < n; i++)
		scene_list->entry[called[i].id].apart = found ? (uint8_t)up : APART_BY_PATH;
	return 0;
}

static int tell_all_apart(struct scene_list *scene_list, struct hashed *called, uint32_t n)
{
	uint32_t end;

	qsort(called, n, sizeof(*called), hashed_order);
	for (uint32_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && called[end].hash == called[i].hash;)
			end++;
		if (end - i > 1 && tell_apart(scene_list, called + i, end - i))
			return -1;
	}
	return 0;
}

int scene_list_tell_apart(struct scene_list *scene_list, struct error *err)
{
	size_t bytes = scene_list->n * sizeof(struct hashed);
	struct hashed *called;
	uint32_t n = 0;
	bool fine;

	if (file_list_within(&scene_list->files, bytes, err))
		return -1;
	called = malloc(bytes);
	fine = called != NULL;
	for (uint32_t id = 0; id < scene_list->n && fine; id++) {
		const struct entry *entry = &scene_list->entry[id];

		if (entry->kind == ENTRY_FAILED)
			continue;
		called[n].id = id;
		fine = hash_of(&called[n++].hash, scene_make_name(scene_list, entry)) == 0;
	}
	fine = fine && tell_all_apart(scene_list, called, n) == 0;
	free(called);
	return fine ? 0 : error_memory(err, "names of scenes", bytes);
}
