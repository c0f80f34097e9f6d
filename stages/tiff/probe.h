/*
 * From a file's header to a raster_info: probe.c. The reader's probe(); see input/raster_reader.h.
 */
#ifndef IMGPIPE_TIFF_PROBE_H
#define IMGPIPE_TIFF_PROBE_H

#include "input/raster_reader.h"

int tiff_probe(const char *path, struct raster_info *info, struct error *err);

#endif
