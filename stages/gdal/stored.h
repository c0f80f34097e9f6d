/*
 * What is stored of a file, as far as GDAL tells: stored.c. The reader's stored(); see
 * input/raster_reader.h.
 */
#ifndef IMGPIPE_GDAL_STORED_H
#define IMGPIPE_GDAL_STORED_H

#include "input/raster_reader.h"

int gdal_stored(void *handle, struct raster_stored *stored, struct error *err);

#endif
