/*
 * The TIFF reader as others see it: a row of the table of readers (stages/reader/). Made by read.c.
 */
#ifndef IMGPIPE_TIFF_READ_H
#define IMGPIPE_TIFF_READ_H

#include "input/raster_reader.h"

extern const struct reader reader_tiff;

#endif
