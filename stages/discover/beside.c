/*
 * Who names two band files of a folder means the quality file beside them, too. Names alone, in
 * strcmp() order; hidden and special files are left out, and the kernel's folders.
 */
#include "beside.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel_folder.h"
#include "names.h"
#include "quality_match.h"
#include "sentinel2.h"

struct found {
	char **name;
	uint32_t n, size;
};

static bool is_quality(const struct masks *masks, const char *name)
{
	struct band_token token = name_band_token(name, name_stem(name));
	size_t prefix_len;
	bool whole;

	if (!name_is_raster(name) || *name == '.')
		return false;
	return token.kind == TOKEN_QA || quality_of_use(masks, name) ||
	       quality_asked(masks, name, &prefix_len, &whole);
}

bool quality_is_file(int dir, const char *name, unsigned char type)
{
	struct stat st;

	return type == DT_REG ||
	       (fstatat(dir, name, &st, 0) == 0 && S_ISREG(st.st_mode) && !kernel_file(dir, name));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int keep(struct found *found, const char *name, struct error *err)
{
	void *names = found->name;
	int status = array_grow(&names, found->n, 1, &found->size, sizeof(*found->name), err);

	found->name = names;
	if (status)
		return -1;
	found->name[found->n] = strdup(name);
	if (!found->name[found->n])
		return error_memory(err, "a name", strlen(name));
	found->n++;
	return 0;
}

static int read_names(DIR *dir, const struct masks *masks, struct found *found, struct error *err)
{
	const struct dirent *entry;

	while ((entry = readdir(dir)))
		if (is_quality(masks, entry->d_name) &&
		    quality_is_file(dirfd(dir), entry->d_name, entry->d_type) &&
		    keep(found, entry->d_name, err))
			return -1;
	return 0;
}

static int add_names(struct file_list *list, uint32_t dir_at, DIR *dir, const struct found *found,
		     struct error *err)
{
	struct file_entry entry = {.dir = dir_at, .beside = true};

	if (!found->n)
		return 0;
	qsort(found->name, found->n, sizeof(*found->name), by_name);
	for (uint32_t i = 0; i < found->n; i++) {
		struct stat st;

		entry.by_link =
			fstatat(dirfd(dir), found->name[i], &st, AT_SYMLINK_NOFOLLOW) == 0 &&
			S_ISLNK(st.st_mode);
		if (file_list_find(list, entry.dir, found->name[i]) == NO_FILE &&
		    (file_list_text(list, found->name[i], &entry.name, err) ||
		     file_list_append(list, &entry, err)))
			return -1;
	}
	return 0;
}

/* Was it searched, or listed here? From now on it is. */
static bool is_listed(struct file_list *list, DIR *dir)
{
	struct identity id;
	struct place *place;
	struct stat st;
	bool walked;

	if (fstat(dirfd(dir), &st))
		return true;
	id = (struct identity){.dev = st.st_dev, .ino = st.st_ino};
	place = file_list_place(list, &id);
	walked = place && place->walked;
	if (place)
		place->walked = true;
	return walked;
}

static int list_folder(struct file_list *list, const char *path, const struct masks *masks,
		       struct error *err)
{
	DIR *dir = folder_open(path, true);
	struct found found = {0};
	uint32_t dir_at;
	int rc;

	if (!dir)
		return 0;
	rc = file_list_intern(list, path, &dir_at, err);
	if (rc == 0 && !is_listed(list, dir) && !kernel_folder(dirfd(dir), path))
		rc = read_names(dir, masks, &found, err);
	if (rc == 0)
		rc = add_names(list, dir_at, dir, &found, err);
	(void)closedir(dir);
	for (uint32_t i = 0; i < found.n; i++)
		free(found.name[i]);
	free(found.name);
	return rc;
}

/* The folders of the other resolutions; links in their place are none. */
static int list_siblings(struct file_list *list, uint32_t file, const struct masks *masks,
			 struct error *err)
{
	const struct resolution_folder *beside = sentinel2_resolutions;
	bool one = sentinel2_folder_metres(file_list_folder(list, file)) != 0;
	int rc = 0;

	for (; one && beside->name && rc == 0; beside++) {
		char *path = folder_beside(file_list_dir(list, file), file_list_folder(list, file),
					   beside->name);
		struct stat st;

		if (!path)
			return error_memory(err, "a path", 0);
		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			rc = list_folder(list, path, masks, err);
		free(path);
	}
	return rc;
}

int file_list_beside(struct file_list *list, const struct masks *masks, struct error *err)
{
	uint32_t n = list->n, last = UINT32_MAX;

	for (uint32_t i = 0; i < n; i++) {
		struct file_entry entry = list->entry[i];
		char *dir;
		int rc = 0;

		if (entry.problem || entry.virtual || entry.dir == last)
			continue;
		last = entry.dir;
		/* The list's text moves as it grows. */
		dir = strdup(file_list_dir(list, i));
		if (!dir)
			return error_memory(err, "a path", 0);
		if (entry.named)
			rc = list_folder(list, dir, masks, err);
		free(dir);
		if (rc || list_siblings(list, i, masks, err))
			return -1;
	}
	return 0;
}
