/*
 * Reading ahead: ahead.c. For read.c.
 */
#ifndef IMGPIPE_TIFF_AHEAD_H
#define IMGPIPE_TIFF_AHEAD_H

#include "input/raster_reader.h"

/* The reader's ahead(); see input/raster_reader.h. */
uint64_t tiff_ahead(void *state, const struct read_request *request, uint64_t most);

#endif
