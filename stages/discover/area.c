/*
 * Whether the grid's area is true on the ground, and how it varies where it is not. A fixed number
 * of places is looked at, however large the scene is.
 */
#include "area.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "geographic.h"
#include "ground.h"

/* The grid's area stands where it is true to this share all over the scene. */
static const double TRUE_ENOUGH = 0.005;
/* Interpolated areas are as good as this, and a block of columns varies by less than that. */
static const double FIT = 5e-5, BLOCK_VARIES = 0.001;
/* Beside the largest pixel of the scene, what is less than this counts as nothing: at a pole. */
static const double NOTHING = 1e-6;
/* The Earth has 5.1e14 m2; a scene in pixels of that size would not be one. */
static const double MOST_SCENE = 1e16;

/* --- CRSs whose area is known to be true, so that GDAL is not needed for them --- */

/*
 * Within this many metres of a line (transverse Mercator) or a point. The scale of a conformal
 * projection grows with the square of that distance: at 440 km the area is 0.48 % too large where
 * it is true in the middle. INFINITY: an equal-area projection.
 */
static const struct true_crs {
	unsigned first, last;
	double x, y; /* of the middle; y NAN: a line from south to north */
	double reach;
} true_crs[] = {
	{32601, 32660, 5e5, NAN, 4.4e5},     /* WGS 84 / UTM */
	{32701, 32760, 5e5, NAN, 4.4e5},     /* and south */
	{32201, 32260, 5e5, NAN, 4.4e5},     /* WGS 72 / UTM */
	{32301, 32360, 5e5, NAN, 4.4e5},     /* and south */
	{25828, 25838, 5e5, NAN, 4.4e5},     /* ETRS89 / UTM */
	{23028, 23038, 5e5, NAN, 4.4e5},     /* ED50 / UTM */
	{26901, 26923, 5e5, NAN, 4.4e5},     /* NAD83 / UTM */
	{26701, 26722, 5e5, NAN, 4.4e5},     /* NAD27 / UTM */
	{6330, 6348, 5e5, NAN, 4.4e5},       /* NAD83(2011) / UTM */
	{31978, 31985, 5e5, NAN, 4.4e5},     /* SIRGAS 2000 / UTM south */
	{28348, 28358, 5e5, NAN, 4.4e5},     /* GDA94 / MGA */
	{7846, 7859, 5e5, NAN, 4.4e5},       /* GDA2020 / MGA */
	{3067, 3067, 5e5, NAN, 4.4e5},       /* ETRS89 / TM35FIN */
	{3006, 3006, 5e5, NAN, 4.4e5},       /* SWEREF99 TM */
	{2180, 2180, 5e5, NAN, 4.4e5},       /* Poland CS92 */
	{2193, 2193, 1.6e6, NAN, 4.4e5},     /* NZTM */
	{27700, 27700, 4e5, NAN, 4.4e5},     /* British National Grid */
	{3763, 3763, 0, NAN, 4.4e5},         /* Portugal TM06 */
	{28992, 28992, 155e3, 463e3, 4.4e5}, /* RD New */
	{2056, 2056, 2.6e6, 1.2e6, 4.4e5},   {21781, 21781, 6e5, 2e5, 4.4e5}, /* Swiss */
	{3035, 3035, 0, 0, INFINITY},                                         /* ETRS89 LAEA */
	{5070, 5070, 0, 0, INFINITY},        {6350, 6350, 0, 0, INFINITY},    /* CONUS Albers */
	{3338, 3338, 0, 0, INFINITY},        {3577, 3577, 0, 0, INFINITY}, /* Alaska, Australia */
	{3005, 3005, 0, 0, INFINITY}, /* British Columbia Albers */
	{6931, 6933, 0, 0, INFINITY}, /* EASE-Grid 2.0 */
	{3408, 3410, 0, 0, INFINITY}, /* EASE-Grid */
};

static bool is_near(const struct true_crs *crs, const struct raster_info *info)
{
	const double *g = info->geotransform;

	for (unsigned corner = 0; corner < 4; corner++) {
		double column = corner & 1 ? info->x_size : 0, row = corner & 2 ? info->y_size : 0;
		double x = g[0] + column * g[1] + row * g[2] - crs->x;
		double y = g[3] + column * g[4] + row * g[5] - crs->y;

		if (!(hypot(x, isnan(crs->y) ? 0 : y) <= crs->reach))
			return false;
	}
	return true;
}

static bool is_known_true(const struct raster_info *info)
{
	unsigned code;

	if (!info->projected || info->unit_metres != 1 || sscanf(info->crs, "EPSG:%u", &code) != 1)
		return false;
	for (size_t i = 0; i < sizeof(true_crs) / sizeof(true_crs[0]); i++)
		if (code >= true_crs[i].first && code <= true_crs[i].last)
			return is_near(&true_crs[i], info);
	return false;
}

/* --- how the area varies --- */

enum { N_LOOKS = 9 }; /* three rows of three */
enum { MOST_PLACES = GROUND_NODES_X * GROUND_NODES_Y };

/* All crossings of two axes, row by row; returns how many. */
static size_t crossings(const struct ground_axis *across, const struct ground_axis *down,
			struct grid_place *place)
{
	size_t n = 0;

	for (unsigned row = 0; row < down->n; row++)
		for (unsigned column = 0; column < across->n; column++)
			place[n++] = (struct grid_place){across->at[column], down->at[row]};
	return n;
}

/* Half-way between the places of an axis, and its ends where it has but one. */
static struct ground_axis between(const struct ground_axis *axis, uint32_t size)
{
	struct ground_axis middle = {.n = axis->n > 1 ? axis->n - 1 : 3};

	for (unsigned k = 0; k < middle.n; k++)
		middle.at[k] = axis->n > 1 ? (axis->at[k] + axis->at[k + 1]) / 2 : size / 2.0 * k;
	return middle;
}

/* The places of a scene, and others between them where the interpolation is checked. */
struct surface {
	struct ground_area *ground;
	struct ground_axis across, down, check_across, check_down;
	struct grid_place place[2 * MOST_PLACES];
	double area[2 * MOST_PLACES]; /* of the places, then of the others */
};

/* Do the places give what lies between them? */
static bool fits(const struct surface *s, const double *area)
{
	double along[GROUND_NODES_X];

	for (unsigned row = 0; row < s->check_down.n; row++) {
		ground_along(s->ground, &s->down, s->check_down.at[row], along);
		for (unsigned column = 0; column < s->check_across.n; column++) {
			double got = ground_pixel(&s->across, along, s->check_across.at[column]);
			double want = *area++;

			if (!(fabs(got - want) <= FIT * fabs(want) + NOTHING * s->ground->most))
				return false;
		}
	}
	return true;
}

static void set_extremes(struct ground_area *ground)
{
	ground->least = INFINITY;
	ground->most = 0;
	for (unsigned i = 0; i < ground->n_x * ground->n_y; i++) {
		ground->least = fmin(ground->least, ground->node[i]);
		ground->most = fmax(ground->most, ground->node[i]);
	}
	ground->least = fmax(ground->least, 0);
}

/* Columns within which no row varies by more than BLOCK_VARIES; half as much is left for bends. */
static uint32_t block_of(const struct surface *s, uint32_t x_size)
{
	const struct ground_area *ground = s->ground;
	double steepest = 0, block;

	for (unsigned row = 0; row < ground->n_y; row++)
		for (unsigned i = 0; i + 1 < ground->n_x; i++) {
			const double *node = &ground->node[row * ground->n_x + i];
			double least = fmax(fmin(node[0], node[1]), 1e-3 * ground->most);

			steepest = fmax(steepest, fabs(node[1] - node[0]) / least /
							  (s->across.at[i + 1] - s->across.at[i]));
		}
	block = BLOCK_VARIES / 1.5 / steepest;
	return block < 1 ? 1 : block < x_size ? (uint32_t)block : x_size;
}

/* With so many places. 1: they do not give the areas between them. All in one call of GDAL. */
static int try_fit(struct surface *s, struct scene *scene, const struct scene_file *file,
		   double side, struct error *err)
{
	struct ground_area *ground = s->ground;
	size_t n = ground->n_x * ground->n_y, all;

	s->across = ground_axis(ground->n_x, scene->x_size);
	s->down = ground_axis(ground->n_y, scene->y_size);
	s->check_across = between(&s->across, scene->x_size);
	s->check_down = between(&s->down, scene->y_size);
	(void)crossings(&s->across, &s->down, s->place);
	all = n + crossings(&s->check_across, &s->check_down, s->place + n);
	if (geographic_areas(file, s->place, all, s->area, err))
		return -1;
	for (size_t i = 0; i < all; i++)
		s->area[i] *= side;
	memcpy(ground->node, s->area, n * sizeof(*s->area));
	set_extremes(ground);
	if (!fits(s, s->area + n))
		return 1;
	ground->block = block_of(s, scene->x_size);
	return 0;
}

/* As few places as will do: along one meridian where rows are parallels. */
static int try_fits(struct surface *s, struct scene *scene, const struct scene_file *file,
		    const double look[N_LOOKS], struct error *err)
{
	static const unsigned size[][2] = {
		{1, 9}, {1, GROUND_NODES_Y}, {9, 9}, {GROUND_NODES_X, GROUND_NODES_Y}};
	double side = look[N_LOOKS / 2] < 0 ? -1 : 1;
	size_t i = 0;
	int rc = 1;

	for (unsigned k = 0; k < N_LOOKS; k++)
		if (!(fabs(look[k] - look[k / 3 * 3]) <= FIT * fabs(look[k])))
			i = 2; /* not along rows */
	for (; rc > 0 && i < sizeof(size) / sizeof(size[0]); i++) {
		scene->ground = (struct ground_area){.n_x = size[i][0], .n_y = size[i][1]};
		rc = try_fit(s, scene, file, side, err);
	}
	return rc;
}

static int fit(struct scene *scene, const struct scene_file *file, const double look[N_LOOKS],
	       struct error *err)
{
	struct surface *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return error_memory(err, "areas", sizeof(*s));
	s->ground = &scene->ground;
	rc = try_fits(s, scene, file, look, err);
	free(s);
	if (rc > 0)
		rc = error_set(err, EX_DATAERR,
			       "%s: the area of its pixels varies too unevenly, or part of it is "
			       "not on the Earth",
			       file->path);
	if (rc == 0 && !(scene->ground.most * scene->x_size * scene->y_size <= MOST_SCENE))
		rc = error_set(err, EX_DATAERR, "%s: its grid is larger than the Earth",
			       file->path);
	if (rc)
		scene->ground = (struct ground_area){0};
	return rc;
}

/* --- is the grid's area true? --- */

/* Corners, middles of edges, centre (the fifth). */
static int look(const struct scene *scene, const struct scene_file *file, double area[N_LOOKS],
		struct error *err)
{
	struct ground_axis across = {.n = 3}, down = {.n = 3};
	struct grid_place place[N_LOOKS];

	for (unsigned i = 0; i < 3; i++) {
		across.at[i] = scene->x_size / 2.0 * i;
		down.at[i] = scene->y_size / 2.0 * i;
	}
	return geographic_areas(file, place, crossings(&across, &down, place), area, err);
}

/* Places that are not on the Earth have no pixels that count. */
static bool is_true(const double area[N_LOOKS], double grid)
{
	unsigned n = 0;

	for (unsigned i = 0; i < N_LOOKS; i++) {
		if (isnan(area[i]))
			continue;
		n++;
		if (!(fabs(fabs(area[i]) / grid - 1) <= TRUE_ENOUGH))
			return false;
	}
	return n > 0;
}

/* The text of an error without the path in front of it, as errors show it. */
static const char *reason(const struct error *err, const struct scene_file *file)
{
	struct error shown;
	size_t length;

	(void)error_set(&shown, err->code, "%s: ", file->path);
	length = strlen(shown.text);
	return strncmp(err->text, shown.text, length) == 0 ? err->text + length : err->text;
}

static void set_unknown(struct scene *scene, const char *why)
{
	scene->pixel_area_m2 = 0;
	(void)snprintf(scene->area_source, sizeof(scene->area_source), "not known: %.140s", why);
}

static void set_unknown_and_note(struct scene *scene, const char *why)
{
	set_unknown(scene, why);
	scene_note(scene, "area %s", scene->area_source);
}

static void set_ground(struct scene *scene, const struct raster_info *info, double centre)
{
	const double grid = scene->pixel_area_m2;

	scene->pixel_area_m2 = 0;
	if (!info->projected || !(grid > 0)) {
		(void)snprintf(scene->area_source, sizeof(scene->area_source), "on the ground");
		return;
	}
	(void)snprintf(scene->area_source, sizeof(scene->area_source),
		       "on the ground: in the grid of %.60s the pixel in the middle would be %.4g "
		       "times as large",
		       *info->crs ? info->crs : "its CRS", grid / fabs(centre));
	scene_note(scene, "areas are those %s", scene->area_source);
}

/* GDAL was not to be had; while the plan is made it is forbidden, so the run asks once more. */
static bool is_for_now(const struct error *err)
{
	return err->code == EX_TEMPFAIL;
}

static void find_on_ground(struct scene *scene, struct scene_file *file)
{
	struct error err = {0};
	double area[N_LOOKS];
	int rc = look(scene, file, area, &err);

	if (rc == 0 && scene->pixel_area_m2 > 0 && is_true(area, scene->pixel_area_m2))
		return;
	if (rc == 0)
		rc = fit(scene, file, area, &err);
	if (rc == 0) {
		set_ground(scene, &file->info, area[N_LOOKS / 2]);
		return;
	}
	if (is_for_now(&err))
		file->info.changed = (struct timespec){0};
	set_unknown_and_note(scene, reason(&err, file));
}

void area_find(struct scene *scene, struct scene_file *file)
{
	const struct raster_info *info = &file->info;

	scene->ground = (struct ground_area){0};
	if (!info->has_geotransform)
		set_unknown(scene, "the file says no place");
	else if (!info->projected && !*info->crs)
		set_unknown(scene, "the file has no CRS");
	else if (info->projected && !(info->unit_metres > 0))
		set_unknown_and_note(scene, "length of the CRS unit could not be looked up");
	else {
		(void)snprintf(scene->area_source, sizeof(scene->area_source), "grid of the CRS");
		if (!is_known_true(info))
			find_on_ground(scene, file);
	}
}
