/*
 * From what GDAL says of a file to a raster_info: probe.c. For read.c.
 */
#ifndef IMGPIPE_GDAL_PROBE_H
#define IMGPIPE_GDAL_PROBE_H

#include "input/raster_reader.h"

/* The reader's probe(); see input/raster_reader.h. */
int gdal_probe(const char *path, struct raster_info *info, struct error *err);

#endif
