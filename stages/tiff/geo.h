/*
 * Where a file lies on the Earth: geo.c. For probe.c alone.
 */
#ifndef IMGPIPE_TIFF_GEO_H
#define IMGPIPE_TIFF_GEO_H

#include "image.h"

/* Geotransform, CRS, length of its unit. */
void tiff_geo(struct tiff_image *image, struct raster_info *info);

#endif
