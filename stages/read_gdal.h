/*
 * What the files of the GDAL module share: GDAL's words kept as values, and its one-time set-up.
 * Private to read_gdal*.c, which are linked into the module and nowhere else.
 */
#ifndef IMGPIPE_READ_GDAL_H
#define IMGPIPE_READ_GDAL_H

#include "error.h"
#include "reader.h"
#include "sample.h"
#include "scene.h"

/* GDAL's headers do not compile without warnings under our set. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wundef"
#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <gdal.h>
#include <ogr_srs_api.h>
#pragma GCC diagnostic pop

/*
 * Sources of VRTs that GDAL keeps open at once, in the whole process. A read needs one for each
 * level of nested VRTs, so this also bounds the workers that may read VRTs: 64, or 32 of nested.
 */
enum { GDAL_POOL_DATASETS = 64 };

/* The first failure GDAL logged in a thread between gdal_log_begin() and gdal_log_end(). */
struct gdal_log {
	bool failed;
	CPLErrorNum number;
	char text[400];
};

/* Nothing GDAL says meanwhile reaches stderr. Calls nest; *log must outlive gdal_log_end(). */
void gdal_log_begin(struct gdal_log *log);
void gdal_log_end(void);

/* GDAL's words, without the path that it, too, puts in front; and the sysexits code for them. */
const char *gdal_log_words(const struct gdal_log *log, const char *path);
int gdal_log_code(const struct gdal_log *log);

/* Open read-only; sets GDAL up the first time. NULL where it does not open. Within a log. */
GDALDatasetH gdal_open_dataset(const char *path);

/*
 * What GDAL's decoder allocates for one open file, cache not counted. info: sizes, type, blocks and
 * codec (GDAL's driver) are set.
 */
size_t gdal_codec_bytes(const char *path, const struct raster_info *info);

/* The shape of blocks, from type, n_bands and x_size; false where a block has 2 GiB or more. */
bool gdal_block_shape(GDALDatasetH dataset, struct raster_info *info);

/* What the sources of a VRT hold open besides; opens them. */
size_t gdal_vrt_bytes(GDALDatasetH dataset, const char *path, const struct raster_info *info);

/* What decoding a mask with blocks of this many bytes takes. */
size_t gdal_mask_bytes(size_t block_bytes);

/* The reader's probe(); see include/reader.h. */
int gdal_probe(const char *path, struct raster_info *info, struct error *err);

#endif
