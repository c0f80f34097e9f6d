/*
 * Archives as folders of the file list: the rasters in one.zip are files of folders "one.zip",
 * "one.zip/a" ... They are chosen as walk.c chooses those of a directory: names in strcmp() order,
 * hidden ones skipped, of the SAFE layout only folders with bands. Archives in it stay closed.
 */
#include "archives.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/archive.h"
#include "names.h"
#include "sentinel2.h"

enum { MAX_DEPTH = 16 };

struct tree {
	struct file_list *list;
	const struct archive *archive;
	const char *path; /* the archive's, as it was named or found */
	uint32_t base;    /* the path it was met by first: offset into the list's text */
	bool holds_archives;
};

/* Members of one folder: [first, end), whose names share `prefix` bytes, the last '/' included. */
struct range {
	uint32_t first, end;
	size_t prefix;
	unsigned depth;
};

static const char *rest_of(const struct tree *tree, const struct range *range, uint32_t i)
{
	return archive_name(tree->archive, i) + range->prefix;
}

/* The member at i, or all members in the folder that it is in: behind the last of them. */
static uint32_t behind(const struct tree *tree, const struct range *range, uint32_t i)
{
	const char *rest = rest_of(tree, range, i), *slash = strchr(rest, '/');
	uint32_t end = i + 1;

	while (slash && end < range->end &&
	       strncmp(rest_of(tree, range, end), rest, (size_t)(slash - rest) + 1) == 0)
		end++;
	return end;
}

static bool matches(const char *rest, const char *pattern)
{
	const char *slash = strchr(rest, '/');

	return slash && name_matches(pattern, rest, (size_t)(slash - rest));
}

/* The pattern of folders that alone are entered, NULL where all are. */
static const char *only_folder(const struct tree *tree, const struct range *range)
{
	for (const char *const *pattern = sentinel2_band_folders; *pattern; pattern++)
		for (uint32_t i = range->first; i < range->end; i = behind(tree, range, i))
			if (matches(rest_of(tree, range, i), *pattern))
				return *pattern;
	return NULL;
}

/* The path of the folder that the first `length` bytes of a member's name are; a new string. */
static char *folder_path(const struct tree *tree, const char *member, size_t length)
{
	char *path;

	if (asprintf(&path, "%s%s%.*s", tree->list->text + tree->base, length ? "/" : "",
		     (int)length, member) < 0)
		return NULL;
	return path;
}

/* Do --include and --exclude leave out the member, or the folder, of that name? -1 without memory.
 */
static int leaves_out(struct tree *tree, const struct range *range, uint32_t i, size_t length,
		      enum filtered kind, struct error *err)
{
	char *name = strndup(rest_of(tree, range, i), length), *dir = NULL;
	int out = -1;

	if (asprintf(&dir, "%s%s%.*s", tree->path, range->prefix ? "/" : "",
		     range->prefix ? (int)range->prefix - 1 : 0,
		     archive_name(tree->archive, i)) < 0)
		dir = NULL;
	if (dir && name)
		out = file_filter_leaves_out(&tree->list->filter, dir, name, kind);
	free(dir);
	free(name);
	return out < 0 ? error_memory(err, "a path", range->prefix) : out;
}

static int add_file(struct tree *tree, const struct range *range, uint32_t i, struct error *err)
{
	const char *rest = rest_of(tree, range, i);
	struct file_entry entry = {.problem = FILE_FINE};
	char *folder;
	int rc;

	tree->holds_archives = tree->holds_archives || archive_named(rest);
	if (!name_is_raster(rest))
		return 0;
	rc = leaves_out(tree, range, i, strlen(rest), FILTERED_FILE, err);
	if (rc)
		return rc < 0 ? -1 : 0;
	folder = folder_path(tree, archive_name(tree->archive, i),
			     range->prefix ? range->prefix - 1 : 0);
	if (!folder)
		return error_memory(err, "a path", range->prefix);
	rc = file_list_intern(tree->list, folder, &entry.dir, err);
	free(folder);
	if (rc || file_list_text(tree->list, rest, &entry.name, err))
		return -1;
	return file_list_append(tree->list, &entry, err);
}

static int too_deep(struct tree *tree, const struct range *range, struct error *err)
{
	char *folder =
		folder_path(tree, archive_name(tree->archive, range->first), range->prefix - 1);
	int rc = folder ? file_list_problem(tree->list, folder, FILE_TOO_DEEP, 0, err)
			: error_memory(err, "a path", range->prefix);

	free(folder);
	return rc;
}

static int add_range(struct tree *tree, const struct range *range, struct error *err);

/* `below`: the members of the folder in `range`. */
static int add_folder(struct tree *tree, const struct range *range, const struct range *below,
		      struct error *err)
{
	int out = leaves_out(tree, range, below->first, below->prefix - range->prefix - 1,
			     FILTERED_FOLDER, err);

	if (out)
		return out < 0 ? -1 : 0;
	return add_range(tree, below, err);
}

static bool holds_maja(const struct tree *tree, const struct range *range)
{
	for (uint32_t i = range->first; i < range->end; i = behind(tree, range, i)) {
		const char *rest = rest_of(tree, range, i);

		if (!strchr(rest, '/') && name_matches(MAJA_BANDS, rest, strlen(rest)))
			return true;
	}
	return false;
}

static int add_range(struct tree *tree, const struct range *range, struct error *err)
{
	const char *only = only_folder(tree, range);
	const bool maja = holds_maja(tree, range);
	uint32_t end;
	int rc = 0;

	if (range->depth > MAX_DEPTH)
		return too_deep(tree, range, err);
	for (uint32_t i = range->first; i < range->end && rc == 0; i = end) {
		const char *rest = rest_of(tree, range, i), *slash = strchr(rest, '/');
		struct range below = {.first = i, .depth = range->depth + 1};

		end = below.end = behind(tree, range, i);
		below.prefix = range->prefix + (slash ? (size_t)(slash - rest) + 1 : 0);
		if (*rest == '.')
			continue;
		if (!slash)
			rc = add_file(tree, range, i, err);
		else if ((!only || matches(rest, only)) && !(maja && matches(rest, MAJA_EXTRAS)))
			rc = add_folder(tree, range, &below, err);
	}
	return rc;
}

static bool is_below(const char *name, const char *folder, size_t length)
{
	return strncmp(name, folder, length) == 0 && name[length] == '/';
}

/* The members below a folder ("": all). */
static struct range range_of(const struct tree *tree, const char *folder)
{
	size_t length = strlen(folder);
	struct range range = {.prefix = length ? length + 1 : 0};
	const struct archive *archive = tree->archive;

	for (range.first = 0; length && range.first < archive->n; range.first++)
		if (is_below(archive_name(archive, range.first), folder, length))
			break;
	for (range.end = range.first; range.end < archive->n; range.end++)
		if (length && !is_below(archive_name(archive, range.end), folder, length))
			break;
	return range;
}

static int add_problem(struct file_list *list, const char *path, enum archive_problem problem,
		       int errno_value, struct error *err)
{
	if (problem == ARCHIVE_UNREADABLE)
		return file_list_problem(list, path, FILE_CANNOT_OPEN, errno_value, err);
	return file_list_problem(list, path, FILE_ARCHIVE, (int)problem, err);
}

/* By its first name; *met: all of it is in the list. */
static int meet(struct tree *tree, const char *path, bool *met, struct error *err)
{
	struct identity id = {.dev = tree->archive->id.dev, .ino = tree->archive->id.ino};
	struct place *place;

	if (file_list_intern(tree->list, path, &tree->base, err))
		return -1;
	place = file_list_place(tree->list, &id);
	*met = place && place->walked;
	if (*met)
		tree->list->offered += place->holds;
	return 0;
}

static void remember(struct tree *tree, bool holds)
{
	struct identity id = {.dev = tree->archive->id.dev, .ino = tree->archive->id.ino};
	struct place *place = file_list_place(tree->list, &id);

	if (!place)
		return;
	place->walked = true;
	place->holds = holds;
}

static int add_archive(struct tree *tree, const char *path, const char *folder, bool named,
		       struct error *err)
{
	struct range range = range_of(tree, folder);
	struct file_filter *filter = &tree->list->filter;
	uint64_t before = tree->list->offered, left_out = filter->left_out;
	bool met;

	if (named)
		filter->below = strlen(path) + (*folder ? strlen(folder) + 1 : 0);
	if (meet(tree, path, &met, err))
		return -1;
	if (!met && add_range(tree, &range, err))
		return -1;
	if (!met && !*folder)
		remember(tree, tree->list->offered > before);
	if (!named || tree->list->offered > before)
		return 0;
	if (filter->left_out > left_out)
		return file_list_problem(tree->list, path, FILE_ALL_LEFT_OUT, 0, err);
	return add_problem(tree->list, path,
			   tree->holds_archives ? ARCHIVE_ONLY_ARCHIVES : ARCHIVE_NO_RASTER, 0,
			   err);
}

static int with_archive(struct file_list *list, const char *path, const char *folder, bool named,
			struct error *err)
{
	enum archive_problem problem;
	struct tree tree = {.list = list, .archive = archive_get(path, &problem), .path = path};
	int rc;

	if (!tree.archive)
		return add_problem(list, path, problem, errno, err);
	rc = add_archive(&tree, path, folder, named, err);
	archive_put(tree.archive);
	return rc;
}

int file_list_archive(struct file_list *list, const char *path, bool named, struct error *err)
{
	while (named && path[0] == '.' && path[1] == '/' && path[2] && path[2] != '/')
		path += 2;
	return with_archive(list, path, "", named, err);
}

/* Is it a folder there: do members lie below it? */
static bool holds_folder(const char *archive_path, const char *folder)
{
	enum archive_problem problem;
	struct tree tree = {.archive = archive_get(archive_path, &problem)};
	struct range range = {.first = 0};

	if (!tree.archive)
		return false;
	range = range_of(&tree, folder);
	archive_put(tree.archive);
	return range.end > range.first;
}

int file_list_in_archive(struct file_list *list, const char *path, size_t length, struct error *err)
{
	static const struct file_entry file = {.named = true};
	char *archive = strndup(path, length), *folder = strdup(path + length + 1);
	int rc;

	if (!archive || !folder) {
		rc = error_memory(err, "a path", strlen(path));
	} else {
		size_t n = strlen(folder);

		while (n > 0 && folder[n - 1] == '/')
			folder[--n] = '\0';
		if (n == 0 || holds_folder(archive, folder))
			rc = with_archive(list, archive, folder, true, err);
		else
			rc = file_list_path_entry(list, path, &file, err);
	}
	free(archive);
	free(folder);
	return rc;
}
