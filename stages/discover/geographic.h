/*
 * Places of a file's grid on the Earth, and what a pixel takes there.
 */
#ifndef IMGPIPE_GEOGRAPHIC_H
#define IMGPIPE_GEOGRAPHIC_H

#include "scene.h"

/* A place in the file's pixel grid, from the upper left corner. */
struct grid_place {
	double column, row;
};

/*
 * Areas on the ground of pixels at n places, in m2 on the CRS's own ellipsoid, as if the pixel's
 * centre were there; negative where the grid is turned over, NaN where the place is not on the
 * Earth. -1: the CRS is not known, or GDAL, which knows it, cannot be had.
 */
int geographic_areas(const struct scene_file *file, const struct grid_place *place, size_t n,
		     double *area, struct error *err) MUST_CHECK;

#endif
