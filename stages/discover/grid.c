/*
 * Grids: the red band's is the scene's; NIR must have the same, a quality band the same extent at
 * an integer ratio. Nothing is resampled or warped here or later.
 */
#include "grid.h"

#include "entries.h"

#include <math.h>
#include <string.h>

/* Pixels by which corners may differ: far below what shows, above what rounding of text does. */
static const double TOLERANCE = 1e-4;

static const struct raster_info *band_file(const struct scene *scene, unsigned role)
{
	return &scene->files[scene->band[role].file].info;
}

/* Largest distance, in pixels of a, between corresponding corners of the two images. */
static double corner_distance(const struct raster_info *a, const struct raster_info *b)
{
	const double *g = a->geotransform, *h = b->geotransform;
	double pixel = fmax(fabs(g[1]) + fabs(g[2]), fabs(g[4]) + fabs(g[5])), worst = 0;

	for (unsigned corner = 0; corner < 4; corner++) {
		double ax = corner & 1 ? a->x_size : 0, ay = corner & 2 ? a->y_size : 0;
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

static int check_place(const struct scene *scene, unsigned role, struct error *err)
{
	const struct raster_info *red = band_file(scene, ROLE_RED), *other = band_file(scene, role);
	const char *name = scene->band[role].name;
	double distance;

	if (crs_differs(red, other))
		return error_set(err, EX_DATAERR,
				 "%s: %s is in %s, but red (%s) in %s; warp one to the grid of the "
				 "other first (gdalwarp)",
				 scene->band[role].path, name, other->crs,
				 scene->band[ROLE_RED].path, red->crs);
	if (!red->has_geotransform || !other->has_geotransform)
		return 0;
	distance = corner_distance(red, other);
	if (!(distance <= TOLERANCE))
		return error_set(
			err, EX_DATAERR,
			"%s: %s and red (%s) do not cover the same area: their corners differ by "
			"%.4g pixels; warp one to the grid of the other first (gdalwarp)",
			scene->band[role].path, name, scene->band[ROLE_RED].path, distance);
	return 0;
}

/* Without a georeference of its own, NIR is taken to lie where red does: worth saying. */
static void note_unplaced(struct scene *scene)
{
	bool red = band_file(scene, ROLE_RED)->has_geotransform;

	if (red == band_file(scene, ROLE_NIR)->has_geotransform)
		return;
	scene_note(scene, "assumed: %s covers the same area as %s; its file has no georeference",
		   red ? "NIR" : "red", red ? "red" : "NIR");
}

static int check_nir(struct scene *scene, struct error *err)
{
	const struct raster_info *red = band_file(scene, ROLE_RED),
				 *nir = band_file(scene, ROLE_NIR);

	if (red->x_size != nir->x_size || red->y_size != nir->y_size)
		return error_set(
			err, EX_DATAERR,
			"%s: NIR is %u x %u pixels, but red (%s) %u x %u; bring both to one "
			"grid first (gdalwarp -tr), or name bands of the same resolution",
			scene->band[ROLE_NIR].path, nir->x_size, nir->y_size,
			scene->band[ROLE_RED].path, red->x_size, red->y_size);
	note_unplaced(scene);
	return check_place(scene, ROLE_NIR, err);
}

static int check_qa(struct scene *scene, struct error *err)
{
	const struct raster_info *red = band_file(scene, ROLE_RED),
				 *qa = band_file(scene, SCENE_QA);
	uint32_t ratio = qa->x_size ? red->x_size / qa->x_size : 0;

	if (ratio == 0 || (uint64_t)ratio * qa->x_size != red->x_size ||
	    (uint64_t)ratio * qa->y_size != red->y_size)
		return error_set(
			err, EX_DATAERR,
			"%s: the quality band is %u x %u pixels, red %u x %u; it must have "
			"the same size or be coarser by a whole number: bring it there "
			"first (gdalwarp -r near -tr)",
			scene->band[SCENE_QA].path, qa->x_size, qa->y_size, red->x_size,
			red->y_size);
	scene->band[SCENE_QA].ratio = ratio;
	return check_place(scene, SCENE_QA, err);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void set_sizes(struct scene *scene, const struct options *options)
{
	const struct raster_info *red = band_file(scene, ROLE_RED);
	const double *g = red->geotransform;
	/*
	 * A US survey foot is 1200/3937 m; readers that compute it, or look it up as text, differ
	 * in its last bits. Rounded far below any unit's definition they agree.
	 */
	double unit = nearbyint(red->unit_metres * 1e12) / 1e12;

	scene->x_size = red->x_size;
	scene->y_size = red->y_size;
	scene->store_x_size = smaller(red->block_x_size, red->x_size);
	scene->store_y_size = smaller(red->block_y_size, red->y_size);
	scene->tile_x_size = options->tile_grid_x ? options->tile_grid_x : scene->store_x_size;
	scene->tile_y_size = options->tile_grid_y ? options->tile_grid_y : scene->store_y_size;
	scene->pixel_area_m2 = 0;
	if (red->has_geotransform && red->projected && unit > 0)
		scene->pixel_area_m2 = fabs(g[1] * g[5] - g[2] * g[4]) * unit * unit;
}

int grid_apply(struct scene *scene, const struct options *options, struct error *err)
{
	const struct raster_info *red = band_file(scene, ROLE_RED);

	if (!red->x_size || !red->y_size || !red->block_x_size || !red->block_y_size)
		return error_set(err, EX_DATAERR, "%s: the image has no pixels", scene->name);
	set_sizes(scene, options);
	scene->band[ROLE_RED].ratio = scene->band[ROLE_NIR].ratio = 1;
	if (check_nir(scene, err))
		return -1;
	return scene->has_band[SCENE_QA] ? check_qa(scene, err) : 0;
}
