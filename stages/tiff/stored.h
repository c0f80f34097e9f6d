/*
 * What is stored of an image, as its index says: stored.c. The reader's stored(); see
 * input/raster_reader.h.
 */
#ifndef IMGPIPE_TIFF_STORED_H
#define IMGPIPE_TIFF_STORED_H

#include "input/raster_reader.h"

int tiff_stored(void *handle, struct raster_stored *stored, struct error *err);

#endif
