/*
 * Areas on the ground at single places: the surface of the ellipsoid between a pixel's
 * neighbourhood, by finite differences. Longitudes and latitudes come from the CRS: of the usual
 * ones in degrees and of Web Mercator by their definition, of all others by GDAL.
 */
#include "geographic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader/reader.h"

static const double pi = 3.14159265358979323846;

/*
 * Metres, about, by which the neighbours lie apart from a place. The error of differences falls
 * with its square (at 500 m 1e-9), that of rounded coordinates grows with its inverse.
 */
static const double REACH = 500;
static const double EARTH = 6.4e6; /* radius, about */

/* Radians: twice round the Earth; the last row of a grid may lie half beyond a pole. */
static const double MOST_LONGITUDE = 12.6, MOST_LATITUDE = 1.66;

/* A place and its neighbours along a row and a column. */
enum { CENTRE, WEST, EAST, NORTH, SOUTH, N_AROUND };

enum known_crs { KNOWN_NOT, KNOWN_DEGREES, KNOWN_WEB_MERCATOR };

/* GRS 80 and WGS 84 differ by 1e-10 in area: one ellipsoid for all of these. */
static enum known_crs known_crs(const struct raster_info *info)
{
	/* WGS 84, ETRS89, NAD83, NAD83(CSRS), (2011), GDA94, GDA2020, NZGD2000, SIRGAS 2000 */
	static const unsigned degrees[] = {4326, 4258, 4269, 4617, 6318, 4283, 7844, 4167, 4674};
	unsigned code;

	if (sscanf(info->crs, "EPSG:%u", &code) != 1)
		return KNOWN_NOT;
	if (code == 3857 && info->projected && info->unit_metres == 1)
		return KNOWN_WEB_MERCATOR;
	for (size_t i = 0; i < sizeof(degrees) / sizeof(degrees[0]); i++)
		if (code == degrees[i] && !info->projected)
			return KNOWN_DEGREES;
	return KNOWN_NOT;
}

static const struct ellipsoid wgs84 = {6378137, 1 / 298.257223563};

static void from_degrees(double *x, double *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		x[i] *= pi / 180;
		y[i] *= pi / 180;
	}
}

/* Of the sphere of the longer axis, taken as if on the ellipsoid: that is what EPSG:3857 is. */
static void from_web_mercator(double *x, double *y, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		x[i] /= wgs84.axis;
		y[i] = 2 * atan(exp(y[i] / wgs84.axis)) - pi / 2;
	}
}

static int to_geographic(const struct scene_file *file, double *x, double *y, size_t n,
			 struct ellipsoid *ellipsoid, struct error *err)
{
	*ellipsoid = wgs84;
	switch (known_crs(&file->info)) {
	case KNOWN_DEGREES:
		from_degrees(x, y, n);
		return 0;
	case KNOWN_WEB_MERCATOR:
		from_web_mercator(x, y, n);
		return 0;
	case KNOWN_NOT:
		break;
	}
	return reader_geographic(file->path, &file->info, x, y, n, ellipsoid, err);
}

/* Pixels to the neighbours of a place, about: large pixels bend, so it may be a part of one. */
static double step_of(const struct raster_info *info)
{
	const double *g = info->geotransform;
	double unit =
		info->projected ? info->unit_metres > 0 ? info->unit_metres : 1 : EARTH * pi / 180;
	double pixel = sqrt(fabs(g[1] * g[5] - g[2] * g[4])) * unit, step = REACH / pixel;

	return step > 0 && isfinite(step) ? step : 0.5;
}

static void put_around(const struct raster_info *info, const struct grid_place *place, double step,
		       double *x, double *y)
{
	static const int across[N_AROUND] = {0, -1, 1, 0, 0}, down[N_AROUND] = {0, 0, 0, -1, 1};
	const double *g = info->geotransform;

	for (unsigned i = 0; i < N_AROUND; i++) {
		double column = place->column + across[i] * step;
		double row = place->row + down[i] * step;

		x[i] = g[0] + column * g[1] + row * g[2];
		y[i] = g[3] + column * g[4] + row * g[5];
	}
}

struct point {
	double x, y, z;
};

/* On the ellipsoid; and on the unit sphere, which is its normal there. */
static struct point on_ellipsoid(double e2, double axis, double longitude, double latitude)
{
	double sine = sin(latitude), radius = axis / sqrt(1 - e2 * sine * sine);

	return (struct point){radius * cos(latitude) * cos(longitude),
			      radius * cos(latitude) * sin(longitude), radius * (1 - e2) * sine};
}

static struct point minus(struct point a, struct point b)
{
	return (struct point){a.x - b.x, a.y - b.y, a.z - b.z};
}

/* Volume of the block that the three span. */
static double triple(struct point a, struct point b, struct point c)
{
	return (a.y * b.z - a.z * b.y) * c.x + (a.z * b.x - a.x * b.z) * c.y +
	       (a.x * b.y - a.y * b.x) * c.z;
}

/* Rows run down, so that the usual grid would be turned over: the sign is that of north up. */
static double area_around(const struct ellipsoid *ellipsoid, const double *x, const double *y,
			  double step)
{
	double e2 = ellipsoid->flattening * (2 - ellipsoid->flattening), axis = ellipsoid->axis;
	struct point at[N_AROUND], up = on_ellipsoid(0, 1, x[CENTRE], y[CENTRE]);

	/* Beyond a pole a row of degrees goes down the other side: its area counts below zero. */
	for (unsigned i = 0; i < N_AROUND; i++) {
		if (!(fabs(x[i]) <= MOST_LONGITUDE && fabs(y[i]) <= MOST_LATITUDE))
			return NAN;
		at[i] = on_ellipsoid(e2, axis, x[i], y[i]);
	}
	return triple(minus(at[EAST], at[WEST]), minus(at[NORTH], at[SOUTH]), up) /
	       (4 * step * step);
}

/* A body like a planet or a moon: what a file may claim has no end. */
static bool is_sound(const struct ellipsoid *e)
{
	return e->axis > 1e4 && e->axis < 1e9 && e->flattening >= 0 && e->flattening < 0.2;
}

int geographic_areas(const struct scene_file *file, const struct grid_place *place, size_t n,
		     double *area, struct error *err)
{
	double *x = calloc(2 * N_AROUND * n, sizeof(*x)), *y;
	double step = step_of(&file->info);
	struct ellipsoid ellipsoid;
	int rc;

	if (!x)
		return error_memory(err, "places on the Earth", 2 * N_AROUND * n * sizeof(*x));
	y = x + N_AROUND * n;
	for (size_t i = 0; i < n; i++)
		put_around(&file->info, &place[i], step, x + N_AROUND * i, y + N_AROUND * i);
	rc = to_geographic(file, x, y, N_AROUND * n, &ellipsoid, err);
	if (rc == 0 && !is_sound(&ellipsoid))
		rc = error_set(err, EX_DATAERR, "%s: its CRS has no ellipsoid", file->path);
	for (size_t i = 0; rc == 0 && i < n; i++)
		area[i] = area_around(&ellipsoid, x + N_AROUND * i, y + N_AROUND * i, step);
	free(x);
	return rc;
}
