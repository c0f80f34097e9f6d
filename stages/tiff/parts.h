/*
 * One read() of the TIFF reader: the open file, the request, and the stored blocks that meet its
 * window. parts.c; decode.c, read.c and ahead.c work on it.
 */
#ifndef IMGPIPE_TIFF_PARTS_H
#define IMGPIPE_TIFF_PARTS_H

#include "arena.h"
#include "block.h"
#include "mask.h"
#include "input/raster_reader.h"
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

/*
 * act() on the blocks that meet the window, row by row; each plane that is asked for where they are
 * apart. Stops with -1 where that does.
 */
int tiff_each_part(const struct tiff_job *job,
		   int (*act)(const struct tiff_job *, const struct tiff_part *));

/* Place of pixel (x, y) of the image in one of the planes. */
static inline unsigned char *tiff_place(const struct tiff_job *job, unsigned band, uint32_t x,
					uint32_t y)
{
	const struct window *w = &job->request->window;
	size_t pixel = (size_t)(y - w->y_off) * w->x_size + (x - w->x_off);

	return (unsigned char *)job->request->plane[band] + pixel * job->size;
}

/* Scratch of the plan's; NULL with an error where that is too small. */
void *tiff_take(const struct tiff_job *job, size_t bytes);

/* Are rows of the block rows of the plane, one behind the other? */
bool tiff_same_rows(const struct tiff_job *job, const struct tiff_part *part);

/* So many rows of the block were decoded. */
void tiff_count_decoded(const struct tiff_job *job, const struct tiff_part *part, uint64_t rows);

#endif
