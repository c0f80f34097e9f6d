/*
 * The scene list as a record: what it holds, and what can be said of it as a whole.
 */
#include "entries.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const struct band_choice *role_choice(const struct options *options, enum role role)
{
	static const char *const names[N_ROLES] = {"red", "nir", "qa"};
	static const struct band_choice none = {.index = 0};

	for (unsigned i = 0; i < options->n_bands; i++)
		if (strcmp(options->bands[i].name, names[role]) == 0)
			return &options->bands[i];
	return &none;
}

int scene_list_append(struct scene_list *scene_list, const struct entry *entry, struct error *err)
{
	if (scene_list->n == scene_list->size) {
		uint32_t size = scene_list->size + scene_list->size / 2 + 64;
		struct entry *grown = realloc(scene_list->entry, size * sizeof(*grown));

		if (!grown)
			return error_memory(err, "the scene list", size * sizeof(*grown));
		scene_list->entry = grown;
		scene_list->size = size;
	}
	scene_list->entry[scene_list->n++] = *entry;
	return 0;
}

int scene_list_made(struct scene_list **scene_list, struct error *err)
{
	const struct entry entry = {.file = {NO_FILE, NO_FILE, NO_FILE}};
	struct scene_list *made = calloc(1, sizeof(*made));

	*scene_list = NULL;
	if (!made)
		return error_memory(err, "the scene list", sizeof(*made));
	if (scene_list_append(made, &entry, err)) {
		scene_list_free(made);
		return -1;
	}
	made->n_all = made->n;
	*scene_list = made;
	return 0;
}

void scene_list_free(struct scene_list *scene_list)
{
	if (!scene_list)
		return;
	file_list_release(&scene_list->files);
	free(scene_list->entry);
	free(scene_list);
}

uint32_t scene_list_count(const struct scene_list *scene_list)
{
	return scene_list->n;
}

uint32_t scene_list_count_all(const struct scene_list *scene_list)
{
	return scene_list->n_all;
}

size_t scene_list_memory(const struct scene_list *scene_list)
{
	return sizeof(*scene_list) + scene_list->files.text_size +
	       (size_t)scene_list->files.size * sizeof(*scene_list->files.entry) +
	       (size_t)scene_list->files.n_read * sizeof(*scene_list->files.read) +
	       (size_t)scene_list->size * sizeof(*scene_list->entry);
}

uint64_t scene_list_checksum(const struct scene_list *scene_list)
{
	const struct file_list *files = &scene_list->files;
	uint32_t a = HASH_SEED, b = ~HASH_SEED;

	for (uint32_t i = 0; i < files->n; i++) {
		const char *dir = file_list_dir(files, i), *name = file_list_name(files, i);
		const char problem = (char)files->entry[i].problem;

		a = hash_text(hash_text(hash_text(a, dir, strlen(dir)), name, strlen(name)),
			      &problem, 1);
		b = hash_text(hash_text(b, name, strlen(name)), dir, strlen(dir));
	}
	return (uint64_t)a << 32 | (b ^ scene_list->n_all);
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

uint64_t scene_list_file_bytes(const struct scene_list *scene_list)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < scene_list->n; i++)
		for (unsigned role = 0; role < N_ROLES; role++)
			sum += file_bytes(&scene_list->files, scene_list->entry[i].file[role]);
	return sum;
}
