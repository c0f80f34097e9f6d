/*
 * The catalogue as a record: what it holds, and what can be said of it as a whole.
 */
#include "entries.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

int catalog_made(struct catalog **catalog, struct error *err)
{
	const struct entry entry = {.file = {NO_FILE, NO_FILE, NO_FILE}};
	struct catalog *made = calloc(1, sizeof(*made));

	*catalog = NULL;
	if (!made)
		return error_memory(err, "the catalogue of scenes", sizeof(*made));
	if (catalog_append(made, &entry, err)) {
		catalog_free(made);
		return -1;
	}
	made->n_all = made->n;
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
