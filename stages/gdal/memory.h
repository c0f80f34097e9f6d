/*
 * What an open file holds: the shape of its blocks, and what GDAL's decoders allocate. memory.c.
 */
#ifndef IMGPIPE_GDAL_MEMORY_H
#define IMGPIPE_GDAL_MEMORY_H

#include "input/raster_reader.h"
#include "library.h"

/*
 * What GDAL's decoder allocates for one open file, cache not counted. info: sizes, type, blocks and
 * codec (GDAL's driver) are set.
 */
size_t gdal_codec_bytes(const char *path, const struct raster_info *info);

/* The shape of blocks, from type, n_bands and x_size; false where a block has 2 GiB or more. */
bool gdal_block_shape(GDALDatasetH dataset, struct raster_info *info);

/* What decoding a mask with blocks of this many bytes takes. */
size_t gdal_mask_bytes(size_t block_bytes);

#endif
