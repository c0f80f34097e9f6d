/*
 * The TIFF reader: windows of a file, put together from its stored blocks. Each block that meets
 * the window is fetched and decoded once for all bands it holds. How a block becomes rows of
 * samples is the business of decode.c; what the samples mean is nobody's here.
 */
#include "read.h"

#include <stdlib.h>
#include <string.h>

#include "ahead.h"
#include "codec.h"
#include "decode.h"
#include "fetch.h"
#include "geo_tags.h"
#include "io.h"
#include "probe.h"
#include "samples.h"
#include "stored.h"
#include "window.h"

/* --- windows --- */

/* For tiff_each_part(): stop at the first block that is stored. Sets no error. */
static int is_stored(const struct tiff_job *job, const struct tiff_part *part)
{
	(void)job;
	return tiff_block_sparse(&part->block) ? 0 : -1;
}

/* Is no block of the window stored? (Faulty places are found when the blocks are read.) */
static bool all_sparse(const struct tiff_job *job)
{
	struct tiff_job quiet = *job;

	quiet.err = NULL;
	return tiff_each_part(&quiet, is_stored) == 0;
}

static bool fill_constant(const struct tiff_job *job)
{
	struct read_request *request = job->request;

	request->constant = all_sparse(job);
	for (unsigned i = 0; request->constant && i < request->n_bands; i++)
		if (request->plane[i])
			memcpy(request->plane[i], job->handle->fill, job->size);
	return request->constant;
}

static int check_request(const struct tiff_handle *handle, const struct read_request *request,
			 struct error *err)
{
	const struct tiff_image *image = &handle->image;
	struct window whole = {0, 0, image->x_size, image->y_size}, part;

	if (!window_intersect(&whole, &request->window, &part) ||
	    part.x_size != request->window.x_size || part.y_size != request->window.y_size)
		return error_set(err, EX_SOFTWARE, "%s: a window beyond the image", image->path);
	for (unsigned i = 0; i < request->n_bands; i++)
		if (request->band[i] < 1 || request->band[i] > image->samples)
			return error_set(err, EX_SOFTWARE, "%s: there is no band %u", image->path,
					 request->band[i]);
	return 0;
}

static int read_mask(struct tiff_handle *handle, const struct read_request *request,
		     struct meter *meter, struct error *err)
{
	int rc = handle->mask ? PROBE_OK : tiff_mask_open(&handle->mask, &handle->image, err);

	if (rc == PROBE_DECLINED || rc == TIFF_MASK_OF_BANDS)
		return error_set(err, EX_DATAERR,
				 "%s: its mask is gone; run again when the file is complete",
				 handle->image.path);
	if (rc != PROBE_OK)
		return -1;
	return tiff_mask_read(handle->mask, &request->window, request->mask, meter, err);
}

/* What was read is of one file only where that was not written to meanwhile. */
static int check_unchanged(const struct tiff_image *image, struct error *err)
{
	if (!tiff_file_changed(image))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: the file was written to while it was read; run again when it is "
			 "complete",
			 image->path);
}

static int read_window(void *state, struct read_request *request, struct arena *arena,
		       struct meter *meter, struct error *err)
{
	struct tiff_handle *handle = state;
	struct tiff_job job = {handle, request, arena, meter, err, sample_size(handle->info.type)};

	request->constant = false;
	if (check_request(handle, request, err))
		return -1;
	if (request->mask && read_mask(handle, request, meter, err))
		return -1;
	if (!request->mask && request->n_bands && fill_constant(&job))
		return 0;
	if (request->n_bands && tiff_each_part(&job, tiff_part_read))
		return -1;
	return check_unchanged(&handle->image, err);
}

static bool is_constant(void *state, struct read_request *request)
{
	struct tiff_handle *handle = state;
	struct tiff_job job = {
		.handle = handle, .request = request, .size = sample_size(handle->info.type)};

	return request->n_bands && check_request(handle, request, NULL) == 0 && fill_constant(&job);
}

/* --- handles --- */

static void close_handle(void *state)
{
	struct tiff_handle *handle = state;

	if (!handle)
		return;
	tiff_cursors_close(handle);
	tiff_mask_close(handle->mask);
	tiff_image_close(&handle->image);
	free(handle);
}

static int open_handle(void **state, const char *path, const struct raster_info *info,
		       struct error *err)
{
	struct tiff_handle *handle = calloc(1, sizeof(*handle));
	size_t decoders = size_add(info->codec_bytes, size_mul(READ_MAX_BANDS, info->codec_band));
	size_t alloc = size_add(TIFF_HEADER_ALLOC, decoders);

	*state = NULL;
	if (!handle)
		return error_memory(err, "a file handle", sizeof(*handle));
	if (tiff_image_open(&handle->image, path, 0, alloc, err) != PROBE_OK) {
		free(handle);
		return -1;
	}
	if (tiff_image_same(&handle->image, info, err)) {
		close_handle(handle);
		return -1;
	}
	(void)tiff_codec_memory(&handle->image); /* for tiff_codec_check() */
	handle->info = *info;
	tiff_make_sample(handle->fill, info->type, info->fill);
	handle->info.bands = NULL;
	if (tiff_direct_takes(&handle->image) && tiff_direct_open(&handle->image, err)) {
		close_handle(handle);
		return -1;
	}
	*state = handle;
	return 0;
}

const struct reader reader_tiff = {
	.name = "tiff",
	.probe = tiff_probe,
	.scratch = tiff_scratch,
	.open = open_handle,
	.read = read_window,
	.constant = is_constant,
	.ahead = tiff_ahead,
	.stored = tiff_stored,
	.close = close_handle,
	.geo_tags = tiff_geo_tags,
};
