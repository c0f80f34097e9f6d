/*
 * Scenes of one name, told apart: in front of the name stands the folder, of those above the file,
 * in which all of them differ; where none does, the file's path stands for the name. By names
 * alone, and for all shards alike.
 */
#include "apart.h"

#include <stdlib.h>
#include <string.h>

#include "scene_build.h"

enum { FOLDERS_MOST = 16 };

struct called {
	char *name, *key;
	uint32_t id;
};

static int by_name(const void *a, const void *b)
{
	const struct called *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->id > y->id) - (x->id < y->id);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct called *)a)->key, ((const struct called *)b)->key);
}

static void drop_keys(struct called *called, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		free(called[i].key);
		called[i].key = NULL;
	}
}

/* Do the folders that far up all differ? -1 without memory. Puts the scenes in another order. */
static int differ(const struct scene_list *scene_list, struct called *called, uint32_t n,
		  unsigned up)
{
	int found = 1;

	for (uint32_t i = 0; i < n && found > 0; i++) {
		called[i].key = folder_above(scene_list, &scene_list->entry[called[i].id], up);
		if (!called[i].key)
			found = -1;
		else if (!*called[i].key || strcmp(called[i].key, ".") == 0 ||
			 strcmp(called[i].key, "..") == 0)
			found = 0;
	}
	if (found > 0)
		qsort(called, n, sizeof(*called), by_key);
	for (uint32_t i = 1; i < n && found > 0; i++)
		found = strcmp(called[i - 1].key, called[i].key) != 0;
	drop_keys(called, n);
	return found;
}

static int tell_apart(struct scene_list *scene_list, struct called *called, uint32_t n)
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

static int tell_all_apart(struct scene_list *scene_list, struct called *called, uint32_t n)
{
	uint32_t end;

	qsort(called, n, sizeof(*called), by_name);
	for (uint32_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && strcmp(called[end].name, called[i].name) == 0;)
			end++;
		if (end - i > 1 && tell_apart(scene_list, called + i, end - i))
			return -1;
	}
	return 0;
}

int scene_list_tell_apart(struct scene_list *scene_list, struct error *err)
{
	struct called *called = calloc(scene_list->n, sizeof(*called));
	uint32_t n = 0;
	bool fine = called != NULL;

	for (uint32_t id = 0; id < scene_list->n && fine; id++) {
		if (scene_list->entry[id].kind == ENTRY_FAILED)
			continue;
		called[n] = (struct called){
			.id = id, .name = scene_make_name(scene_list, &scene_list->entry[id])};
		fine = called[n++].name != NULL;
	}
	fine = fine && tell_all_apart(scene_list, called, n) == 0;
	for (uint32_t i = 0; i < n; i++)
		free(called[i].name);
	free(called);
	return fine ? 0 : error_memory(err, "names of scenes", scene_list->n * sizeof(*called));
}
