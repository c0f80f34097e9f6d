/*
 * What names say of a scene as a whole: its own name, its sensor, its date. No file is opened.
 */
#include "scene_build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/redact.h"
#include "base/text.h"
#include "group.h"
#include "input/archive.h"
#include "names.h"

char *path_absolute(const char *path)
{
	char *cwd, *absolute = NULL;

	if (path[0] == '/')
		return strdup(path);
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return errno == ENOMEM ? NULL : strdup(path);
	if (asprintf(&absolute, "%s/%s", cwd, path) < 0)
		absolute = NULL;
	free(cwd);
	return absolute;
}

/* What the stems of a group share: all but the band token, and no resolution. */
static char *shared_name(const char *stem, size_t len)
{
	struct band_token token = name_band_token(stem, len);
	size_t suffix = token.kind ? len - token.suffix : 0;
	const char *rest = stem + len - suffix;
	char *name;

	if (!token.kind)
		return strndup(stem, len);
	if (token.prefix_len == 0 && suffix > 0) /* "B04_site" -> "site" */
		return strndup(rest + 1, suffix - 1);
	if (asprintf(&name, "%.*s%.*s", (int)token.prefix_len, stem, (int)suffix, rest) < 0)
		return NULL;
	return name;
}

/* Of a part of a file: the file's own name and the part's, without quotes and what is then left of
 * the way to it, as in HDF5:"a.h5"://red. */
static void drop_quotes(char *name)
{
	char *to = name;

	for (const char *from = name; *from; from++)
		if (*from != '"')
			*to++ = *from;
	while (to > name && (to[-1] == '/' || to[-1] == ':'))
		to--;
	*to = '\0';
}

/*
 * The file's name without the secrets of an address. They may hold slashes: so what is in front of
 * the name is looked at, too. To be freed.
 */
static char *shown_base(const struct scene_list *scene_list, uint32_t file)
{
	const char *base = file_list_name(&scene_list->files, file);
	bool whole = !*file_list_dir(&scene_list->files, file); /* GDAL's names have no folder */
	char *path = whole ? strdup(base) : file_list_path(&scene_list->files, file), *name;

	if (!path)
		return NULL;
	redact(path);
	name = strdup(whole ? path : *path_name(path) ? path_name(path) : base);
	if (name)
		redact(name);
	free(path);
	return name;
}

static char *name_of(const struct scene_list *scene_list, const struct entry *entry,
		     const char *base)
{
	uint32_t file = entry_first(scene_list, entry);
	size_t stem = name_stem(base);
	const char *own;
	char *name;

	if (entry->kind == ENTRY_FAILED)
		return strdup(base);
	/* A file of one's own may look so, too. */
	own = scene_list->files.entry[file].virtual ? name_of_file(base) : base;
	stem -= (size_t)(own - base);
	/* One file alone is a stack, or fails: either way its own name says most. */
	name = entry->kind == ENTRY_STACK || (entry->kind == ENTRY_PARTIAL && entry->n == 1)
		       ? strndup(own, stem)
		       : shared_name(own, stem);
	if (name && own != base)
		drop_quotes(name);
	return name;
}

char *folder_above(const struct scene_list *scene_list, const struct entry *entry, unsigned up)
{
	const char *dir = file_list_dir(&scene_list->files, entry_first(scene_list, entry));
	char *shown = strdup(dir), *folder;
	size_t end, begin;

	if (!shown)
		return NULL;
	redact(shown);
	for (end = strlen(shown);; end = begin) {
		while (end && shown[end - 1] == '/')
			end--;
		for (begin = end; begin && shown[begin - 1] != '/';)
			begin--;
		if (--up == 0 || !end)
			break;
	}
	folder = strndup(shown + begin, end - begin);
	free(shown);
	return folder;
}

/* For a file that has no name of its own. */
static char *folder_name(const struct scene_list *scene_list, const struct entry *entry)
{
	const char *folder = file_list_folder(&scene_list->files, entry_first(scene_list, entry));
	char *name = folder_above(scene_list, entry, 1);

	/* Where the path does not say, it has been looked up. */
	if (!name || (*name && strcmp(name, ".") != 0 && strcmp(name, "..") != 0))
		return name;
	free(name);
	return strdup(*folder ? folder : "scene");
}

static char *plain_name(const struct scene_list *scene_list, const struct entry *entry)
{
	char *base = shown_base(scene_list, entry_first(scene_list, entry));
	char *name = base ? name_of(scene_list, entry, base) : NULL;

	free(base);
	if (!name || *name)
		return name;
	free(name);
	return folder_name(scene_list, entry);
}

/* The path without the secrets of an address. */
static char *shown_path(const struct scene_list *scene_list, uint32_t file)
{
	char *path = file_list_path(&scene_list->files, file);

	if (path)
		redact(path);
	return path;
}

char *scene_make_name(const struct scene_list *scene_list, const struct entry *entry)
{
	char *name, *folder, *whole;

	if (entry->apart == APART_BY_PATH)
		return shown_path(scene_list, entry_first(scene_list, entry));
	name = plain_name(scene_list, entry);
	if (!name || !entry->apart)
		return name;
	folder = folder_above(scene_list, entry, entry->apart);
	if (!folder || asprintf(&whole, "%s/%s", folder, name) < 0)
		whole = NULL;
	free(folder);
	free(name);
	return whole;
}

int scene_clash(const struct scene_list *scene_list, const struct entry *entry, struct error *err)
{
	char *one = file_list_path(&scene_list->files, entry_file(scene_list, entry, 0));
	char *other = file_list_path(&scene_list->files, entry_file(scene_list, entry, 1));

	if (!one || !other)
		(void)error_memory(err, "a path", 0);
	else
		(void)error_set(err, EX_DATAERR,
				"%s: is the same band of the scene as %s, by their names; say "
				"which one to use: --bands 'red=PATTERN,nir=PATTERN'",
				one, other);
	free(one);
	free(other);
	return -1;
}

/* MAJA's reflectance that is corrected for slopes is the scene, where the other is there, too. */
static void note_twin(struct scene *scene, const struct scene_list *scene_list, uint32_t file)
{
	const char *base = file_list_name(&scene_list->files, file);
	struct band_token token = name_band_token(base, name_stem(base));
	size_t at = token.prefix_len;
	char *path;

	if (at < 4 || memcmp(base + at - 4, "_FRE", 4) != 0)
		return;
	path = file_list_path(&scene_list->files, file);
	if (!path)
		return;
	path[strlen(path) - strlen(base) + at - 3] = 'S';
	if (archive_exists(path))
		scene_note(scene,
			   "FRE is used, reflectance corrected for slopes; the files of SRE, "
			   "without this, lie beside it: name them alone to use them");
	free(path);
}

const struct sensor *scene_name_facts(struct scene *scene, const struct scene_list *scene_list,
				      uint32_t file)
{
	const char *base = file_list_name(&scene_list->files, file);
	const struct sensor *sensor = file_sensor(&scene_list->files, file);

	if (sensor) {
		snprintf(scene->sensor, sizeof(scene->sensor), "%s", sensor->name);
		name_date(base, sensor->date, scene->acquired);
		if (!scene->acquired[0])
			name_date(file_list_folder(&scene_list->files, file), sensor->date,
				  scene->acquired);
	}
	return sensor;
}

const struct sensor *scene_label(struct scene *scene, const struct scene_list *scene_list,
				 uint32_t file)
{
	note_twin(scene, scene_list, file);
	return scene_name_facts(scene, scene_list, file);
}
