/*
 * Images within a file: inside.c. For probe.c; both within a log.
 */
#ifndef IMGPIPE_GDAL_INSIDE_H
#define IMGPIPE_GDAL_INSIDE_H

#include "error.h"
#include "library.h"
#include "scene.h"

/* A file without bands of its own: what it holds instead goes to info->images. Always -1. */
int gdal_refuse_container(GDALDatasetH dataset, const char *path, struct raster_info *info,
			  struct error *err) MUST_CHECK;

/* Other images of a TIFF file that are as large as this one, into info->n_pages. */
void gdal_find_pages(GDALDatasetH dataset, struct raster_info *info);

#endif
