/*
 * The quality band that --mask asks for. Where the scene list does not hold it, it is looked for
 * under the few names it can have beside the red file; a scene without it is an error, never a
 * scene without a mask.
 */
#include "scene_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input/archive.h"
#include "names.h"

/* A band of the stack whose description holds the pattern; 0 if there is none. */
static uint32_t described_band(const struct raster_info *info, const char *pattern)
{
	for (uint32_t i = 0; i < info->n_bands; i++)
		if (name_holds(info->bands[i].description, pattern))
			return i + 1;
	return 0;
}

/* "dir/prefix_PATTERN_20m.ext" where such a file exists; *path is NULL otherwise. */
static int try_name(char **path, const char *dir, const char *prefix, size_t prefix_len,
		    const char *pattern, const char *tail)
{
	static const char *const separators[] = {"_", "."}; /* HLS separates by dots */

	*path = NULL;
	for (size_t i = 0; i < (prefix_len ? 2 : 1) && !*path; i++) {
		char *name;

		if (asprintf(&name, "%.*s%s%s%s", (int)prefix_len, prefix,
			     prefix_len ? separators[i] : "", pattern, tail) < 0)
			return -1;
		*path = file_path(dir, name);
		free(name);
		if (!*path)
			return -1;
		if (!archive_exists(*path)) {
			free(*path);
			*path = NULL;
		}
	}
	return 0;
}

/* Look in one folder under the names a quality file can have beside `base`. */
static int try_folder(char **path, const char *dir, const char *base, const char *pattern)
{
	static const char *const resolutions[] = {"_10m", "_20m", "_60m", ""};
	size_t stem = name_stem(base);
	struct band_token token = name_band_token(base, stem);
	size_t prefix = token.kind ? token.prefix_len : stem;
	char tail[300];

	*path = NULL;
	if (token.kind && strlen(base) < sizeof(tail)) {
		snprintf(tail, sizeof(tail), "%s", base + token.end);
		if (try_name(path, dir, base, prefix, pattern, tail) || *path)
			return *path ? 0 : -1;
	}
	for (size_t i = 0; i < sizeof(resolutions) / sizeof(resolutions[0]); i++) {
		if (snprintf(tail, sizeof(tail), "%s%s", resolutions[i], base + stem) >=
		    (int)sizeof(tail))
			continue;
		if (try_name(path, dir, base, prefix, pattern, tail))
			return -1;
		if (*path)
			return 0;
	}
	return 0;
}

/* Beside the red file; in the SAFE layout also in the folders of the other resolutions. */
static int find_beside(char **path, const struct scene_list *scene_list, uint32_t file,
		       const char *pattern)
{
	static const char *const siblings[] = {"R10m", "R20m", "R60m"};
	const char *dir = file_list_dir(&scene_list->files, file);
	const char *base = file_list_name(&scene_list->files, file);
	const char *folder = file_list_folder(&scene_list->files, file);
	int rc = try_folder(path, dir, base, pattern);

	if (rc || *path || strncmp(folder, "R", 1) != 0 || strlen(folder) != 4)
		return rc;
	for (size_t i = 0; i < sizeof(siblings) / sizeof(siblings[0]) && rc == 0 && !*path; i++) {
		char *other;

		if (asprintf(&other, "%.*s%s", (int)(folder - dir), dir, siblings[i]) < 0)
			return -1;
		rc = try_folder(path, other, base, pattern);
		free(other);
	}
	return rc;
}

/* Rules compare integers, so the band must hold some. */
static int set_quality(struct scene *scene, unsigned file, uint32_t index, struct error *err)
{
	const struct scene_file *of = &scene->files[file];

	if (of->info.type == SAMPLE_F32 || of->info.type == SAMPLE_F64)
		return error_set(err, EX_DATAERR,
				 "%s: holds %s samples; a quality band for --mask holds integers",
				 of->path, sample_name(of->info.type));
	return scene_set_band(scene, SCENE_QA, "qa", file, index, err);
}

static int use_file(struct scene *scene, char *path, bool named, const struct options *options,
		    struct error *err)
{
	struct band *band = &scene->band[SCENE_QA];
	const char *slash = strrchr(path, '/');
	unsigned file = 0;

	snprintf(band->source, sizeof(band->source), "option --mask: file %.80s",
		 slash ? slash + 1 : path);
	if (scene_add_file(scene, path, named, &file, err) ||
	    scene_probe(scene, file, options, err))
		return -1;
	return set_quality(scene, file, 1, err);
}

int scene_find_quality(struct scene *scene, const struct scene_list *scene_list,
		       const struct entry *entry, const struct options *options, struct error *err)
{
	const char *pattern = options->mask.pattern;
	struct band *band = &scene->band[SCENE_QA];
	const struct raster_info *info = &scene->files[0].info;
	uint32_t file_of = entry_file(scene_list, entry, SCENE_QA), index = 0;
	char *path = NULL;

	if (file_of == NO_FILE)
		index = described_band(info, pattern);
	if (index) {
		snprintf(band->source, sizeof(band->source), "option --mask: band '%.80s'",
			 info->bands[index - 1].description);
		return set_quality(scene, 0, index, err);
	}
	if (file_of != NO_FILE)
		path = file_list_path(&scene_list->files, file_of);
	else if (find_beside(&path, scene_list, entry_first(scene_list, entry), pattern))
		path = NULL;
	else if (!path)
		return error_set(err, EX_DATAERR,
				 "%s: no file *%s* in this scene's folder; name the file too, or "
				 "leave out --mask",
				 scene->name, pattern);
	if (!path)
		return error_memory(err, "a path", 0);
	return use_file(scene, path, file_of != NO_FILE && scene_list->files.entry[file_of].named,
			options, err);
}
