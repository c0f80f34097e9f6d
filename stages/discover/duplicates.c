/*
 * Scenes of one acquisition lie together once they are in the order of their keys' hashes; keys are
 * made again to compare them, so that 16 bytes a scene are enough.
 */
#include "duplicates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acquisition.h"
#include "base/hash.h"
#include "names.h"
#include "scene_build.h"

/* What names say of an image; quality bands and other products are none of it. */
static bool may_be_scene(const struct scene_list *scene_list, const struct entry *entry)
{
	const char *base = file_list_name(&scene_list->files, entry_first(scene_list, entry));
	enum token_kind kind;

	if (entry->kind == ENTRY_GROUP)
		return true;
	kind = name_band_token(base, name_stem(base)).kind;
	return entry->kind == ENTRY_STACK && (kind == TOKEN_NONE || kind == TOKEN_STACK);
}

/* 1: known; 0; -1 without memory. */
static int find_acquisition(const struct scene_list *scene_list, uint32_t id,
			    struct acquisition *acquisition)
{
	const struct entry *entry = &scene_list->entry[id];
	char *name, *path;
	int known = -1;

	if (!may_be_scene(scene_list, entry))
		return 0;
	name = scene_make_name(scene_list, entry);
	path = file_list_path(&scene_list->files, entry_first(scene_list, entry));
	if (name && path)
		known = acquisition_of(acquisition, name, path);
	free(name);
	free(path);
	return known;
}

static int find_all(const struct scene_list *scene_list, struct hashed *shot, uint32_t *n)
{
	*n = 0;
	for (uint32_t id = 0; id < scene_list->n; id++) {
		struct acquisition acquisition;
		int known = find_acquisition(scene_list, id, &acquisition);

		if (known < 0)
			return -1;
		if (known)
			shot[(*n)++] = (struct hashed){
				hash_bytes(HASH_SEED, acquisition.key, strlen(acquisition.key)),
				id};
	}
	qsort(shot, *n, sizeof(*shot), hashed_order);
	return 0;
}

static int refuse(const struct scene_list *scene_list, uint32_t one, uint32_t other,
		  struct error *err)
{
	const struct entry *entry = scene_list->entry;
	char *a = file_list_path(&scene_list->files, entry_first(scene_list, &entry[one]));
	char *b = file_list_path(&scene_list->files, entry_first(scene_list, &entry[other]));

	if (a && b)
		(void)error_set(err, EX_DATAERR,
				"%s: is the same acquisition as %s, by their names; leave one out "
				"with --exclude, or keep the newest processing: --duplicates "
				"newest",
				b, a);
	else
		(void)error_memory(err, "a path", 0);
	free(a);
	free(b);
	return -1;
}

static uint8_t counted(uint32_t n)
{
	return n < UINT8_MAX ? (uint8_t)n : UINT8_MAX;
}

/* Of those whose processing is known keep one, the first of the newest. */
static void keep_newest(struct scene_list *scene_list, const struct hashed *shot,
			const uint64_t *version, uint32_t n)
{
	uint32_t newest = 0, older = 0, left;

	for (uint32_t i = 0; i < n; i++)
		if (version[i] > version[newest])
			newest = i;
	for (uint32_t i = 0; i < n; i++)
		if (version[i] && i != newest) {
			scene_list->entry[shot[i].id].left_out = true;
			older++;
		}
	left = n - older;
	for (uint32_t i = 0; i < n; i++)
		scene_list->entry[shot[i].id].times = left > 1 ? counted(left) : 0;
	scene_list->entry[shot[newest].id].older = counted(older);
}

/* shot[0 ... n) have one hash; those with the key of the first are one acquisition. */
static int settle(struct scene_list *scene_list, struct hashed *shot, uint64_t *version, uint32_t n,
		  enum duplicates choice, struct error *err)
{
	struct acquisition first, other;
	uint32_t same = 1;

	if (find_acquisition(scene_list, shot[0].id, &first) < 0)
		return error_memory(err, "names of scenes", 0);
	version[0] = first.version;
	for (uint32_t i = 1; i < n; i++) {
		if (find_acquisition(scene_list, shot[i].id, &other) < 0)
			return error_memory(err, "names of scenes", 0);
		if (strcmp(first.key, other.key) != 0)
			continue;
		version[same] = other.version;
		shot[same++] = shot[i];
	}
	if (same == 1)
		return 0;
	if (choice == DUPLICATES_FAIL)
		return refuse(scene_list, shot[0].id, shot[1].id, err);
	for (uint32_t i = 0; i < same; i++)
		scene_list->entry[shot[i].id].times = counted(same);
	if (choice == DUPLICATES_NEWEST)
		keep_newest(scene_list, shot, version, same);
	return 0;
}

static int settle_all(struct scene_list *scene_list, struct hashed *shot, uint64_t *version,
		      uint32_t n, enum duplicates choice, struct error *err)
{
	uint32_t end;
	int rc = 0;

	for (uint32_t i = 0; i < n && rc == 0; i = end) {
		for (end = i + 1; end < n && shot[end].hash == shot[i].hash;)
			end++;
		if (end - i > 1)
			rc = settle(scene_list, shot + i, version, end - i, choice, err);
	}
	return rc;
}

static uint32_t count_left_out(const struct scene_list *scene_list)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < scene_list->n; i++)
		n += scene_list->entry[i].left_out;
	return n;
}

/* Room for those that are to be kept apart. */
static int make_older(struct scene_list *scene_list, struct error *err)
{
	const uint32_t n = count_left_out(scene_list);

	if (!n)
		return 0;
	scene_list->older = malloc(n * sizeof(*scene_list->older));
	return scene_list->older
		       ? 0
		       : error_memory(err, "names of scenes", n * sizeof(*scene_list->older));
}

static void drop_left_out(struct scene_list *scene_list)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < scene_list->n; i++)
		if (!scene_list->entry[i].left_out)
			scene_list->entry[kept++] = scene_list->entry[i];
		else if (scene_list->older)
			scene_list->older[scene_list->n_older++] = scene_list->entry[i];
	scene_list->n = kept;
}

int scene_list_duplicates(struct scene_list *scene_list, enum duplicates choice, bool keep,
			  struct error *err)
{
	size_t bytes = scene_list->n * (sizeof(struct hashed) + sizeof(uint64_t));
	struct hashed *shot;
	uint64_t *version;
	uint32_t n;
	int rc;

	if (file_list_within(&scene_list->files, bytes, err))
		return -1;
	shot = malloc(scene_list->n * sizeof(*shot));
	version = malloc(scene_list->n * sizeof(*version));
	if (!shot || !version || find_all(scene_list, shot, &n))
		rc = error_memory(err, "names of scenes", bytes);
	else
		rc = settle_all(scene_list, shot, version, n, choice, err);
	free(shot);
	free(version);
	if (rc == 0 && keep)
		rc = make_older(scene_list, err);
	if (rc == 0 && choice == DUPLICATES_NEWEST)
		drop_left_out(scene_list);
	return rc;
}

bool duplicates_note(const struct entry *entry, char *text, size_t size)
{
	if (entry->older)
		(void)snprintf(text, size,
			       "%u older or equal processing%s of this acquisition %s left out "
			       "(--duplicates newest)",
			       entry->older, entry->older == 1 ? "" : "s",
			       entry->older == 1 ? "is" : "are");
	else if (entry->times)
		(void)snprintf(text, size,
			       "this acquisition is in the run %u times, by the names: each counts "
			       "(--duplicates newest keeps one whose name says when it was made)",
			       entry->times);
	return entry->older || entry->times;
}
