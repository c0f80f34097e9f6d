/*
 * Windows of an open file, read in pieces: pieces.c. For read.c.
 */
#ifndef IMGPIPE_GDAL_PIECES_H
#define IMGPIPE_GDAL_PIECES_H

#include "input/raster_reader.h"
#include "library.h"
#include "reach.h"

/* An open file; belongs to one worker. */
struct gdal_handle {
	char *path;
	struct gdal_reach reach;
	GDALDatasetH dataset;
	GDALDataType type;
	size_t sample_bytes;
	uint32_t x_size, y_size, n_bands;
	uint32_t block_x_size, block_y_size;
	size_t block_bytes;
	bool band_interleaved;
	bool fills; /* blocks of a TIFF file that are not stored hold a nodata value that GDAL is */
	double fill; /* not told, as it stands beside the file: this one */
};

/* The reader's scratch() and the window of its read(); see input/raster_reader.h. */
size_t gdal_scratch(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
		    unsigned n_bands, bool mask);
int gdal_read_window(struct gdal_handle *h, const struct read_request *request, struct arena *arena,
		     struct error *err) MUST_CHECK;

#endif
