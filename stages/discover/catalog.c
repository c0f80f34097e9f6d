/*
 * The catalogue: arguments -> files -> scenes, names only. It opens no file; scene_open.c does when
 * a scene's turn comes.
 */
#include "catalog.h"

#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "entries.h"
#include "group.h"
#include "input/network.h"
#include "links.h"

/* --- scenes that are there twice by links --- */

/*
 * "latest.tif" beside the file that it leads to is counted once. Scenes, not files: two scenes may
 * share a mask by a link, and lose nothing here.
 */
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

/* Leave out all but one of them, while files.same is there. */
static int drop_twice(struct catalog *catalog, struct error *err)
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

/* --- */

static int group_files(struct catalog *catalog, const struct options *options, struct error *err)
{
	const struct band_choice *bands = options->bands;

	if (bands[BAND_RED].pattern || bands[BAND_NIR].pattern)
		return group_by_pattern(catalog, options, err);
	return group_by_name(catalog, options, err);
}

/* Every n-th scene from the i-th on. Files of the others stay in the list: names only. */
static void keep_shard(struct catalog *catalog, const struct shard *shard)
{
	uint32_t kept = 0;

	if (!shard->n)
		return;
	for (uint64_t i = shard->i - 1; i < catalog->n; i += shard->n)
		catalog->entry[kept++] = catalog->entry[i];
	catalog->n = kept;
}

/* A network source among the names, or behind them: GDAL has to know before it is loaded. */
static void open_network(const struct file_list *files, bool follow)
{
	if (follow)
		network_allow();
	for (uint32_t i = 0; i < files->n; i++) {
		char *path = files->entry[i].named ? file_list_path(files, i) : NULL;

		if (path && network_name(path))
			network_allow();
		free(path);
	}
}

int catalog_new(struct catalog **catalog, const struct options *options, struct error *err)
{
	struct catalog *made = calloc(1, sizeof(*made));
	int rc = 0;

	*catalog = NULL;
	if (!made)
		return error_memory(err, "the catalogue of scenes", sizeof(*made));
	/* Grouping the names takes about as much again. */
	made->files.most_bytes = (size_t)(options->memory_bytes / 2);
	for (unsigned i = 0; i < options->n_args && rc == 0; i++)
		rc = file_list_add(&made->files, options->args[i], err);
	if (rc == 0)
		rc = file_list_resolve(&made->files, err);
	file_list_seal(&made->files);
	open_network(&made->files, options->follow);
	if (rc == 0)
		rc = group_files(made, options, err);
	if (rc == 0)
		rc = drop_twice(made, err);
	file_list_forget_links(&made->files);
	if (rc == 0 && made->n == 0)
		rc = error_set(
			err, EX_NOINPUT,
			"no scenes: name files, directories, @lists or - for standard input");
	made->n_all = made->n;
	keep_shard(made, &options->shard);
	if (rc) {
		catalog_free(made);
		return -1;
	}
	*catalog = made;
	return 0;
}
