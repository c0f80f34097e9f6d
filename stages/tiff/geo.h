/*
 * Where a file lies on the Earth: geo.c. For probe.c and geo_tags.c.
 */
#ifndef IMGPIPE_TIFF_GEO_H
#define IMGPIPE_TIFF_GEO_H

#include "image.h"

/* Geotransform, CRS, length of its unit. */
void tiff_geo(struct tiff_image *image, struct raster_info *info);

/* Are its coordinates those of pixel centres? */
bool tiff_geo_point(struct tiff_image *image);

#endif
