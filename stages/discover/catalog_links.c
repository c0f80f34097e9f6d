/*
 * Scenes that are there twice by links ("latest.tif" beside the file that it leads to): counted
 * once. Scenes, not files: two scenes may share a mask by a link, and lose nothing here.
 */
#include "catalog_links.h"

#include <stdlib.h>
#include <string.h>

static uint32_t real_file(const struct catalog *catalog, uint32_t file)
{
	return file == NO_FILE ? NO_FILE : catalog->files.same[file];
}

static uint32_t scene_hash(const void *ctx, uint32_t number)
{
	const struct catalog *catalog = ctx;
	const struct entry *entry = &catalog->entry[number];
	const uint32_t file[] = {real_file(catalog, entry->file[BAND_RED]),
				 real_file(catalog, entry->file[BAND_NIR])};

	return hash_text(HASH_SEED, (const char *)file, sizeof(file));
}

static bool scene_equal(const void *ctx, uint32_t number, const void *key)
{
	const struct catalog *catalog = ctx;
	const struct entry *a = &catalog->entry[number], *b = key;

	for (enum band_role role = BAND_RED; role <= BAND_NIR; role++)
		if (real_file(catalog, a->file[role]) != real_file(catalog, b->file[role]))
			return false;
	return true;
}

/* Is a link among its files that the user did not name? */
static bool is_by_link(const struct catalog *catalog, const struct entry *entry)
{
	const struct file_entry *files = catalog->files.entry;
	bool by_link = false;

	for (enum band_role role = BAND_RED; role <= BAND_NIR; role++) {
		uint32_t file = entry->file[role];

		if (file != NO_FILE && files[file].by_link && !files[file].named)
			by_link = true;
	}
	return by_link;
}

/* Put the scene into the set; *twice: it is there. */
static int meet(struct number_set *set, const struct catalog *catalog, uint32_t number, bool *twice,
		struct error *err)
{
	uint32_t *slot;

	if (number_set_grow(set, scene_hash, catalog, err))
		return -1;
	slot = number_set_find(set, scene_hash(catalog, number), scene_equal, catalog,
			       &catalog->entry[number]);
	*twice = *slot != NO_FILE;
	if (!*twice) {
		*slot = number;
		set->n++;
	}
	return 0;
}

int catalog_drop_twice(struct catalog *catalog, struct error *err)
{
	struct number_set set = {0};
	bool *twice;
	uint32_t kept = 0;
	int rc = 0;

	if (!catalog->files.same || !catalog->n)
		return 0;
	twice = calloc(catalog->n, sizeof(*twice));
	if (!twice)
		return error_memory(err, "links", catalog->n);
	/* First those that have names of their own. */
	for (int links = 0; links < 2; links++)
		for (uint32_t i = 0; i < catalog->n && rc == 0; i++) {
			bool by_link = is_by_link(catalog, &catalog->entry[i]), met = false;

			if (by_link == (links == 1))
				rc = meet(&set, catalog, i, &met, err);
			twice[i] |= met && by_link;
		}
	for (uint32_t i = 0; i < catalog->n && rc == 0; i++)
		if (!twice[i])
			catalog->entry[kept++] = catalog->entry[i];
	if (rc == 0)
		catalog->n = kept;
	number_set_release(&set);
	free(twice);
	return rc;
}
