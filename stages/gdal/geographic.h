/*
 * From a CRS to longitudes and latitudes: geographic.c. For read.c.
 */
#ifndef IMGPIPE_GDAL_GEOGRAPHIC_H
#define IMGPIPE_GDAL_GEOGRAPHIC_H

#include "input/raster_reader.h"

/* The reader's geographic(); see input/raster_reader.h. */
int gdal_geographic(const char *path, const struct raster_info *info, double *x, double *y,
		    size_t n, struct ellipsoid *ellipsoid, struct error *err);

#endif
