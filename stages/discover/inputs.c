/*
 * Is a file one of the run's inputs? Asked before a report replaces it. By what the file system
 * says a file is, not by its name: links, other spellings and mounts do not matter.
 */
#include "scene_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "entries.h"
#include "input/archive.h"
#include "sentinel2.h"

/* What is asked of each input. */
struct question {
	bool (*wanted)(const void *context, const struct stat *st);
	const void *context;
};

static bool is_file(const char *path, const struct question *asked)
{
	struct stat found;

	return stat(path, &found) == 0 && asked->wanted(asked->context, &found);
}

static bool is_list(const struct file_list *files, const struct question *asked)
{
	for (uint32_t i = 0; i < files->n_read; i++)
		if (asked->wanted(asked->context, &(struct stat){.st_dev = files->read[i].dev,
								 .st_ino = files->read[i].ino}))
			return true;
	return false;
}

/* The raster or its archive, or what readers look for under its name. */
static bool is_raster(const struct file_list *files, uint32_t file, const struct question *asked)
{
	static const char *const beside[] = {"", ".msk", ".ovr", ".aux.xml"};
	char *path = file_list_path(files, file), *other;
	size_t archive = path ? archive_part(path) : 0;
	bool same = false;

	if (archive)
		path[archive] = '\0';
	for (size_t i = 0; path && i < sizeof(beside) / sizeof(beside[0]) && !same; i++) {
		if (asprintf(&other, "%s%s", path, beside[i]) < 0)
			break;
		same = is_file(other, asked);
		free(other);
	}
	free(path);
	return same;
}

/* The product's metadata, in the folder or, as far as the layout goes, above it (see
 * sentinel2_metadata.c). */
static bool is_metadata(const char *dir, const struct question *asked)
{
	static const char *const names[] = {"MTD_MSIL2A.xml", "MTD_MSIL1C.xml"};
	enum { MOST_UP = 5 };
	char *folder = *dir ? realpath(dir, NULL) : realpath(".", NULL), *path, *slash;
	bool same = false;

	for (unsigned up = 0; folder && *folder && up < MOST_UP && !same; up++) {
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !same; i++) {
			if (asprintf(&path, "%s/%s", folder, names[i]) < 0)
				break;
			same = is_file(path, asked);
			free(path);
		}
		slash = strrchr(folder, '/');
		if (!sentinel2_is_inner_folder(slash + 1, strlen(slash + 1)))
			break;
		*slash = '\0';
	}
	free(folder);
	return same;
}

bool scene_list_any_input(const struct scene_list *scene_list,
			  bool (*wanted)(const void *context, const struct stat *st),
			  const void *context)
{
	const struct question asked = {wanted, context};
	const struct file_list *files = &scene_list->files;
	uint32_t dir = UINT32_MAX;

	if (is_list(files, &asked))
		return true;
	for (uint32_t i = 0; i < files->n; i++) {
		const struct file_entry *entry = &files->entry[i];

		if (entry->virtual || (entry->problem && entry->problem != FILE_ARCHIVE))
			continue;
		if (is_raster(files, i, &asked))
			return true;
		/* Files of a folder stand together. */
		if (!entry->problem && entry->dir != dir &&
		    is_metadata(file_list_dir(files, i), &asked))
			return true;
		dir = entry->dir;
	}
	return false;
}

static bool is_same(const void *context, const struct stat *st)
{
	const struct stat *one = context;

	return st->st_dev == one->st_dev && st->st_ino == one->st_ino;
}

bool scene_list_is_input(const struct scene_list *scene_list, const struct stat *st)
{
	return scene_list_any_input(scene_list, is_same, st);
}
