/*
 * What names say of a scene as a whole: its own name, its sensor, its date. No file is opened.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scene_build.h"

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

/* The last part of the directory's name, also where that is "" or ".". */
static char *folder_name(const struct file_list *files, uint32_t file)
{
	const char *folder = file_list_folder(files, file), *slash;
	char *cwd, *name;

	if (*folder && strcmp(folder, ".") != 0 && strcmp(folder, "..") != 0)
		return strdup(folder);
	cwd = getcwd(NULL, 0);
	slash = cwd ? strrchr(cwd, '/') : NULL;
	name = strdup(slash && slash[1] ? slash + 1 : "scene");
	free(cwd);
	return name;
}

/* What the stems of a group share: all but the band token, and no resolution. */
static char *shared_name(const char *stem, size_t len)
{
	struct band_token token = name_band_token(stem, len);
	size_t suffix = token.kind && !token.resolution_m ? len - token.end : 0;
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

char *scene_make_name(const struct catalog *catalog, const struct entry *entry)
{
	uint32_t file = entry_first(entry);
	const char *base = file_list_name(&catalog->files, file);
	size_t stem = name_stem(base);
	char *name;

	if (entry->kind == ENTRY_FAILED)
		return strdup(base);
	if (entry->kind == ENTRY_STACK)
		return strndup(base, stem);
	name = shared_name(base, stem);
	if (name && !*name) {
		free(name);
		name = folder_name(&catalog->files, file);
	}
	return name;
}

const struct sensor *scene_label(struct scene *scene, const struct catalog *catalog, uint32_t file)
{
	const char *base = file_list_name(&catalog->files, file);
	size_t stem = name_stem(base);
	char *folder = folder_name(&catalog->files, file);
	const struct sensor *sensor = sensor_find(base, stem, folder);
	struct band_token token;

	if (!sensor) {
		token = name_band_token(base, stem);
		sensor = sensor_by_token(&token);
	}
	if (sensor) {
		snprintf(scene->sensor, sizeof(scene->sensor), "%s", sensor->name);
		name_date(base, sensor->date, scene->acquired);
		if (!scene->acquired[0] && folder)
			name_date(folder, sensor->date, scene->acquired);
	}
	free(folder);
	return sensor;
}
