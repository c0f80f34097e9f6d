/*
 * scene_open(): an entry of the scene list -> a scene. It combines the facts from names (group,
 * sensors) and from headers (reader); each question has its own file: bands.c, grid.c, scaling.c,
 * scene_quality.c. Nothing is kept open.
 */
#include "scene_list.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bands.h"
#include "grid.h"
#include "names.h"
#include "scaling.h"
#include "scene_build.h"

static int open_failed(const struct scene *scene, const struct file_entry *entry, struct error *err)
{
	const char *path = scene->files[0].path;

	switch ((enum file_problem)entry->problem) {
	case FILE_NOT_REGULAR:
		return error_set(err, EX_NOINPUT, "%s: is no regular file; name a raster file",
				 path);
	case FILE_EMPTY_DIRECTORY:
		return error_set(err, EX_NOINPUT,
				 "%s: no raster files in this directory; name another, or files",
				 path);
	case FILE_EMPTY_LIST:
		return error_set(err, EX_NOINPUT, "%s: the list names no file", path);
	case FILE_LIST_NOT_TEXT:
		return error_set(err, EX_DATAERR,
				 "%s: not a text file; a list has one path per line, in UTF-8 or "
				 "another encoding without NUL bytes",
				 path);
	case FILE_LIST_IS_FOLDER:
		return error_set(err, EX_NOINPUT, "%s: is a folder, no list; name it without the @",
				 path);
	case FILE_LIST_NOT_FILE:
		return error_set(err, EX_NOINPUT,
				 "%s: is no regular file and no pipe; name a list, or - for "
				 "standard input",
				 path);
	case FILE_LIST_NO_WRITER:
		return error_set(err, EX_NOINPUT,
				 "%s: is a pipe that nobody writes to; start its writer, or name a "
				 "list",
				 path);
	case FILE_LINE_TOO_LONG:
		return error_set(err, EX_DATAERR,
				 "%s: is longer than the %d bytes that a path can have; a list has "
				 "one path per line",
				 path, PATH_MAX - 1);
	case FILE_KERNEL_FOLDER:
		return error_set(err, EX_NOINPUT,
				 "%s: a folder of the kernel or of devices (like /proc or /dev); "
				 "name a folder with files",
				 path);
	case FILE_TOO_DEEP:
		return error_set(err, EX_NOINPUT,
				 "%s: folders are nested too deep; name this one itself", path);
	case FILE_NO_PATTERN:
		return error_set(
			err, EX_DATAERR,
			"%s: no file name matches a pattern of --bands; quote the patterns "
			"and check them against this name",
			path);
	case FILE_CANNOT_OPEN:
	case FILE_FINE:
		break;
	}
	return error_errno(err, EX_NOINPUT, entry->errno_value, "%s: cannot be opened", path);
}

/* A stack, or a file that may be one. */
static int open_stack(struct scene *scene, const struct scene_list *scene_list, uint32_t file,
		      const struct sensor *sensor, const struct options *options, struct error *err)
{
	const char *base = file_list_name(&scene_list->files, file);
	size_t stem = name_stem(base);
	struct band_token token = name_band_token(base, stem);
	char red[24], nir[24];

	if (scene->files[0].info.n_bands == 1 && token.kind == TOKEN_BAND &&
	    !role_choice(options, ROLE_RED)->index)
		return sensor ? error_set(err, EX_DATAERR,
					  "%s: this file is only band %s of %s; NDVI needs red "
					  "(band %s) and NIR (band %s): name those files too",
					  scene->files[0].path, token.code, sensor->name,
					  sensor_codes_text(sensor, NAME_RED, red),
					  sensor_codes_text(sensor, NAME_NIR, nir))
			      : error_set(
					err, EX_DATAERR,
					"%s: has one band, %.*s of an unknown sensor; say which "
					"files are red and NIR: --bands 'red=PATTERN,nir=PATTERN'",
					scene->files[0].path, token.end - token.start,
					base + token.start);
	if (bands_find(scene, sensor, sensor_find(base, stem, NULL), options, err))
		return -1;
	for (enum role role = ROLE_RED; role <= ROLE_NIR; role++)
		if (scene_set_band(scene, role, options->recipe->band[role].text, 0,
				   scene->band[role].index, err))
			return -1;
	return 0;
}

/* A group of which one of the two is missing. */
static int open_partial(struct scene *scene, const struct scene_list *scene_list,
			const struct entry *entry, const struct sensor *sensor,
			const struct options *options, struct error *err)
{
	bool has_red = entry->file[ROLE_RED] != NO_FILE;
	const char *missing = has_red ? "NIR" : "red";
	char code[24] = "";

	if (sensor)
		sensor_codes_text(sensor, has_red ? NAME_NIR : NAME_RED, code);
	if (scene->files[0].info.n_bands > 1 && !role_choice(options, ROLE_RED)->pattern)
		return open_stack(scene, scene_list, entry_first(entry), sensor, options, err);
	if (role_choice(options, ROLE_RED)->pattern)
		return error_set(err, EX_DATAERR,
				 "%s: --bands makes it %s, but no file in its folder is the "
				 "matching %s ('%s' with the same text in place of the wildcards)",
				 scene->files[0].path, has_red ? "red" : "NIR", missing,
				 role_choice(options, has_red ? ROLE_NIR : ROLE_RED)->pattern);
	return error_set(
		err, EX_DATAERR,
		"%s: is the %s band%s%s; the %s band%s%s is missing: name its file too, or "
		"pass --bands 'red=PATTERN,nir=PATTERN'",
		scene->files[0].path, has_red ? "red" : "NIR", sensor ? " of " : "",
		sensor ? sensor->name : "", missing, *code ? " " : "", code);
}

static void name_source(struct scene *scene, enum role role, const char *base,
			const struct sensor *sensor, const struct options *options)
{
	struct band *band = &scene->band[role];
	struct band_token token = name_band_token(base, name_stem(base));

	if (role_choice(options, role)->pattern)
		snprintf(band->source, sizeof(band->source), "option --bands: '%.90s'",
			 role_choice(options, role)->pattern);
	else
		snprintf(band->source, sizeof(band->source), "file name '%.*s'%s%.60s%s",
			 token.end - token.start < 30 ? token.end - token.start : 30,
			 base + token.start, sensor ? ", " : "", sensor ? sensor->name : "",
			 sensor && strcmp(token.code, "8A") == 0 ? " narrow NIR" : "");
}

static int open_group(struct scene *scene, const struct scene_list *scene_list,
		      const struct entry *entry, const struct sensor *sensor,
		      const struct options *options, struct error *err)
{
	unsigned file = 0;

	if (scene_add_file(scene, file_list_path(&scene_list->files, entry->file[ROLE_NIR]),
			   scene_list->files.entry[entry->file[ROLE_NIR]].named, &file, err) ||
	    scene_probe(scene, file, options, err))
		return -1;
	for (enum role role = ROLE_RED; role <= ROLE_NIR; role++) {
		const struct raster_info *info = &scene->files[role == ROLE_NIR ? file : 0].info;

		if (info->n_bands > 1 && info->bands[1].color != COLOR_ALPHA)
			return error_set(err, EX_DATAERR,
					 "%s: its name says that it is one band, but it has %u; "
					 "name this file alone, with --bands red=N,nir=N",
					 scene->files[role == ROLE_NIR ? file : 0].path,
					 info->n_bands);
		name_source(scene, role, file_list_name(&scene_list->files, entry->file[role]),
			    sensor, options);
		if (scene_set_band(scene, role, options->recipe->band[role].text,
				   role == ROLE_NIR ? file : 0, 1, err))
			return -1;
	}
	return 0;
}

static int find_bands(struct scene *scene, const struct scene_list *scene_list,
		      const struct entry *entry, const struct sensor *sensor,
		      const struct options *options, struct error *err)
{
	if (scene_probe(scene, 0, options, err))
		return -1;
	if (entry->kind == ENTRY_GROUP)
		return open_group(scene, scene_list, entry, sensor, options, err);
	if (entry->kind == ENTRY_PARTIAL)
		return open_partial(scene, scene_list, entry, sensor, options, err);
	return open_stack(scene, scene_list, entry_first(entry), sensor, options, err);
}

/* An alpha band is no per-dataset mask: labels lie, and NIR bands have been found under this one.
 */
static void note_alpha(struct scene *scene)
{
	const struct band *red = &scene->band[ROLE_RED], *nir = &scene->band[ROLE_NIR];
	const struct raster_info *info = &scene->files[red->file].info;

	for (uint32_t i = 0; i < info->n_bands; i++)
		if (info->bands[i].color == COLOR_ALPHA && red->index != i + 1 &&
		    (nir->file != red->file || nir->index != i + 1))
			scene_note(scene, "band %u is labelled alpha and not used as a mask",
				   i + 1);
}

static int finish(struct scene *scene, const struct sensor *sensor, const struct options *options,
		  struct error *err)
{
	const struct scene_file *red = &scene->files[scene->band[ROLE_RED].file];
	char *path = path_absolute(red->path);
	int rc;

	if (!path)
		return error_memory(err, "a path", 0);
	scene->masked =
		red->info.has_mask || scene->files[scene->band[ROLE_NIR].file].info.has_mask;
	note_alpha(scene);
	for (unsigned i = 0; i < scene->n_files; i++)
		if (*scene->files[i].info.note)
			scene_note(scene, "%s", scene->files[i].info.note);
	rc = grid_apply(scene, options, err);
	if (rc == 0 && red->info.has_geotransform && red->info.projected &&
	    !(red->info.unit_metres > 0))
		scene_note(scene, "length of the CRS unit could not be looked up: no areas");
	if (rc == 0)
		rc = scaling_apply(scene, sensor ? sensor : bands_sensor(&red->info), path, options,
				   err);
	free(path);
	return rc;
}

bool scene_is_fresh(const struct scene *scene)
{
	for (unsigned i = 0; i < scene->n_files; i++) {
		const struct scene_file *file = &scene->files[i];
		struct stat st;

		if (!file->info.changed.tv_sec || stat(file->path, &st) ||
		    st.st_ctim.tv_sec != file->info.changed.tv_sec ||
		    st.st_ctim.tv_nsec != file->info.changed.tv_nsec ||
		    (uint64_t)st.st_size != file->info.file_bytes)
			return false;
	}
	return true;
}

int scene_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		struct error *err)
{
	const struct entry *entry = &scene_list->entry[id];
	unsigned file = 0;

	memset(scene, 0, sizeof(*scene));
	scene->id = id;
	scene->name = scene_make_name(scene_list, entry);
	if (!scene->name)
		return error_memory(err, "a scene's name", 0);
	return scene_add_file(scene, file_list_path(&scene_list->files, entry_first(entry)),
			      scene_list->files.entry[entry_first(entry)].named, &file, err);
}

int scene_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
	       const struct options *options, struct error *err)
{
	const struct entry *entry = &scene_list->entry[id];
	uint32_t first = entry_first(entry);
	const struct sensor *sensor;

	if (scene_begin(scene, scene_list, id, err))
		return -1;
	if (entry->kind == ENTRY_FAILED)
		return open_failed(scene, &scene_list->files.entry[first], err);
	if (entry->kind == ENTRY_CLASH)
		return scene_clash(scene_list, entry, err);
	sensor = scene_label(scene, scene_list, first);
	if (find_bands(scene, scene_list, entry, sensor, options, err))
		return -1;
	if (options->mask.set && scene_find_quality(scene, scene_list, entry, options, err))
		return -1;
	return finish(scene, sensor, options, err);
}
