/*
 * The tags that say where a file lies, copied: geo_tags.c. For read.c.
 */
#ifndef IMGPIPE_TIFF_GEO_TAGS_H
#define IMGPIPE_TIFF_GEO_TAGS_H

#include "input/raster_reader.h"

/* The reader's geo_tags(); see input/raster_reader.h. */
int tiff_geo_tags(const char *path, const struct raster_info *info, struct geo_tags *geo,
		  struct error *err);

#endif
