/*
 * The catalogue: arguments -> files -> scenes, names only. It opens no file; scene_open.c does when
 * a scene's turn comes.
 */
#include "catalog.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "catalog_links.h"
#include "group.h"
#include "input/network.h"

int catalog_append(struct catalog *catalog, const struct entry *entry, struct error *err)
{
	if (catalog->n == catalog->size) {
		uint32_t size = catalog->size + catalog->size / 2 + 64;
		struct entry *grown = realloc(catalog->entry, size * sizeof(*grown));

		if (!grown)
			return error_memory(err, "the catalogue of scenes", size * sizeof(*grown));
		catalog->entry = grown;
		catalog->size = size;
	}
	catalog->entry[catalog->n++] = *entry;
	return 0;
}

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
		rc = catalog_drop_twice(made, err);
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

void catalog_free(struct catalog *catalog)
{
	if (!catalog)
		return;
	file_list_release(&catalog->files);
	free(catalog->entry);
	free(catalog);
}

uint32_t catalog_scenes(const struct catalog *catalog)
{
	return catalog->n;
}

uint32_t catalog_all_scenes(const struct catalog *catalog)
{
	return catalog->n_all;
}

size_t catalog_memory(const struct catalog *catalog)
{
	return sizeof(*catalog) + catalog->files.text_size +
	       (size_t)catalog->files.size * sizeof(*catalog->files.entry) +
	       (size_t)catalog->files.n_read * sizeof(*catalog->files.read) +
	       (size_t)catalog->size * sizeof(*catalog->entry);
}

uint64_t catalog_checksum(const struct catalog *catalog)
{
	const struct file_list *files = &catalog->files;
	uint32_t a = HASH_SEED, b = ~HASH_SEED;

	for (uint32_t i = 0; i < files->n; i++) {
		const char *dir = file_list_dir(files, i), *name = file_list_name(files, i);
		const char problem = (char)files->entry[i].problem;

		a = hash_text(hash_text(hash_text(a, dir, strlen(dir)), name, strlen(name)),
			      &problem, 1);
		b = hash_text(hash_text(b, name, strlen(name)), dir, strlen(dir));
	}
	return (uint64_t)a << 32 | (b ^ catalog->n_all);
}

static uint64_t file_bytes(const struct file_list *files, uint32_t file)
{
	char *path = file == NO_FILE ? NULL : file_list_path(files, file);
	struct stat st;
	uint64_t bytes = 0;

	if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		bytes = (uint64_t)st.st_size;
	free(path);
	return bytes;
}

uint64_t catalog_file_bytes(const struct catalog *catalog)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < catalog->n; i++)
		for (unsigned role = 0; role < N_BAND_ROLES; role++)
			sum += file_bytes(&catalog->files, catalog->entry[i].file[role]);
	return sum;
}
