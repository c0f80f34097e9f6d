/*
 * What a VRT is made of: vrt.c. For probe.c, and for reach.c, which asks whether it names only
 * files.
 */
#ifndef IMGPIPE_GDAL_VRT_H
#define IMGPIPE_GDAL_VRT_H

#include "input/raster_reader.h"
#include "library.h"
#include "reach.h"

/* What the sources of a VRT hold open besides; opens them. */
size_t gdal_vrt_bytes(GDALDatasetH dataset, const struct gdal_reach *reach,
		      struct raster_info *info);

/*
 * The VRT file can be read, and names neither another VRT's text in place of a file nor an OPeNDAP
 * server, which a library would ask past GDAL.
 */
bool gdal_vrt_is_plain(const char *path);
bool gdal_is_dap(const char *name);

/* Say in info->note what a VRT reads, or that an input comes over the network. Within a log. */
void gdal_note_sources(GDALDatasetH dataset, const struct gdal_reach *reach,
		       struct raster_info *info);

#endif
