/*
 * Grids: the scene's is that of its finest band, or of its coarsest; the others have the same
 * extent at an integer ratio, but for last pixels that stick out. Nothing is warped here or later.
 */
#include "grid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "area.h"
#include "window.h"

/* Pixels by which corners may differ: far below what shows, above what rounding of text does. */
static const double TOLERANCE = 1e-4;

static const struct raster_info *band_file(const struct scene *scene, unsigned slot)
{
	return &scene->files[scene->band[slot].file].info;
}

/* As many as pixels that are `ratio` times as large cover. */
static double whole_pixels(uint32_t size, uint32_t ratio)
{
	return (double)ceil_div(size, ratio) * ratio;
}

/*
 * Largest distance, in pixels of a, between corresponding corners of the two images. What sticks
 * out of b's last pixels, which are `ratio` of a's, is put to a.
 */
static double corner_distance(const struct raster_info *a, const struct raster_info *b,
			      uint32_t ratio)
{
	const double *g = a->geotransform, *h = b->geotransform;
	double pixel = fmax(fabs(g[1]) + fabs(g[2]), fabs(g[4]) + fabs(g[5])), worst = 0;

	for (unsigned corner = 0; corner < 4; corner++) {
		double ax = corner & 1 ? whole_pixels(a->x_size, ratio) : 0;
		double ay = corner & 2 ? whole_pixels(a->y_size, ratio) : 0;
		double bx = corner & 1 ? b->x_size : 0, by = corner & 2 ? b->y_size : 0;
		double dx = g[0] + ax * g[1] + ay * g[2] - h[0] - bx * h[1] - by * h[2];
		double dy = g[3] + ax * g[4] + ay * g[5] - h[3] - bx * h[4] - by * h[5];

		worst = fmax(worst, fmax(fabs(dx), fabs(dy)));
	}
	return pixel > 0 ? worst / pixel : 0;
}

/* One CRS may have many names, but only one code: only codes are compared. */
static bool crs_differs(const struct raster_info *a, const struct raster_info *b)
{
	static const char code[] = "EPSG:";

	return strncmp(a->crs, code, sizeof(code) - 1) == 0 &&
	       strncmp(b->crs, code, sizeof(code) - 1) == 0 && strcmp(a->crs, b->crs) != 0;
}

static int check_place(const struct scene *scene, unsigned grid, unsigned slot, struct error *err)
{
	const struct raster_info *of = band_file(scene, grid), *other = band_file(scene, slot);
	const struct band *to = &scene->band[grid], *band = &scene->band[slot];
	double distance;

	if (crs_differs(of, other))
		return error_set(err, EX_DATAERR,
				 "%s: %s is in %s, but %s (%s) in %s; warp one to the grid of the "
				 "other first (gdalwarp)",
				 band->path, band->name, other->crs, to->name, to->path, of->crs);
	if (!of->has_geotransform || !other->has_geotransform)
		return 0;
	distance = corner_distance(of, other, band->ratio);
	if (!(distance <= TOLERANCE))
		return error_set(
			err, EX_DATAERR,
			"%s: %s and %s (%s) do not cover the same area: their corners differ by "
			"%.4g pixels; warp one to the grid of the other first (gdalwarp)",
			band->path, band->name, to->name, to->path, distance);
	return 0;
}

/* Without a georeference of its own, a band is taken to lie where the grid does: worth saying. */
static void note_unplaced(struct scene *scene, unsigned grid, unsigned slot)
{
	bool placed = band_file(scene, grid)->has_geotransform;
	const struct band *to = &scene->band[grid], *band = &scene->band[slot];

	if (placed == band_file(scene, slot)->has_geotransform)
		return;
	scene_note(scene, "assumed: %s covers the same area as %s; its file has no georeference",
		   placed ? band->name : to->name, placed ? to->name : band->name);
}

/* How many times a goes into b, the same across and down; 0: not by a whole number. */
static uint32_t ratio_of(const struct raster_info *a, const struct raster_info *b)
{
	uint32_t ratio = a->x_size ? b->x_size / a->x_size : 0;

	return (uint64_t)ratio * a->x_size == b->x_size && (uint64_t)ratio * a->y_size == b->y_size
		       ? ratio
		       : 0;
}

/*
 * So many of b's pixels are one of a's. Where both say where they lie, a's last pixels may stick
 * out of b (5491 pixels of 10 m under 2746 of 20 m); check_place() sees whether that is so.
 */
static uint32_t coarser_by(const struct raster_info *a, const struct raster_info *b)
{
	uint32_t ratio = ratio_of(a, b);

	if (ratio || !a->x_size || !a->has_geotransform || !b->has_geotransform)
		return ratio;
	ratio = (uint32_t)ceil_div(b->x_size, a->x_size);
	return ceil_div(b->x_size, ratio) == a->x_size && ceil_div(b->y_size, ratio) == a->y_size
		       ? ratio
		       : 0;
}

/* Its ratio is known: so many of the grid's pixels are one of the band's, or the other way round.
 */
static int lay_on(struct scene *scene, unsigned grid, unsigned slot, uint32_t coarser,
		  uint32_t finer, struct error *err)
{
	struct band *band = &scene->band[slot];

	band->ratio = coarser ? coarser : 1;
	band->finer = coarser ? 0 : finer;
	note_unplaced(scene, grid, slot);
	return check_place(scene, grid, slot, err);
}

static int check_band(struct scene *scene, unsigned grid, unsigned slot, struct error *err)
{
	const struct raster_info *of = band_file(scene, grid), *info = band_file(scene, slot);
	const struct band *band = &scene->band[slot];
	uint32_t coarser = coarser_by(info, of), finer = ratio_of(of, info);

	if (!coarser && !finer)
		return error_set(
			err, EX_DATAERR,
			"%s: %s is %u x %u pixels, but %s (%s) %u x %u, which is not larger or "
			"smaller by a whole number; bring both to one grid first (gdalwarp -tr)",
			band->path, band->name, info->x_size, info->y_size, scene->band[grid].name,
			scene->band[grid].path, of->x_size, of->y_size);
	return lay_on(scene, grid, slot, coarser, finer, err);
}

/* Coarser: repeated. Finer: a pixel is kept only where all that it covers are. */
static int check_quality(struct scene *scene, unsigned grid, unsigned slot, struct error *err)
{
	const struct raster_info *of = band_file(scene, grid), *qa = band_file(scene, slot);
	uint32_t coarser = coarser_by(qa, of), finer = ratio_of(of, qa);
	const struct band *band = &scene->band[slot];

	if (!coarser && !finer)
		return error_set(err, EX_DATAERR,
				 "%s: the quality band is %u x %u pixels, %s %u x %u; it must have "
				 "the same size or be coarser or finer by a whole number: bring it "
				 "there first (gdalwarp -r near -tr)",
				 band->path, qa->x_size, qa->y_size, scene->band[grid].name,
				 of->x_size, of->y_size);
	return lay_on(scene, grid, slot, coarser, finer, err);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void set_sizes(struct scene *scene, unsigned slot, const struct options *options)
{
	const struct raster_info *grid = band_file(scene, slot);
	const double *g = grid->geotransform;
	/*
	 * A US survey foot is 1200/3937 m; readers that compute it, or look it up as text, differ
	 * in its last bits. Rounded far below any unit's definition they agree.
	 */
	double unit = nearbyint(grid->unit_metres * 1e12) / 1e12;

	scene->x_size = grid->x_size;
	scene->y_size = grid->y_size;
	scene->store_x_size = smaller(grid->block_x_size, grid->x_size);
	scene->store_y_size = smaller(grid->block_y_size, grid->y_size);
	scene->tile_x_size = options->tile_grid_x ? options->tile_grid_x : scene->store_x_size;
	scene->tile_y_size = options->tile_grid_y ? options->tile_grid_y : scene->store_y_size;
	scene->pixel_area_m2 = 0;
	if (grid->has_geotransform && grid->projected && unit > 0)
		scene->pixel_area_m2 = fabs(g[1] * g[5] - g[2] * g[4]) * unit * unit;
}

/* The band whose grid is the scene's: the finest, or the coarsest; of several the first. */
static unsigned choose_grid(const struct scene *scene, enum grid_choice choice)
{
	unsigned best = SCENE_QA;
	uint64_t most = 0;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		uint64_t pixels = scene->has_band[slot] ? (uint64_t)band_file(scene, slot)->x_size *
								  band_file(scene, slot)->y_size
							: 0;

		if (!scene->has_band[slot] ||
		    (best < SCENE_QA && (choice == GRID_FINE ? pixels <= most : pixels >= most)))
			continue;
		best = slot;
		most = pixels;
	}
	return best;
}

/* "swir16 and swir22 are 20 m" of the bands with this ratio, or as much finer than the grid. */
static void describe_bands(const struct scene *scene, uint32_t ratio, uint32_t finer, char *text,
			   size_t size)
{
	const struct raster_info *info = NULL;
	const char *names[SCENE_QA];
	unsigned n = 0;
	size_t used = 0;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		const struct band *band = &scene->band[slot];

		if (!scene->has_band[slot] || band->ratio != ratio || band->finer != finer)
			continue;
		names[n++] = band->name;
		info = band_file(scene, slot);
	}
	for (unsigned i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 i == 0       ? ""
					 : i + 1 == n ? " and "
						      : ", ",
					 names[i]);
	if (used >= size || !info)
		return;
	if (info->has_geotransform && info->projected && info->unit_metres > 0)
		(void)snprintf(text + used, size - used, " %s %.6g m", n > 1 ? "are" : "is",
			       hypot(info->geotransform[1], info->geotransform[4]) *
				       info->unit_metres);
	else
		(void)snprintf(text + used, size - used, " %s %s", n > 1 ? "are" : "is",
			       ratio > 1 ? "coarser" : "finer");
}

/* Is there a band before this one with the same ratio? */
static bool is_described(const struct scene *scene, unsigned slot)
{
	for (unsigned i = 0; i < slot; i++)
		if (scene->has_band[i] && scene->band[i].ratio == scene->band[slot].ratio &&
		    scene->band[i].finer == scene->band[slot].finer)
			return true;
	return false;
}

static void note_ratios(struct scene *scene)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		uint32_t ratio = scene->band[slot].ratio, finer = scene->band[slot].finer;
		char bands[160] = "";

		if (!scene->has_band[slot] || (ratio == 1 && !finer) || is_described(scene, slot))
			continue;
		describe_bands(scene, ratio, finer, bands, sizeof(bands));
		if (finer)
			scene_note(scene, "%s: %u x %u pixels are averaged", bands, finer, finer);
		else
			scene_note(scene, "%s: each pixel stands for %u x %u", bands, ratio, ratio);
	}
}

int grid_apply(struct scene *scene, const struct options *options, struct error *err)
{
	unsigned grid;

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++) {
		const struct raster_info *info = band_file(scene, slot);

		if (scene->has_band[slot] &&
		    (!info->x_size || !info->y_size || !info->block_x_size || !info->block_y_size))
			return error_set(err, EX_DATAERR, "%s: the image has no pixels",
					 scene->name);
	}
	grid = choose_grid(scene, options->grid);
	set_sizes(scene, grid, options);
	scene->band[grid].ratio = 1;
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (slot != grid && scene->has_band[slot] && check_band(scene, grid, slot, err))
			return -1;
	note_ratios(scene);
	for (unsigned slot = SCENE_QA; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot] && check_quality(scene, grid, slot, err))
			return -1;
	area_find(scene, &scene->files[scene->band[grid].file]);
	return 0;
}
