/*
 * Directories: which files below one are rasters of a scene. Names come in strcmp() order, hidden
 * files are skipped. Where a folder holds those of the SAFE layout with the bands (GRANULE,
 * IMG_DATA; R10m, R20m, R60m), only these are entered; MASKS and DATA
 * beside MAJA's bands are not. An archive is a folder of its own.
 *
 * A directory is listed once, whatever leads there, so that loops of links end. Links to
 * directories are followed behind everything else that the argument holds: what has a name of its
 * own in there keeps it. Nothing leads into the kernel's file systems.
 */
#include "walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archives.h"
#include "input/archive.h"
#include "kernel_folder.h"
#include "names.h"
#include "sentinel2.h"

enum { MAX_DEPTH = 16 };

enum item_kind {
	ITEM_FILE,
	ITEM_LINKED_FILE,
	ITEM_FOLDER,
	ITEM_LINKED_FOLDER,
	ITEM_ARCHIVE,
	ITEM_LINKED_ARCHIVE,
	ITEM_NONE
};

/* Names of one directory: offsets into the list's text. */
struct item {
	uint32_t name;
	enum item_kind kind;
};

struct items {
	struct item *item;
	size_t n, size;
};

/* A link to a directory or an archive that is yet to be followed. */
struct link {
	uint32_t path; /* offset into the list's text */
	unsigned depth;
	bool archive;
};

struct walk {
	struct file_list *list;
	struct link *link;
	size_t n_links, links_size;
};

static int walk_folder(struct walk *walk, const char *path, unsigned depth, dev_t parent,
		       struct error *err);

/* Files that are no regular files are left out; links that lead nowhere stay, to fail in place. */
static enum item_kind kind_of_link(int dir, const char *name, dev_t dev)
{
	bool raster = name_is_raster(name), archive = archive_named(name);
	struct stat st;

	if (fstatat(dir, name, &st, 0))
		return raster ? ITEM_LINKED_FILE : ITEM_NONE;
	if (S_ISDIR(st.st_mode))
		return ITEM_LINKED_FOLDER;
	if ((!raster && !archive) || !S_ISREG(st.st_mode) ||
	    (st.st_dev != dev && kernel_file(dir, name)))
		return ITEM_NONE;
	return archive ? ITEM_LINKED_ARCHIVE : ITEM_LINKED_FILE;
}

static enum item_kind kind_of(int dir, const struct dirent *entry, dev_t dev)
{
	unsigned char type = entry->d_type;
	struct stat st;

	if (type == DT_UNKNOWN && fstatat(dir, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		type = IFTODT(st.st_mode);
	if (type == DT_DIR)
		return ITEM_FOLDER;
	if (type == DT_LNK)
		return kind_of_link(dir, entry->d_name, dev);
	if (type == DT_REG && archive_named(entry->d_name))
		return ITEM_ARCHIVE;
	return type == DT_REG && name_is_raster(entry->d_name) ? ITEM_FILE : ITEM_NONE;
}

static int add_item(struct file_list *list, struct items *items, const char *name,
		    enum item_kind kind, struct error *err)
{
	if (items->n == items->size) {
		size_t size = items->size * 2 + 64;
		struct item *grown;

		if (file_list_within(list, size * sizeof(*grown), err))
			return -1;
		grown = realloc(items->item, size * sizeof(*grown));
		if (!grown)
			return error_memory(err, "a directory", size * sizeof(*grown));
		items->item = grown;
		items->size = size;
	}
	items->item[items->n].kind = kind;
	return file_list_text(list, name, &items->item[items->n++].name, err);
}

/* Read all names; *problem is an errno value where the directory cannot be read. */
static int list_folder(struct file_list *list, DIR *dir, dev_t dev, struct items *items,
		       int *problem, struct error *err)
{
	struct dirent *entry;

	while ((errno = 0, entry = readdir(dir)) != NULL) {
		enum item_kind kind = ITEM_NONE;

		if (entry->d_name[0] != '.')
			kind = kind_of(dirfd(dir), entry, dev);
		if (kind != ITEM_NONE && add_item(list, items, entry->d_name, kind, err))
			return -1;
	}
	*problem = errno;
	return 0;
}

static int by_name(const void *a, const void *b, void *text)
{
	const struct item *x = a, *y = b;

	return strcmp((const char *)text + x->name, (const char *)text + y->name);
}

static bool is_folder(const struct item *item)
{
	return item->kind == ITEM_FOLDER || item->kind == ITEM_LINKED_FOLDER;
}

static bool is_named(const struct file_list *list, const struct item *item, const char *pattern)
{
	const char *name = list->text + item->name;

	return name_matches(pattern, name, strlen(name));
}

/* The pattern of folders that alone are entered, NULL where all are. */
static const char *only_folder(const struct file_list *list, const struct items *items)
{
	for (const char *const *pattern = sentinel2_band_folders; *pattern; pattern++)
		for (size_t i = 0; i < items->n; i++)
			if (is_folder(&items->item[i]) && is_named(list, &items->item[i], *pattern))
				return *pattern;
	return NULL;
}

/* MAJA's products: what lies in these folders beside their bands belongs to the scene. */
static bool holds_maja(const struct file_list *list, const struct items *items)
{
	for (size_t i = 0; i < items->n; i++)
		if (!is_folder(&items->item[i]) && is_named(list, &items->item[i], MAJA_BANDS))
			return true;
	return false;
}

static bool is_entered(const struct file_list *list, const struct item *item, const char *only,
		       bool maja)
{
	return (!only || is_named(list, item, only)) &&
	       !(maja && is_named(list, item, MAJA_EXTRAS));
}

static int put_off(struct walk *walk, const char *path, unsigned depth, bool archive,
		   struct error *err)
{
	if (walk->n_links == walk->links_size) {
		size_t size = walk->links_size * 2 + 16;
		struct link *grown;

		if (file_list_within(walk->list, size * sizeof(*grown), err))
			return -1;
		grown = realloc(walk->link, size * sizeof(*grown));
		if (!grown)
			return error_memory(err, "links", size * sizeof(*grown));
		walk->link = grown;
		walk->links_size = size;
	}
	walk->link[walk->n_links].depth = depth;
	walk->link[walk->n_links].archive = archive;
	return file_list_text(walk->list, path, &walk->link[walk->n_links++].path, err);
}

/* Do --include and --exclude leave it out? -1 without memory. */
static int leaves_out(struct walk *walk, const char *path, const struct item *item,
		      struct error *err)
{
	const bool file = item->kind == ITEM_FILE || item->kind == ITEM_LINKED_FILE;
	int out = file_filter_leaves_out(&walk->list->filter, path, walk->list->text + item->name,
					 file ? FILTERED_FILE : FILTERED_FOLDER);

	return out < 0 ? error_memory(err, "a path", strlen(path)) : out;
}

static int enter(struct walk *walk, const char *path, const struct item *item, unsigned depth,
		 dev_t dev, struct error *err)
{
	size_t len = strlen(path);
	char *below;
	int rc;

	if (asprintf(&below, "%s%s%s", path, path[len - 1] == '/' ? "" : "/",
		     walk->list->text + item->name) < 0)
		return error_memory(err, "a path", len);
	if (item->kind == ITEM_ARCHIVE)
		rc = file_list_archive(walk->list, below, false, err);
	else if (item->kind == ITEM_LINKED_ARCHIVE)
		rc = put_off(walk, below, depth, true, err);
	else if (depth >= MAX_DEPTH)
		rc = file_list_problem(walk->list, below, FILE_TOO_DEEP, 0, err);
	else if (item->kind == ITEM_LINKED_FOLDER)
		rc = put_off(walk, below, depth + 1, false, err);
	else
		rc = walk_folder(walk, below, depth + 1, dev, err);
	free(below);
	return rc;
}

static int add_items(struct walk *walk, const char *path, const struct items *items, uint32_t dir,
		     unsigned depth, dev_t dev, struct error *err)
{
	const char *only = only_folder(walk->list, items);
	bool maja = holds_maja(walk->list, items);

	for (size_t i = 0; i < items->n; i++) {
		const struct item *item = &items->item[i];
		struct file_entry entry = {
			.dir = dir, .name = item->name, .by_link = item->kind == ITEM_LINKED_FILE};
		int rc = leaves_out(walk, path, item, err);

		if (rc < 0)
			return -1;
		if (rc > 0)
			continue;
		if (item->kind == ITEM_FILE || item->kind == ITEM_LINKED_FILE)
			rc = file_list_append(walk->list, &entry, err);
		else if (!is_folder(item) || is_entered(walk->list, item, only, maja))
			rc = enter(walk, path, item, depth, dev, err);
		if (rc)
			return -1;
	}
	return 0;
}

/* List the directory that is open as `dir`, for the first time. */
static int walk_open(struct walk *walk, const char *path, DIR *dir, const struct identity *id,
		     struct items *items, unsigned depth, struct error *err)
{
	struct file_list *list = walk->list;
	uint64_t before = list->offered;
	struct place *place;
	uint32_t dir_at;
	int problem = 0;

	if (file_list_intern(list, path, &dir_at, err))
		return -1;
	place = file_list_place(list, id);
	if (place)
		place->walked = true;
	if (list_folder(list, dir, id->dev, items, &problem, err))
		return -1;
	if (problem)
		return file_list_problem(list, path, FILE_CANNOT_OPEN, problem, err);
	if (items->n)
		qsort_r(items->item, items->n, sizeof(*items->item), by_name, list->text);
	if (add_items(walk, path, items, dir_at, depth, id->dev, err))
		return -1;
	place = file_list_place(list, id); /* the list may have moved */
	if (place)
		place->holds = list->offered > before;
	return 0;
}

/* What this run writes, and an earlier one wrote, is no scene of it, unless the folder is named. */
static bool is_left_out(struct walk *walk, const struct identity *id, unsigned depth)
{
	const struct identity *output = &walk->list->output;

	if (!output->ino || id->ino != output->ino || id->dev != output->dev)
		return false;
	walk->list->searches_output |= depth == 0;
	return depth;
}

/* `parent`: the file system that leads here; the same one needs no second look. */
static int walk_folder(struct walk *walk, const char *path, unsigned depth, dev_t parent,
		       struct error *err)
{
	struct items items = {0};
	struct identity id;
	struct place *place;
	struct stat st;
	DIR *dir = folder_open(path, true);
	int rc = 0;

	if (!dir || fstat(dirfd(dir), &st)) {
		int reason = errno;

		if (dir)
			(void)closedir(dir);
		return file_list_problem(walk->list, path, FILE_CANNOT_OPEN, reason, err);
	}
	id = (struct identity){.dev = st.st_dev, .ino = st.st_ino};
	place = file_list_place(walk->list, &id);
	if (is_left_out(walk, &id, depth))
		;
	else if (place && place->walked)
		walk->list->offered += place->holds; /* that is there already */
	else if ((depth == 0 || st.st_dev != parent) && kernel_folder(dirfd(dir), path))
		rc = depth ? 0 : file_list_problem(walk->list, path, FILE_KERNEL_FOLDER, 0, err);
	else
		rc = walk_open(walk, path, dir, &id, &items, depth, err);
	(void)closedir(dir);
	free(items.item);
	return rc;
}

/* Those that are met on the way are followed behind the others. */
static int follow_links(struct walk *walk, struct error *err)
{
	for (size_t i = 0; i < walk->n_links; i++) {
		char *path = strdup(walk->list->text + walk->link[i].path);
		int rc;

		if (!path)
			return error_memory(err, "a path", 0);
		/* No file system has this number: where a link leads is always looked at. */
		rc = walk->link[i].archive
			     ? file_list_archive(walk->list, path, false, err)
			     : walk_folder(walk, path, walk->link[i].depth, (dev_t)-1, err);
		free(path);
		if (rc)
			return -1;
	}
	return 0;
}

int file_list_walk(struct file_list *list, const char *path, struct error *err)
{
	struct walk walk = {.list = list};
	uint64_t before = list->offered, left_out = list->filter.left_out;
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
	list->filter.below = len;
	rc = walk_folder(&walk, clean, 0, 0, err);
	if (rc == 0)
		rc = follow_links(&walk, err);
	if (rc == 0 && list->offered == before)
		rc = file_list_problem(list, clean,
				       list->filter.left_out > left_out ? FILE_ALL_LEFT_OUT
									: FILE_EMPTY_DIRECTORY,
				       0, err);
	free(walk.link);
	free(clean);
	return rc;
}
