/*
 * The scene list as a record: what it holds, and what can be said of it as a whole.
 */
#include "entries.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/redact.h"
#include "input/archive.h"
#include "input/network.h"

struct slot_files slot_files_none(void)
{
	struct slot_files none;

	memset(&none, 0xff, sizeof(none));
	return none;
}

int scene_list_append(struct scene_list *scene_list, enum entry_kind kind,
		      const struct slot_files *files, struct error *err)
{
	void *entries = scene_list->entry, *members = scene_list->member;
	struct entry entry = {.first = scene_list->n_members, .kind = (uint8_t)kind};
	int status = array_grow(&entries, scene_list->n, 1, &scene_list->size,
				sizeof(*scene_list->entry), err);

	scene_list->entry = entries;
	if (!status)
		status = array_grow(&members, scene_list->n_members, SCENE_MAX_BANDS,
				    &scene_list->members_size, sizeof(*scene_list->member), err);
	scene_list->member = members;
	if (status)
		return -1;
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++) {
		if (files->file[slot] == NO_FILE)
			continue;
		scene_list->member[scene_list->n_members++] =
			(struct member){.file = files->file[slot], .slot = (uint8_t)slot};
		entry.n++;
	}
	scene_list->entry[scene_list->n++] = entry;
	return 0;
}

int scene_list_append_file(struct scene_list *scene_list, enum entry_kind kind, uint32_t file,
			   struct error *err)
{
	struct slot_files files = slot_files_none();

	files.file[0] = file;
	return scene_list_append(scene_list, kind, &files, err);
}

uint32_t entry_file(const struct scene_list *scene_list, const struct entry *entry, unsigned slot)
{
	for (unsigned i = 0; i < entry->n; i++)
		if (scene_list->member[entry->first + i].slot == slot)
			return scene_list->member[entry->first + i].file;
	return NO_FILE;
}

int scene_list_made(struct scene_list **scene_list, struct error *err)
{
	const struct slot_files none = slot_files_none();
	struct scene_list *made = calloc(1, sizeof(*made));

	*scene_list = NULL;
	if (!made)
		return error_memory(err, "the scene list", sizeof(*made));
	if (scene_list_append(made, ENTRY_STACK, &none, err)) {
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
	free(scene_list->older);
	free(scene_list->member);
	free(scene_list->common);
	for (uint32_t i = 0; i < scene_list->n_real; i++)
		free(scene_list->real[i].path);
	free(scene_list->real);
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
	return sizeof(*scene_list) + archive_kept_bytes() + scene_list->files.text_size +
	       (size_t)scene_list->files.size * sizeof(*scene_list->files.entry) +
	       (size_t)scene_list->files.n_read * sizeof(*scene_list->files.read) +
	       ((size_t)scene_list->size + scene_list->n_older) * sizeof(*scene_list->entry) +
	       (size_t)scene_list->members_size * sizeof(*scene_list->member) +
	       (size_t)scene_list->common_size * sizeof(*scene_list->common) +
	       (size_t)scene_list->real_size * sizeof(*scene_list->real) + scene_list->real_bytes;
}

/* Jobs of one batch may have signed the same address each for itself. NULL: it is no address. */
static char *shown_address(const struct file_list *files, uint32_t file)
{
	const char *dir = file_list_dir(files, file), *name = file_list_name(files, file);
	char *path;

	if (!strpbrk(name, "@=%") && !strpbrk(dir, "@=%"))
		return NULL;
	if (!network_name(dir) && !network_name(name) && !strstr(dir, "://") &&
	    !strstr(name, "://"))
		return NULL;
	path = file_list_path(files, file);
	if (path)
		redact(path);
	return path;
}

uint64_t scene_list_checksum(const struct scene_list *scene_list)
{
	const struct file_list *files = &scene_list->files;
	uint32_t a = HASH_TEXT_SEED, b = ~HASH_TEXT_SEED;

	for (uint32_t i = 0; i < files->n; i++) {
		const char *dir = file_list_dir(files, i), *name = file_list_name(files, i);
		const char problem = (char)files->entry[i].problem;
		char *shown = shown_address(files, i);

		if (shown) {
			dir = "";
			name = shown;
		}
		a = hash_text(hash_text(hash_text(a, dir, strlen(dir)), name, strlen(name)),
			      &problem, 1);
		b = hash_text(hash_text(b, name, strlen(name)), dir, strlen(dir));
		free(shown);
	}
	return (uint64_t)a << 32 | (b ^ scene_list->n_all);
}

static uint64_t file_bytes(const struct file_list *files, uint32_t file)
{
	char *path = file_list_path(files, file);
	struct archive_place place = {.archive = NULL};
	struct stat st;
	uint64_t bytes = 0;

	if (path && stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0)
		bytes = (uint64_t)st.st_size;
	else if (path && errno == ENOTDIR && archive_find(path, &place, NULL) == 0)
		bytes = place.bytes;
	archive_place_release(&place);
	free(path);
	return bytes;
}

/* One file may be two bands: is it among the members before this one? */
static bool counted(const struct member *member, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (member[j].file == member[i].file)
			return true;
	return false;
}

uint64_t scene_list_file_bytes(const struct scene_list *scene_list)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < scene_list->n; i++) {
		const struct entry *entry = &scene_list->entry[i];
		const struct member *member = &scene_list->member[entry->first];

		for (unsigned k = 0; k < entry->n; k++)
			if ((member[k].slot < SCENE_QA || scene_list->masked) &&
			    !counted(member, k))
				sum += file_bytes(&scene_list->files, member[k].file);
	}
	return sum;
}
