/*
 * Checks of a scene that another process has described: sizes that others divide by, places that
 * they go through by, numbers that they add up. It knows no way of packing.
 */
#include "scene_sound.h"

#include <math.h>
#include <string.h>

static bool between(uint32_t value, uint32_t least, uint32_t most)
{
	return value >= least && value <= most;
}

static bool file_is_sound(const struct scene_file *file)
{
	const struct raster_info *info = &file->info;

	return file->path && info->x_size && info->y_size && info->n_bands && info->block_x_size &&
	       info->block_y_size &&
	       (strcmp(info->reader, "tiff") == 0 || strcmp(info->reader, "gdal") == 0);
}

/* Pixels along one side of a file that has so many of the scene's, on the band's grid. */
static bool side_fits(const struct band *band, uint32_t scene_size, uint32_t file_size)
{
	return band->finer ? (uint64_t)scene_size * band->finer <= file_size
			   : (scene_size - 1) / band->ratio < file_size;
}

/* Planes are as large as these say, and are gone through by them (stages/pixels/read.c). */
static bool grid_is_sound(const struct scene *scene, const struct band *band)
{
	const struct raster_info *info = &scene->files[band->file].info;

	for (unsigned i = 0; i < SCENE_MAX_BANDS; i++) {
		const struct band *other = &scene->band[i];

		if (scene->has_band[i] && other->file == band->file &&
		    (other->ratio != band->ratio || other->finer != band->finer))
			return false;
	}
	return band->ratio && side_fits(band, scene->x_size, info->x_size) &&
	       side_fits(band, scene->y_size, info->y_size);
}

static bool nodata_is_sound(const struct band *band)
{
	double held;

	return !band->has_nodata || sample_holds(band->type, band->nodata, &held);
}

static bool band_is_sound(const struct scene *scene, const struct band *band)
{
	const struct raster_info *info = &scene->files[band->file].info;

	return *band->name && band->path && isfinite(band->scale) && isfinite(band->offset) &&
	       between(band->index, 1, info->n_bands) && band->type == info->type &&
	       nodata_is_sound(band) && grid_is_sound(scene, band);
}

/* Sums of areas must fit 128 bits: no pixel is larger than any ground (stages/discover/area.c). */
static bool ground_is_sound(const struct scene *scene)
{
	const struct ground_area *ground = &scene->ground;
	const uint32_t n = ground->n_x * ground->n_y;

	if (!ground->n_x && !ground->n_y)
		return true;
	if (!between(ground->n_x, 1, GROUND_NODES_X) || !between(ground->n_y, 1, GROUND_NODES_Y) ||
	    !between(ground->block, 1, scene->x_size) || !isfinite(ground->least) ||
	    !isfinite(ground->most))
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!(fabs(ground->node[i]) <= 1e16))
			return false;
	return true;
}

bool scene_is_sound(const struct scene *scene)
{
	bool sound = scene->x_size && scene->y_size && scene->tile_x_size && scene->tile_y_size &&
		     between(scene->store_x_size, 1, scene->x_size) &&
		     between(scene->store_y_size, 1, scene->y_size) &&
		     isfinite(scene->pixel_area_m2) && scene->pixel_area_m2 >= 0 &&
		     ground_is_sound(scene);

	if (scene->n_files && !scene_first_band(scene))
		return false;
	for (unsigned i = 0; i < scene->n_files; i++)
		sound = sound && file_is_sound(&scene->files[i]);
	for (unsigned i = 0; sound && i < SCENE_MAX_BANDS; i++)
		if (scene->has_band[i])
			sound = band_is_sound(scene, &scene->band[i]);
	return sound;
}
