/*
 * Steps of building a scene that scene_open.c and scene_quality.c share: a file is added, its
 * header read, a band set. Who reads a file is the readers' business.
 */
#include "scene_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"
#include "images.h"
#include "reader/reader.h"

int scene_add_file(struct scene *scene, char *path, bool named, unsigned *number, struct error *err)
{
	if (scene->n_files == SCENE_MAX_FILES) {
		free(path);
		return error_set(err, EX_SOFTWARE, "%s: too many files", scene->name);
	}
	if (!path)
		return error_memory(err, "a path", 0);
	*number = scene->n_files++;
	scene->files[*number].path = path;
	scene->files[*number].named = named;
	return 0;
}

int scene_probe(struct scene *scene, unsigned number, const struct options *options,
		struct error *err)
{
	struct scene_file *file = &scene->files[number];
	const struct reader *reader;
	enum file_reach reach = !file->named      ? REACH_OWN
				: options->follow ? REACH_ANY
						  : REACH_FOLDER;

	if (reader_probe(file->path, options->reader, reach, &file->info, &reader, err))
		return file->info.images ? images_refuse(file, options, err) : -1;
	if (file->info.n_bands == 0 || !file->info.bands)
		return error_set(err, EX_DATAERR, "%s: holds no raster band", file->path);
	return 0;
}

int scene_set_band(struct scene *scene, unsigned slot, const char *name, unsigned file,
		   uint32_t index, struct error *err)
{
	struct band *band = &scene->band[slot];

	(void)snprintf(band->name, sizeof(band->name), "%s", name);
	band->file = file;
	band->index = index;
	band->type = scene->files[file].info.type;
	band->scale = 1;
	band->ratio = 1;
	band->path = strdup(scene->files[file].path);
	if (!band->path)
		return error_memory(err, "a path", strlen(scene->files[file].path));
	redact(band->path); /* to be shown; files are opened by their own */
	scene->has_band[slot] = true;
	return 0;
}
