/*
 * Readers: who reads a file, and whether GDAL is loaded. Made by stages/reader/; discovery and the
 * read stage ask who reads, the machinery what GDAL costs and whether it may be loaded.
 */
#ifndef IMGPIPE_READER_H
#define IMGPIPE_READER_H

#include "heavy_reader.h"
#include "input/raster_reader.h"
#include "options.h"

/*
 * GDAL as the plan sees it: a module of its own, loaded the first time something needs it; while it
 * is forbidden, it is not loaded, and what needs it fails.
 */
extern const struct heavy_reader reader_heavy;

/*
 * Probe `path` by the rule of --reader: auto tries the TIFF reader, then GDAL where that declines.
 * *reader is who shall read it; info->reach tells it how far. Thread-safe.
 */
int reader_probe(const char *path, enum reader_choice choice, enum file_reach reach,
		 struct raster_info *info, const struct reader **reader,
		 struct error *err) MUST_CHECK;

/* The reader that has probed this file; NULL with err set where it cannot be loaded any more. */
const struct reader *reader_of(const struct raster_info *info, struct error *err);

/*
 * Longitudes and latitudes of coordinates in the file's CRS, by GDAL, whoever reads the file; see
 * the reader's geographic(). -1 with EX_UNAVAILABLE or EX_TEMPFAIL where GDAL cannot be had.
 */
int reader_geographic(const char *path, const struct raster_info *info, double *x, double *y,
		      size_t n, struct ellipsoid *ellipsoid, struct error *err) MUST_CHECK;

#endif
