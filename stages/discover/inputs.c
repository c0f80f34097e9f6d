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
#include "folder_names.h"
#include "group.h"
#include "image_names.h"
#include "product_rule.h"
#include "scene_build.h"

/* What is asked of each input. */
struct question {
	bool (*wanted)(void *context, const struct stat *st);
	void *context;
	struct folder_names around;
};

static bool is_wanted(void *context, const char *path)
{
	struct question *asked = context;
	struct stat found;

	return !folder_names_lacks(&asked->around, path) && stat(path, &found) == 0 &&
	       asked->wanted(asked->context, &found);
}

static bool is_list(const struct file_list *files, struct question *asked)
{
	for (uint32_t i = 0; i < files->n_read; i++)
		if (asked->wanted(asked->context, &(struct stat){.st_dev = files->read[i].dev,
								 .st_ino = files->read[i].ino}))
			return true;
	return false;
}

/* Overviews are not read, and belong to the image all the same. */
static bool is_overview(const char *path, const struct side_names *names)
{
	char *other;
	bool same;

	if (asprintf(&other, "%s.ovr", path) < 0)
		return false;
	same = names->see(names->context, other);
	free(other);
	return same;
}

/* The raster or its archive, what readers look for under its name, and the product's metadata. */
static bool is_raster(const struct file_list *files, uint32_t file, struct question *asked)
{
	const struct side_names names = {is_wanted, asked};
	char *path = file_list_path(files, file),
	     *whole = path ? folder_names_whole(&asked->around, path) : NULL;
	bool same = path && (image_names(files, file, &names) > 0 || is_overview(path, &names));

	if (whole && !same && !files->entry[file].problem)
		same = product_rule_names(file_sensor(files, file), whole, &names) > 0;
	free(path);
	free(whole);
	return same;
}

static bool is_any(const struct file_list *files, struct question *asked)
{
	for (uint32_t i = 0; i < files->n; i++) {
		const struct file_entry *entry = &files->entry[i];

		if (entry->virtual || (entry->problem && entry->problem != FILE_ARCHIVE))
			continue;
		if (is_raster(files, i, asked))
			return true;
	}
	return false;
}

bool scene_list_any_input(const struct scene_list *scene_list,
			  bool (*wanted)(void *context, const struct stat *st), void *context)
{
	const struct file_list *files = &scene_list->files;
	struct question asked = {.wanted = wanted, .context = context};
	bool any;

	folder_names_begin(&asked.around, files->n);
	any = is_list(files, &asked) || is_any(files, &asked);
	folder_names_end(&asked.around);
	return any;
}

static bool is_same(void *context, const struct stat *st)
{
	const struct stat *one = context;

	return st->st_dev == one->st_dev && st->st_ino == one->st_ino;
}

bool scene_list_is_input(const struct scene_list *scene_list, const struct stat *st)
{
	struct stat one = *st;

	return scene_list_any_input(scene_list, is_same, &one);
}
