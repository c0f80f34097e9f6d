/*
 * Where a scene lies on the Earth: the outline of its grid in longitude and latitude (EPSG:4326),
 * in degrees, x is the longitude. Pure, thread-safe. Not for other rooms.
 */
#ifndef IMGPIPE_CATALOGUE_FOOTPRINT_H
#define IMGPIPE_CATALOGUE_FOOTPRINT_H

#include <stdbool.h>
#include <stddef.h>

#include "scene.h"

/* Sides of the outline are cut in so many parts; a ring ends where it begins. Clipping at a
 * meridian adds points. */
enum { FOOTPRINT_SIDE = 8, FOOTPRINT_RING = 4 * FOOTPRINT_SIDE + 8, FOOTPRINT_PARTS = 3 };

struct footprint_point {
	double x, y;
};

/*
 * One polygon or, where the scene crosses the antimeridian, one on either side of it. Rings run
 * counter-clockwise, as OGC wants outer ones to.
 */
struct footprint {
	unsigned n_parts; /* 0: not known */
	struct {
		unsigned n;
		struct footprint_point point[FOOTPRINT_RING];
	} part[FOOTPRINT_PARTS];
};

/*
 * False where it is not known: no geotransform, or a CRS that is none of UTM, Web Mercator and
 * degrees (GDAL knows more; it is not asked, as this runs in the process that leads, and not under
 * confinement), or a place that is not on the Earth.
 */
bool footprint_of(const struct scene *scene, struct footprint *footprint);

/* Of a UTM zone on WGS 84, from 1 to 60. False beyond 3900 km from its meridian, or a pole. */
bool utm_inverse(unsigned zone, bool south, double easting, double northing,
		 struct footprint_point *place);

#endif
