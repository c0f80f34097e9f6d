/*
 * From a file to a scene of planes, and from windows of the scene to windows of the file. It reads
 * no pixel.
 */
#include "check_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "discover/scene_list.h"

enum { COUNTED_PIXEL_BITS = 53 }; /* of a scene: as many as the readers take of an image */

bool check_discards(const struct raster_info *info)
{
	return strcmp(info->reader, "tiff") == 0;
}

/*
 * Bands read together: one where they are stored apart. Of interleaved ones each block holds all,
 * and the TIFF reader has decoded it when it was asked for one; GDAL must be asked for all while
 * the block is in its cache.
 */
static uint32_t bands_together(const struct raster_info *info)
{
	if (info->band_interleaved || check_discards(info))
		return 1;
	return info->n_bands < SCENE_QA ? info->n_bands : SCENE_QA;
}

static uint32_t band_planes(const struct raster_info *info)
{
	if (!info->band_interleaved && check_discards(info))
		return 1;
	return (uint32_t)ceil_div(info->n_bands, bands_together(info));
}

static uint32_t store_rows(const struct raster_info *info)
{
	return info->block_y_size < info->y_size ? info->block_y_size : info->y_size;
}

/* rows 0: there are too many to be counted. */
struct check_planes check_planes(const struct raster_info *info)
{
	const uint64_t n = (uint64_t)band_planes(info) + info->has_mask, store = store_rows(info);
	const uint64_t rows = n > 1 ? ceil_div(info->y_size, store) * store : info->y_size;

	return (struct check_planes){
		.n = (uint32_t)n,
		.rows = rows <= UINT32_MAX / n ? (uint32_t)rows : 0,
		.bands = bands_together(info),
		.mask = info->has_mask,
	};
}

/* --- parts --- */

static struct check_part part_of(const struct raster_info *info, const struct check_planes *planes,
				 uint32_t plane)
{
	struct check_part part = {.mask = planes->mask && plane + 1 == planes->n};
	uint32_t left = info->n_bands - plane * planes->bands;

	if (part.mask)
		return part;
	part.first_band = plane * planes->bands + 1;
	part.n_bands = planes->bands < left ? planes->bands : left;
	return part;
}

bool check_next_part(const struct scene *scene, const struct window *window, uint32_t *y,
		     struct check_part *part)
{
	const struct raster_info *info = &scene->files[0].info;
	const struct check_planes planes = check_planes(info);
	const uint32_t end = window->y_off + window->y_size;

	while (*y < end) {
		const uint32_t plane = *y / planes.rows, row = *y % planes.rows;
		const uint32_t left = planes.rows - row;
		const uint32_t n = end - *y < left ? end - *y : left;

		*y += n;
		*part = part_of(info, &planes, plane);
		if (row >= info->y_size || (part->mask && window->x_off))
			continue;
		part->window = (struct window){
			.x_off = window->x_off,
			.y_off = row,
			.x_size = part->mask ? info->x_size : window->x_size,
			.y_size = n < info->y_size - row ? n : info->y_size - row,
		};
		return true;
	}
	return false;
}

/* --- scenes --- */

/* Bands that are read together: what their decoders take is planned by them. */
static int set_bands(struct scene *scene, struct error *err)
{
	const struct scene_file *file = &scene->files[0];
	const uint32_t n = bands_together(&file->info);

	for (uint32_t i = 0; i < n; i++) {
		struct band *band = &scene->band[i];

		*band = (struct band){
			.index = i + 1, .type = file->info.type, .scale = 1, .ratio = 1};
		(void)snprintf(band->name, sizeof(band->name), "#%u", (unsigned)i + 1);
		band->path = strdup(file->path);
		if (!band->path)
			return error_memory(err, "a path", strlen(file->path));
		scene->has_band[i] = true;
	}
	return 0;
}

static void set_sizes(struct scene *scene)
{
	const struct raster_info *info = &scene->files[0].info;

	scene->x_size = info->x_size;
	scene->y_size = info->y_size;
	scene->store_x_size = info->block_x_size < info->x_size ? info->block_x_size : info->x_size;
	scene->store_y_size = store_rows(info);
	scene->tile_x_size = scene->store_x_size;
	scene->tile_y_size = scene->store_y_size;
}

/* The planes one below the other. */
static int lay_out(struct scene *scene, struct error *err)
{
	const struct raster_info *info = &scene->files[0].info;
	const struct check_planes planes = check_planes(info);

	scene->y_size = planes.n * planes.rows;
	if (planes.rows && (uint64_t)scene->x_size * scene->y_size <= (uint64_t)1
									      << COUNTED_PIXEL_BITS)
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: %u bands of %u x %u pixels are more than can be counted; cut it into "
			 "parts",
			 scene->files[0].path, info->n_bands, info->x_size, info->y_size);
}

static int name_by_path(struct scene *scene, struct error *err)
{
	free(scene->name);
	scene->name = strdup(scene->files[0].path);
	return scene->name ? 0 : error_memory(err, "a path", strlen(scene->files[0].path));
}

int check_scene_begin(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		      struct error *err)
{
	return scene_begin(scene, scene_list, id, err) ? -1 : name_by_path(scene, err);
}

int check_scene_open(struct scene *scene, const struct scene_list *scene_list, uint32_t id,
		     const struct options *options, struct error *err)
{
	int status = scene_open_file(scene, scene_list, id, options, err);

	if (scene->n_files && name_by_path(scene, status ? NULL : err))
		return -1;
	if (status)
		return -1;
	set_sizes(scene);
	return set_bands(scene, err) ? -1 : lay_out(scene, err);
}

size_t check_scene_pack(void *out, const struct scene *scene, struct error *err)
{
	struct scene as_file = *scene;

	if (as_file.n_files && as_file.y_size)
		as_file.y_size = as_file.files[0].info.y_size;
	return scene_pack(out, &as_file, err);
}

/* Is it what check_scene_open() makes of its header? Nothing of it is believed. */
static bool is_file(const struct scene *scene)
{
	struct scene made = {.n_files = 1, .files = {scene->files[0]}};

	if (scene->n_files != 1)
		return false;
	set_sizes(&made);
	return scene->x_size == made.x_size && scene->y_size == made.y_size &&
	       scene->store_x_size == made.store_x_size && scene->store_y_size == made.store_y_size;
}

int check_scene_unpack(struct scene *scene, const void *in, size_t bytes, bool opened,
		       struct error *err)
{
	if (scene_unpack(scene, in, bytes, opened, err))
		return -1;
	if (!opened)
		return 0;
	if (is_file(scene))
		return lay_out(scene, err);
	scene_release(scene);
	return error_set(err, EX_SOFTWARE,
			 "a worker's description of a file is malformed; the file is left out");
}

/* The name has been held against the list, and it is the path. */
int check_scene_confirm(struct scene *scene, const struct scene_list *scene_list, struct error *err)
{
	char *path = strdup(scene->name);

	(void)scene_list;
	if (!path)
		return error_memory(err, "a path", strlen(scene->name));
	free(scene->files[0].path);
	scene->files[0].path = path;
	return 0;
}
