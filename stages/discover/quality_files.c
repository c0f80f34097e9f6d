/*
 * A scene's quality files. Folders are looked at to a bound, in the way of walk.c: no hidden files,
 * no special files, nothing of the kernel's; a product's own folder only where it is one, not a
 * link to one.
 */
#include "quality_files.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/text.h"
#include "beside.h"
#include "group_key.h"
#include "input/archive.h"
#include "kernel_folder.h"
#include "names.h"
#include "quality_match.h"
#include "sentinel2.h"

enum { MOST_ENTRIES = 8192, PREFIX_BYTES = 256 };

/* What names of the scene's quality files begin with, and end in behind the band. */
struct scene_key {
	char prefix[PREFIX_BYTES];
	const char *suffix; /* NULL: any */
};

/* --- the table --- */

/* Takes the path. */
static int add(struct quality_files *files, char *path, enum quality_place place, bool named,
	       uint8_t resolution_m, struct error *err)
{
	struct quality_file *file = &files->file[files->n];

	if (!path)
		return error_memory(err, "a path", 0);
	for (unsigned i = 0; i < files->n; i++)
		if (strcmp(files->file[i].path, path) == 0) {
			free(path);
			return 0;
		}
	if (files->n == QUALITY_FILES_MOST) {
		files->more = true;
		free(path);
		return 0;
	}
	*file = (struct quality_file){.path = path,
				      .name = path_name(path),
				      .named = named,
				      .place = (uint8_t)place,
				      .resolution_m = resolution_m};
	file->text = quality_text(file->name);
	files->n++;
	return 0;
}

int quality_files_init(struct quality_files *files, const struct scene_list *scene_list,
		       const struct entry *entry, struct error *err)
{
	files->n = 0;
	files->more = files->looked_around = false;
	for (unsigned i = 0; i < entry->n; i++) {
		const struct member *member = &scene_list->member[entry->first + i];
		struct parsed p;

		if (member->slot < SCENE_QA)
			continue;
		p = name_parse(&scene_list->files, member->file);
		if (add(files, file_list_path(&scene_list->files, member->file),
			scene_list->files.entry[member->file].beside ? QUALITY_BESIDE
								     : QUALITY_NAMED,
			scene_list->files.entry[member->file].named, p.resolution_m, err))
			return -1;
	}
	return 0;
}

void quality_files_release(struct quality_files *files)
{
	for (unsigned i = 0; i < files->n; i++)
		free(files->file[i].path);
	files->n = 0;
}

/* --- names --- */

static bool is_separator(char c)
{
	return c == '_' || c == '.' || c == '-';
}

/* The name goes on behind the prefix with a separator; any name behind an empty one. */
static bool begins_with(const char *name, const char *prefix, size_t n)
{
	return strncmp(name, prefix, n) == 0 && (n == 0 || is_separator(name[n]));
}

static bool is_suffix(const struct scene_key *key, const char *name, const struct band_token *token)
{
	size_t n = name_stem(name) - token->suffix;

	return !key->suffix ||
	       (strlen(key->suffix) == n && strncmp(key->suffix, name + token->suffix, n) == 0);
}

/* Is it a quality file of the scene by its name? */
static bool is_of_scene(const struct scene_key *key, const char *name)
{
	struct band_token token = name_band_token(name, name_stem(name));
	size_t n = strlen(key->prefix);

	return token.kind == TOKEN_QA && token.prefix_len == n &&
	       strncmp(name, key->prefix, n) == 0 && is_suffix(key, name, &token);
}

static struct scene_key key_of(const struct scene_list *scene_list, const struct entry *entry,
			       char suffix[PREFIX_BYTES])
{
	struct parsed p = name_parse(&scene_list->files, entry_first(scene_list, entry));
	struct scene_key key = {.suffix = NULL};
	bool band = p.token.kind != TOKEN_NONE && p.token.kind != TOKEN_STACK;

	snprintf(key.prefix, sizeof(key.prefix), "%.*s", (int)p.prefix_len, p.name);
	snprintf(suffix, PREFIX_BYTES, "%.*s", (int)(p.stem_len - p.suffix_at),
		 p.name + p.suffix_at);
	key.suffix = band ? suffix : NULL;
	return key;
}

/* --- folders --- */

static uint8_t resolution_of(const char *name, uint8_t folder_m)
{
	struct band_token token = name_band_token(name, name_stem(name));

	return token.resolution_m ? token.resolution_m : folder_m;
}

static int take_name(struct quality_files *files, const char *folder, const char *name,
		     enum quality_place place, const struct scene_key *key, uint8_t folder_m,
		     struct error *err)
{
	if (*name == '.' || !name_is_raster(name) || (key && !is_of_scene(key, name)))
		return 0;
	return add(files, file_path(folder, name), place, false, resolution_of(name, folder_m),
		   err);
}

/* The same of a folder in an archive. */
static int take_members(struct quality_files *files, const char *folder, size_t archive_len,
			enum quality_place place, const struct scene_key *key, uint8_t folder_m,
			struct error *err)
{
	const char *inner = folder + archive_len + 1;
	size_t n = strlen(inner);
	char *path = strndup(folder, archive_len);
	enum archive_problem problem;
	const struct archive *archive = path ? archive_get(path, &problem) : NULL;
	int rc = 0;

	free(path);
	for (uint32_t i = 0; archive && i < archive->n && rc == 0; i++) {
		const char *name = archive_name(archive, i);

		if (strncmp(name, inner, n) == 0 && name[n] == '/' && !strchr(name + n + 1, '/'))
			rc = take_name(files, folder, name + n + 1, place, key, folder_m, err);
	}
	if (archive)
		archive_put(archive);
	return rc;
}

/* Files of the scene in a folder. `key` NULL: all images there. */
static int take_folder(struct quality_files *files, const char *folder, enum quality_place place,
		       const struct scene_key *key, uint8_t folder_m, struct error *err)
{
	DIR *dir = folder_open(folder, place != QUALITY_PRODUCT);
	size_t archive_len = !dir && errno == ENOTDIR ? archive_part(folder) : 0;
	const struct dirent *entry;
	int rc = 0;

	if (!dir)
		return archive_len
			       ? take_members(files, folder, archive_len, place, key, folder_m, err)
			       : 0;
	if (!kernel_folder(dirfd(dir), folder))
		for (unsigned n = 0; n < MOST_ENTRIES && rc == 0 && (entry = readdir(dir)); n++)
			if (quality_is_file(dirfd(dir), entry->d_name, entry->d_type))
				rc = take_name(files, folder, entry->d_name, place, key, folder_m,
					       err);
	(void)closedir(dir);
	return rc;
}

/* A folder beside that of the bands. */
static int take_beside(struct quality_files *files, const char *dir, const char *folder,
		       const char *other, enum quality_place place, const struct scene_key *key,
		       uint8_t folder_m, struct error *err)
{
	char *path = folder_beside(dir, folder, other);
	int rc = path ? take_folder(files, path, place, key, folder_m, err)
		      : error_memory(err, "a path", 0);

	free(path);
	return rc;
}

/* QI_DATA beside IMG_DATA, which is the folder or holds it. */
static int take_qi_data(struct quality_files *files, const char *dir, const char *folder,
			struct error *err)
{
	size_t n = strlen(dir), tail = strlen(folder);
	bool above = sentinel2_folder_metres(folder) != 0;
	char *images = strdup(dir);
	const char *name;
	int rc;

	if (!images)
		return error_memory(err, "a path", n);
	if (!above || n <= tail || strcmp(dir + n - tail, folder) != 0) {
		rc = take_beside(files, dir, folder, above ? "../QI_DATA" : "QI_DATA",
				 QUALITY_PRODUCT, NULL, 0, err);
	} else {
		images[n - tail - 1] = '\0';
		name = strrchr(images, '/');
		rc = take_beside(files, images, name ? name + 1 : images, "QI_DATA",
				 QUALITY_PRODUCT, NULL, 0, err);
	}
	free(images);
	return rc;
}

/* The SAFE layout, and that of the same files on AWS. `key` NULL: the product's folders alone. */
static int take_sentinel2(struct quality_files *files, const char *dir, const char *folder,
			  const struct scene_key *key, struct error *err)
{
	const bool by_size = sentinel2_folder_metres(folder) != 0;

	for (const struct resolution_folder *beside = sentinel2_resolutions;
	     key && by_size && beside->name; beside++)
		if (take_beside(files, dir, folder, beside->name, QUALITY_BESIDE, key,
				beside->metres, err))
			return -1;
	if (by_size && take_beside(files, dir, folder, "qi", QUALITY_PRODUCT, NULL, 0, err))
		return -1;
	return by_size || strcmp(folder, "IMG_DATA") == 0 ? take_qi_data(files, dir, folder, err)
							  : 0;
}

/* MAJA's masks: MASKS/X_CLM_R1.tif of X_FRE_B4.tif. */
static int take_maja(struct quality_files *files, const char *dir, const struct scene_key *key,
		     struct error *err)
{
	size_t n = strlen(key->prefix);
	unsigned kept = files->n;
	char *path = file_path(dir, "MASKS");
	int rc;

	if (!path)
		return error_memory(err, "a path", 0);
	if (n > 4 &&
	    (strcmp(key->prefix + n - 4, "_FRE") == 0 || strcmp(key->prefix + n - 4, "_SRE") == 0))
		n -= 4;
	rc = take_folder(files, path, QUALITY_PRODUCT, NULL, 0, err);
	free(path);
	for (unsigned i = kept; i < files->n; i++) {
		if (begins_with(files->file[i].name, key->prefix, n))
			files->file[kept++] = files->file[i];
		else
			free(files->file[i].path);
	}
	files->n = kept;
	return rc;
}

/* One order, whatever the folder's own is. */
static int by_place(const void *a, const void *b)
{
	const struct quality_file *x = a, *y = b;

	return x->place != y->place ? x->place - y->place : strcmp(x->path, y->path);
}

/*
 * "clouds.tif" of a rule that says so is the mask of all scenes of its folder. Its name is tried,
 * as a confined process cannot list folders.
 */
static int take_whole(struct quality_files *files, const char *dir, const char *pattern,
		      const char *extension, struct error *err)
{
	const char *const tails[] = {"", extension, ".tif"};

	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		char name[NAME_MAX + 1], *path;
		struct stat st;

		if (snprintf(name, sizeof(name), "%s%s", pattern, tails[i]) >= (int)sizeof(name) ||
		    strchr(name, '/') || !name_is_raster(name))
			continue;
		path = file_path(dir, name);
		if (!path)
			return error_memory(err, "a path", 0);
		if (stat(path, &st) || !S_ISREG(st.st_mode))
			free(path);
		else if (add(files, path, QUALITY_BESIDE, false, 0, err))
			return -1;
	}
	return 0;
}

int quality_files_take_whole(struct quality_files *files, const struct scene_list *scene_list,
			     const struct entry *entry, const char *pattern, struct error *err)
{
	uint32_t first = entry_first(scene_list, entry);
	const char *name = file_list_name(&scene_list->files, first);

	if (scene_list->files.entry[first].virtual)
		return 0;
	return take_whole(files, file_list_dir(&scene_list->files, first), pattern,
			  name + name_stem(name), err);
}

int quality_files_look_around(struct quality_files *files, const struct scene_list *scene_list,
			      const struct entry *entry, bool masked, struct error *err)
{
	uint32_t first = entry_first(scene_list, entry);
	const char *dir = file_list_dir(&scene_list->files, first);
	const char *own = file_list_folder(&scene_list->files, first);
	char suffix[PREFIX_BYTES];
	struct scene_key key;
	int rc = 0;

	if (scene_list->files.entry[first].virtual || files->looked_around)
		return 0;
	files->looked_around = true;
	key = key_of(scene_list, entry, suffix);
	/* With --mask, what is beside is in the list. */
	if (scene_list->files.entry[first].named && !masked)
		rc = take_folder(files, dir, QUALITY_BESIDE, &key, 0, err);
	if (rc == 0)
		rc = take_sentinel2(files, dir, own, masked ? NULL : &key, err);
	if (rc == 0)
		rc = take_maja(files, dir, &key, err);
	qsort(files->file, files->n, sizeof(files->file[0]), by_place);
	return rc;
}
