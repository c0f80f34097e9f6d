/*
 * What a reader is: pixels of one file, window by window. One table a kind of file, made by
 * stages/tiff/ and stages/gdal/ and found by stages/reader/; called by discovery (headers) and by
 * the read stage (pixels). A handle belongs to one worker, so readers need no locks.
 */
#ifndef IMGPIPE_RASTER_READER_H
#define IMGPIPE_RASTER_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"
#include "geo_tags.h"
#include "meter.h"
#include "scene.h"
#include "window.h"

enum { READ_MAX_BANDS = SCENE_MAX_BANDS };

/* What to read: n_bands planes of one window, in the file's own pixel grid. */
struct read_request {
	struct window window;
	unsigned n_bands;              /* 0: the mask alone */
	uint32_t band[READ_MAX_BANDS]; /* 1-based */
	/*
	 * Where the samples go: window.y_size rows of window.x_size samples of info->type, rows
	 * `window.x_size` samples apart, native byte order. Not touched where *constant is set.
	 * All of them NULL, for the TIFF reader alone: blocks are decoded, and go nowhere.
	 */
	void *plane[READ_MAX_BANDS];
	/* One byte a pixel, 0 = masked; NULL if the per-dataset mask is not wanted. */
	uint8_t *mask;
	/*
	 * Set by the reader: every pixel of the window has the same value in each band because the
	 * file stores no block there (sparse); that value is the first sample of each plane, the
	 * only one written, and no pixel is masked. Never set where `mask` is wanted.
	 */
	bool constant;
};

/* Of a geographic CRS. */
struct ellipsoid {
	double axis;       /* the longer half, in metres */
	double flattening; /* 0: a sphere */
};

/* What is stored of a file's images, as its index says. */
struct raster_stored {
	uint64_t n_blocks, n_sparse; /* of all bands; sparse: of these not stored */
	uint64_t n_mask_blocks, n_mask_sparse;
	uint32_t n_overviews, n_pages; /* beside image and mask: overviews, and other images */
};

enum reader_probe { PROBE_OK = 0, PROBE_DECLINED = 1 };

struct reader {
	const char *name; /* "tiff", "gdal" */

	/*
	 * Read the header of `path` into *info (cleared by the reader first, but for `reach`, which
	 * GDAL's heeds; release it whatever comes back). PROBE_OK; PROBE_DECLINED (err is set): not
	 * this reader's kind of file, or a form that it leaves to the other reader. -1: its kind of
	 * file, but broken or unreadable. Thread-safe.
	 */
	int (*probe)(const char *path, struct raster_info *info, struct error *err);

	/*
	 * Bytes of arena that read() takes at its peak for a window of this size anywhere in the
	 * file, planes and mask not counted. SIZE_MAX where it cannot be done. Pure.
	 */
	size_t (*scratch)(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
			  unsigned n_bands, bool mask);

	/* Open for reading. The handle belongs to the calling worker until close(). */
	int (*open)(void **handle, const char *path, const struct raster_info *info,
		    struct error *err);

	/*
	 * Read a window. Scratch comes from `arena` and is given back before return. Adds to the
	 * meter's FETCH and DECODE rows (bytes_in, bytes_out, tiles, times), to bytes_decoded (all
	 * decoded bytes) and bytes_needed (bytes of the window asked for). Damaged or missing data
	 * is an error that names the block: a window comes back whole or not at all.
	 */
	int (*read)(void *handle, struct read_request *request, struct arena *arena,
		    struct meter *meter, struct error *err);

	/*
	 * Would read() find this window constant? Then that is set, and the first sample of each
	 * plane; no pixel is read. Where it cannot be said: false. NULL: never known.
	 */
	bool (*constant)(void *handle, struct read_request *request);

	/*
	 * This window (planes are not looked at) will be read soon, by this worker or another: ask
	 * the system to fetch its stored bytes meanwhile, the first `most` of them. Returns how
	 * many were asked for. Reads nothing itself, keeps nothing, has no errors. NULL: cannot be
	 * done.
	 */
	uint64_t (*ahead)(void *handle, const struct read_request *request, uint64_t most);

	/*
	 * Look up every block of image and mask, and read none. -1 with the first block that does
	 * not lie in the file. What the reader is not told of the file stays 0.
	 */
	int (*stored)(void *handle, struct raster_stored *stored, struct error *err);

	void (*close)(void *handle); /* NULL is allowed */

	/*
	 * Longitudes and latitudes, in radians, in place of n coordinates of the file's CRS: that
	 * of info->crs where it is a code, else the file is asked. NaN for a place that is not on
	 * the Earth. -1: the CRS does not say. NULL: it knows no CRS. Thread-safe.
	 */
	int (*geographic)(const char *path, const struct raster_info *info, double *x, double *y,
			  size_t n, struct ellipsoid *ellipsoid, struct error *err);

	/*
	 * The tags of a GeoTIFF that lies where this file lies; n 0: it does not say. -1: it cannot
	 * be read. Thread-safe.
	 */
	int (*geo_tags)(const char *path, const struct raster_info *info, struct geo_tags *geo,
			struct error *err);
};

/* Bytes of GDAL's block cache. */
enum { READER_GDAL_CACHE_BYTES = 16 << 20 };

#endif
