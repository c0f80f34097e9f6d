/*
 * What GDAL's private tags say: metadata.c. For probe.c and mask.c.
 */
#ifndef IMGPIPE_TIFF_METADATA_H
#define IMGPIPE_TIFF_METADATA_H

#include "image.h"

/*
 * Descriptions, scales, offsets, colours from GDAL's metadata; nodata. Needs info->bands. Metadata
 * that are not well-formed count as none, as in GDAL; those beyond all bounds are an error.
 */
int tiff_metadata(struct tiff_image *image, struct raster_info *info, struct error *err);

/* INTERNAL_MASK_FLAGS_1 of a .msk file; -1 if it does not say. */
int tiff_metadata_mask_flags(struct tiff_image *image, int *flags, struct error *err);

#endif
