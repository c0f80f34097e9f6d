/*
 * Lists the files and folders that the inputs of a run need, from their names and the links in
 * their folders. A confined worker may read these and nothing else. Opens no file; does not know
 * how the kernel confines.
 *
 * A folder that was named is read as a whole. Of a folder in which files were named, only the files
 * that lie in it count: somebody's home is not opened for one image in it. Of an archive its file
 * alone. Below the folder of a VRT that was named, folders count likewise, as its sources may lie
 * there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "entries.h"
#include "gdal_name.h"
#include "input/archive.h"
#include "input/file_name.h"
#include "sentinel2.h"
#include "sentinel2_metadata.h"

enum {
	/* A folder of more files than this counts as a whole: a rule for each would cost more. */
	MOST_FILES = 1024,
	MOST_DEPTH = 16, /* below a VRT's folder */
};

struct search {
	void (*take)(void *context, const char *path);
	void *context;
	bool network;
};

/* No link leads a worker to what is no file of anybody's. */
static bool is_of_the_system(const char *path)
{
	static const char *const roots[] = {"/proc", "/sys", "/dev"};
	char real[PATH_MAX];

	if (!realpath(path, real))
		return true;
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		size_t length = strlen(roots[i]);

		if (strncmp(real, roots[i], length) == 0 && (real[length] == '/' || !real[length]))
			return true;
	}
	return false;
}

static void take(const struct search *search, const char *path)
{
	if (!is_of_the_system(path))
		search->take(search->context, path);
}

/* --- folders --- */

/* `dir`/`name` into path; false where it does not fit. */
static bool join(char path[PATH_MAX], const char *dir, const char *name)
{
	size_t length = strlen(dir);
	const char *slash = length && dir[length - 1] != '/' ? "/" : "";

	return snprintf(path, PATH_MAX, "%s%s%s", dir, slash, name) < PATH_MAX;
}

static bool is_root(const char *dir)
{
	char real[PATH_MAX];

	return realpath(dir, real) && strcmp(real, "/") == 0;
}

/* Hidden files are no side files of images, and often somebody's secrets. */
static bool counts(DIR *dir, const struct dirent *entry, bool links_alone)
{
	struct stat st;

	if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
		return false;
	if (entry->d_type == DT_REG)
		return !links_alone;
	if (fstatat(dirfd(dir), entry->d_name, &st, 0) || !S_ISREG(st.st_mode))
		return false;
	return entry->d_type == DT_LNK || !links_alone;
}

/* Files in the folder, or only what links there lead to. Returns how many, MOST_FILES + 1: more. */
static unsigned take_files(const struct search *search, const char *folder, bool links_alone)
{
	DIR *dir = opendir(*folder ? folder : ".");
	const struct dirent *entry;
	char path[PATH_MAX];
	unsigned n = 0;

	while (dir && n <= MOST_FILES && (entry = readdir(dir))) {
		if (!counts(dir, entry, links_alone) || !join(path, folder, entry->d_name))
			continue;
		if (!links_alone && ++n > MOST_FILES)
			break;
		take(search, path);
	}
	if (dir)
		(void)closedir(dir);
	return n;
}

/* A folder in or beside this one; a link in its place may lead anywhere, and is none. */
static void take_beside(const struct search *search, const char *dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	if (join(path, *dir ? dir : ".", name) && lstat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		take(search, path);
		(void)take_files(search, path, true);
	}
}

static void take_folder(const struct search *search, const char *folder, bool named_files)
{
	if (named_files && (take_files(search, folder, false) <= MOST_FILES || is_root(folder)))
		return;
	take(search, *folder ? folder : ".");
	(void)take_files(search, folder, true);
}

/* --- VRTs --- */

/* By its name: no file is opened here. */
static bool is_vrt(const char *name)
{
	return strcasecmp(name + name_stem(name), ".vrt") == 0;
}

static bool is_folder(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	return entry->d_name[0] != '.' &&
	       (entry->d_type == DT_DIR ||
		(entry->d_type == DT_UNKNOWN &&
		 fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		 S_ISDIR(st.st_mode)));
}

/*
 * Files in the folders below, hidden ones left out; links to folders lead out, and are not
 * followed. *left: how many may still be taken. False where that is not enough.
 */
static bool take_below(const struct search *search, const char *folder, unsigned depth,
		       unsigned *left)
{
	DIR *dir = depth < MOST_DEPTH ? opendir(*folder ? folder : ".") : NULL;
	const struct dirent *entry;
	char path[PATH_MAX];
	bool all = true;

	while (dir && all && (entry = readdir(dir))) {
		unsigned n;

		if (!is_folder(dir, entry) || !join(path, folder, entry->d_name))
			continue;
		n = take_files(search, path, false) + 1;
		all = n <= *left;
		*left -= all ? n : 0;
		all = all && take_below(search, path, depth + 1, left);
	}
	if (dir)
		(void)closedir(dir);
	return all;
}

/* The sources of a VRT lie below its folder; of too many files there, the whole folder counts. */
static void take_sources(const struct search *search, const char *folder)
{
	unsigned left = MOST_FILES;

	if (!take_below(search, folder, 0, &left) && !is_root(folder))
		take(search, *folder ? folder : ".");
}

/* Of one of the folders by pixel size: those beside it, and those of quality files. */
static void take_resolutions(const struct search *search, const char *folder)
{
	char path[PATH_MAX];

	for (const struct resolution_folder *beside = sentinel2_resolutions; beside->name; beside++)
		if (join(path, "..", beside->name))
			take_beside(search, folder, path);
	take_beside(search, folder, "../../QI_DATA");
	take_beside(search, folder, "../qi");
}

/*
 * The SAFE layout: other resolutions' folders and those of quality files beside, metadata in the
 * folders above. MAJA's: masks in a folder below.
 */
static void take_product(const struct search *search, const char *folder)
{
	static const char *const above[] = {"MTD_MSIL2A.xml", "MTD_MSIL1C.xml"};
	char up[PATH_MAX], path[PATH_MAX], real[PATH_MAX];
	const char *name;

	take_beside(search, folder, "MASKS");
	if (!realpath(*folder ? folder : ".", real))
		return;
	name = strrchr(real, '/') + 1;
	if (!sentinel2_is_inner_folder(name, strlen(name)))
		return;
	if (*name == 'R')
		take_resolutions(search, folder);
	if (*name == 'I')
		take_beside(search, folder, "../QI_DATA");
	(void)snprintf(up, sizeof(up), "%s", *folder ? folder : ".");
	for (unsigned level = 0; level < SENTINEL2_MAX_UP; level++) {
		for (size_t i = 0; i < sizeof(above) / sizeof(above[0]); i++)
			if (join(path, up, above[i]))
				take(search, path);
		if (!join(path, up, ".."))
			return;
		memcpy(up, path, sizeof(up));
	}
}

/* --- names that are GDAL's --- */

static bool take_part(void *context, const char *path)
{
	take(context, path);
	return false;
}

static void take_gdal_name(struct search *search, const char *name)
{
	search->network = search->network || gdal_name_network(name);
	(void)!gdal_name_files(name, &(struct side_names){take_part, search});
}

/* --- the scene list --- */

/* What was done last: files of a folder stand together. Offsets of folders. */
struct done {
	uint32_t folder, vrt, archive;
	bool named;
};

static void take_archive(const struct search *search, const char *path, size_t length)
{
	char *archive = strndup(path, length);

	if (archive)
		take(search, archive);
	free(archive);
}

static void take_file(const struct search *search, const struct file_list *files, uint32_t i,
		      const char *path, struct done *done)
{
	const struct file_entry *entry = &files->entry[i];
	const char *folder = file_list_dir(files, i);

	if (entry->dir != done->folder || entry->named != done->named) {
		done->folder = entry->dir;
		done->named = entry->named;
		take_folder(search, folder, entry->named);
		take_product(search, folder);
	}
	/* A hidden file, or one in a folder that is not listed, was named all the same. */
	if (!entry->named)
		return;
	take(search, path);
	if (entry->dir != done->vrt && is_vrt(file_list_name(files, i))) {
		done->vrt = entry->dir;
		take_sources(search, folder);
	}
}

static void take_entry(struct search *search, const struct file_list *files, uint32_t i,
		       const char *path, struct done *done)
{
	const struct file_entry *entry = &files->entry[i];
	size_t archive = entry->virtual ? 0 : archive_part(path);
	struct stat st;

	if (archive && entry->dir != done->archive)
		take_archive(search, path, archive);
	if (archive)
		done->archive = entry->dir;
	else if (lstat(path, &st))
		take_gdal_name(search, path);
	else
		take_file(search, files, i, path, done);
}

void scene_list_reach(const struct scene_list *scene_list,
		      void (*take_one)(void *context, const char *path), void *context,
		      bool *network)
{
	struct search search = {.take = take_one, .context = context};
	struct done done = {UINT32_MAX, UINT32_MAX, UINT32_MAX, false};
	const struct file_list *files = &scene_list->files;

	for (uint32_t i = 0; i < files->n; i++) {
		/* What is beside a file that was named is granted with it. */
		char *path = files->entry[i].problem || files->entry[i].beside
				     ? NULL
				     : file_list_path(files, i);

		if (path)
			take_entry(&search, files, i, path, &done);
		free(path);
	}
	*network = search.network;
}
