/*
 * An open file of the TIFF reader, one read() of it, and the meeting of a stored block with the
 * window that is read: records that read.c, decode.c, rows.c and ahead.c hand to each other.
 */
#ifndef IMGPIPE_TIFF_HANDLE_H
#define IMGPIPE_TIFF_HANDLE_H

#include "arena.h"
#include "block.h"
#include "input/raster_reader.h"
#include "mask.h"
#include "rows.h"

/* An open file. */
struct tiff_handle {
	struct tiff_image image;
	struct raster_info info; /* what the file was planned with; `bands` is not kept */
	unsigned char fill[8];   /* a sample of a sparse block */
	struct tiff_mask *mask;  /* opened when first wanted */
	struct tiff_cursor cursor[TIFF_MAX_CURSORS];
	uint64_t n_used; /* counts uses of cursors */
};

/* One read(): what its steps share. */
struct tiff_job {
	struct tiff_handle *handle;
	struct read_request *request;
	struct arena *arena;
	struct meter *meter;
	struct error *err;
	size_t size; /* of a sample */
};

/* The meeting of one stored block with the window, and the bands of the request that it holds. */
struct tiff_part {
	struct tiff_block block;
	struct window window;
	unsigned first, n_bands; /* request->band[first ...] */
};

#endif
