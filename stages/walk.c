/*
 * Directories: which files below one are rasters of a scene. Names come in strcmp() order, links to
 * directories are not followed (so no loop is possible), hidden files are skipped. Where a folder
 * holds the one of the SAFE layout with the bands (GRANULE, IMG_DATA, R10m), only that is entered.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "filelist.h"
#include "names.h"

enum { MAX_DEPTH = 16 };

/* Names of one directory: offsets into the list's text. */
struct item {
	uint32_t name;
	bool is_dir;
};

struct items {
	struct item *item;
	size_t n, size;
};

static const char *const band_folders[] = {"GRANULE", "IMG_DATA", "R10m", "R20m"};

static int walk(struct file_list *list, const char *path, unsigned depth, struct error *err);

static bool is_directory(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* Files that are no regular files are left out; links that lead nowhere stay, to fail in place. */
static bool is_file(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type == DT_REG)
		return true;
	if (fstatat(dirfd(dir), entry->d_name, &st, 0))
		return true;
	return S_ISREG(st.st_mode);
}

static int add_item(struct file_list *list, struct items *items, const char *name, bool is_dir,
		    struct error *err)
{
	if (items->n == items->size) {
		size_t size = items->size * 2 + 64;
		struct item *grown = realloc(items->item, size * sizeof(*grown));

		if (!grown)
			return error_memory(err, "a directory", size * sizeof(*grown));
		items->item = grown;
		items->size = size;
	}
	items->item[items->n].is_dir = is_dir;
	return file_list_text(list, name, &items->item[items->n++].name, err);
}

/* Read all names; *problem is an errno value where the directory cannot be read. */
static int list_directory(struct file_list *list, const char *path, struct items *items,
			  int *problem, struct error *err)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	int rc = 0;

	*problem = dir ? 0 : errno;
	if (!dir)
		return 0;
	while (rc == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		if (is_directory(dir, entry))
			rc = add_item(list, items, entry->d_name, true, err);
		else if (name_is_raster(entry->d_name) && is_file(dir, entry))
			rc = add_item(list, items, entry->d_name, false, err);
	}
	if (rc == 0)
		*problem = errno;
	closedir(dir);
	return rc;
}

static int by_name(const void *a, const void *b, void *text)
{
	const struct item *x = a, *y = b;

	return strcmp((const char *)text + x->name, (const char *)text + y->name);
}

/* The folder that alone is entered, NULL where all are. */
static const char *only_folder(const struct file_list *list, const struct items *items)
{
	for (size_t f = 0; f < sizeof(band_folders) / sizeof(band_folders[0]); f++)
		for (size_t i = 0; i < items->n; i++)
			if (items->item[i].is_dir &&
			    strcmp(list->text + items->item[i].name, band_folders[f]) == 0)
				return band_folders[f];
	return NULL;
}

static int enter(struct file_list *list, const char *path, uint32_t name, unsigned depth,
		 struct error *err)
{
	size_t len = strlen(path);
	char *below;
	int rc;

	if (asprintf(&below, "%s%s%s", path, path[len - 1] == '/' ? "" : "/", list->text + name) <
	    0)
		return error_memory(err, "a path", len);
	if (depth < MAX_DEPTH)
		rc = walk(list, below, depth + 1, err);
	else
		rc = file_list_problem(list, below, FILE_TOO_DEEP, 0, err);
	free(below);
	return rc;
}

static int add_items(struct file_list *list, const char *path, const struct items *items,
		     unsigned depth, struct error *err)
{
	const char *only = only_folder(list, items);
	uint32_t dir;

	if (file_list_intern(list, path, &dir, err))
		return -1;
	for (size_t i = 0; i < items->n; i++) {
		const struct item *item = &items->item[i];
		int rc = 0;

		if (!item->is_dir)
			rc = file_list_append(list, dir, item->name, false, err);
		else if (!only || strcmp(list->text + item->name, only) == 0)
			rc = enter(list, path, item->name, depth, err);
		if (rc)
			return -1;
	}
	return 0;
}

static int walk(struct file_list *list, const char *path, unsigned depth, struct error *err)
{
	struct items items = {0};
	int problem, rc;

	rc = list_directory(list, path, &items, &problem, err);
	if (rc == 0 && problem) {
		rc = file_list_problem(list, path, FILE_CANNOT_OPEN, problem, err);
	} else if (rc == 0) {
		if (items.n)
			qsort_r(items.item, items.n, sizeof(*items.item), by_name, list->text);
		rc = add_items(list, path, &items, depth, err);
	}
	free(items.item);
	return rc;
}

int file_list_walk(struct file_list *list, const char *path, struct error *err)
{
	uint64_t before = list->offered;
	size_t len = strlen(path);
	char *clean;
	int rc;

	while (path[0] == '.' && path[1] == '/' && path[2] && path[2] != '/') {
		path += 2;
		len -= 2;
	}
	while (len > 1 && path[len - 1] == '/')
		len--;
	clean = strndup(path, len);
	if (!clean)
		return error_memory(err, "a path", len);
	rc = walk(list, clean, 0, err);
	if (rc == 0 && list->offered == before)
		rc = file_list_problem(list, clean, FILE_EMPTY_DIRECTORY, 0, err);
	free(clean);
	return rc;
}
