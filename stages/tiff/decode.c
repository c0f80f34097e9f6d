/*
 * The stored blocks that meet a window, and from each to samples in planes. There are four ways,
 * and which one is taken follows from the header and the window's size alone, so that the plan
 * knows the memory beforehand:
 *   uncompressed   only the rows of the window are fetched, some 256 KiB at a time;
 *   direct         the block is decoded without libtiff, where its codec allows;
 *   whole          the block is decoded into scratch, or straight into the plane where its rows are
 *                  rows of the plane;
 *   streamed       for blocks too large for that: decoded row by row. Windows one below the other
 *                  go on where the last one ended; a window further up starts the block again.
 */
#include "decode.h"

#include <string.h>

#include "activity.h"
#include "fetch.h"
#include "predictor.h"
#include "samples.h"
#include "window.h"

/* Rows of uncompressed blocks fetched at once. */
enum { PIECE_BYTES = 1 << 18 };

/* --- blocks of a window --- */

int tiff_each_part(const struct tiff_job *job,
		   int (*act)(const struct tiff_job *, const struct tiff_part *))
{
	struct tiff_image *image = &job->handle->image;
	const struct window *w = &job->request->window;
	uint32_t last_column = (w->x_off + w->x_size - 1) / image->block_x_size;
	uint32_t last_row = (w->y_off + w->y_size - 1) / image->block_y_size;
	unsigned planes = image->planar ? job->request->n_bands : 1;

	for (uint32_t row = w->y_off / image->block_y_size; row <= last_row; row++)
		for (unsigned p = 0; p < planes; p++)
			for (uint32_t column = w->x_off / image->block_x_size;
			     column <= last_column; column++) {
				struct tiff_part part = {
					.first = p,
					.n_bands = image->planar ? 1 : job->request->n_bands,
				};
				uint16_t plane =
					image->planar ? (uint16_t)(job->request->band[p] - 1) : 0;

				if (tiff_block_find(image, column, row, plane, &part.block,
						    job->err))
					return -1;
				if (!window_intersect(&part.block.window, w, &part.window))
					continue;
				if (act(job, &part))
					return -1;
			}
	return 0;
}

/* --- memory --- */

static size_t row_bytes(const struct raster_info *info)
{
	return info->block_bytes / info->block_y_size;
}

static bool uncompressed(const struct raster_info *info)
{
	return info->rows_can_stream && strcmp(info->codec, "none") == 0;
}

static uint32_t piece_rows(const struct raster_info *info)
{
	size_t rows = PIECE_BYTES / row_bytes(info);

	return rows < 1 ? 1 : rows < info->block_y_size ? (uint32_t)rows : info->block_y_size;
}

/*
 * Are large blocks streamed for windows of this size? Where the window is as high as a block,
 * nothing is won; and every column of blocks needs a decoder of its own, for each plane.
 */
static bool streamed(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
		     unsigned n_bands)
{
	uint64_t across = ceil_div(info->x_size, info->block_x_size);
	uint64_t columns = ((uint64_t)x_size + info->block_x_size - 2) / info->block_x_size + 1;

	columns = columns < across ? columns : across;
	return info->rows_can_stream && y_size < info->block_y_size &&
	       tiff_direct_large(info->block_bytes, info->raw_bytes) &&
	       columns * (info->band_interleaved ? n_bands : 1) <= TIFF_MAX_CURSORS;
}

/* The block stored and decoded, and a row for predictor 3. */
static size_t direct_scratch(const struct raster_info *info)
{
	size_t one = size_add(arena_cost(info->block_bytes), arena_cost(info->raw_bytes));
	size_t row = arena_cost(info->block_bytes / info->block_y_size);

	return size_add(one, row);
}

size_t tiff_scratch(const struct raster_info *info, uint32_t x_size, uint32_t y_size,
		    unsigned n_bands, bool mask)
{
	(void)mask; /* decoded in memory of its own, counted in codec_bytes */
	if (info->empty)
		return 0;
	if (uncompressed(info))
		return arena_cost(size_mul(piece_rows(info), row_bytes(info)));
	if (streamed(info, x_size, y_size, n_bands)) /* a row, and one to undo predictor 3 in */
		return size_mul(2, arena_cost(row_bytes(info)));
	return direct_scratch(info);
}

/* Scratch of the plan's; NULL with an error where that is too small. */
static void *take(const struct tiff_job *job, size_t bytes)
{
	void *memory = arena_alloc(job->arena, bytes);

	if (!memory)
		(void)error_set(job->err, EX_SOFTWARE,
				"%s: the planned memory is too small for a block (%zu bytes)",
				job->handle->image.path, bytes);
	return memory;
}

/* --- from rows to planes --- */

/* Place of pixel (x, y) of the image in one of the planes. */
static unsigned char *place(const struct tiff_job *job, unsigned band, uint32_t x, uint32_t y)
{
	const struct window *w = &job->request->window;
	size_t pixel = (size_t)(y - w->y_off) * w->x_size + (x - w->x_off);

	return (unsigned char *)job->request->plane[band] + pixel * job->size;
}

/* Is decoding all that is wanted? */
static bool goes_nowhere(const struct tiff_job *job)
{
	return !job->request->plane[0];
}

/* Are rows of the block rows of the plane, one behind the other? */
static bool same_rows(const struct tiff_job *job, const struct tiff_part *part)
{
	const struct tiff_image *image = &job->handle->image;

	return !goes_nowhere(job) && image->block_samples == 1 && part->n_bands == 1 &&
	       job->request->window.x_size == image->block_x_size &&
	       part->window.x_size == image->block_x_size;
}

/*
 * What was decoded of the requested bands, in bytes. Padding beyond the image and bands that were
 * not asked for are left out, so 1.0 bytes decoded for each one needed means aligned windows.
 */
static void count_decoded(const struct tiff_job *job, const struct tiff_part *part, uint64_t rows)
{
	job->meter->bytes_decoded += rows * part->block.window.x_size * part->n_bands * job->size;
}

/* Decoded rows of a block, of which the first is row y of the image, to the planes. */
static void deliver(const struct tiff_job *job, const struct tiff_part *part,
		    const unsigned char *rows, uint32_t y, uint32_t n)
{
	const struct tiff_image *image = &job->handle->image;
	size_t x = part->window.x_off - part->block.window.x_off;

	if (goes_nowhere(job))
		return;
	for (uint32_t i = 0; i < n; i++, rows += image->row_bytes)
		for (unsigned b = part->first; b < part->first + part->n_bands; b++) {
			size_t sample = x * image->block_samples +
					(image->planar ? 0 : job->request->band[b] - 1);

			tiff_copy_samples(place(job, b, part->window.x_off, y + i),
					  rows + sample * job->size, part->window.x_size,
					  image->block_samples, job->size);
		}
}

_Static_assert((int)READ_MAX_BANDS <= (int)PREDICTOR_MAX_BANDS, "room for all bands of a request");

/*
 * The same of rows as image->decoder gives them: byte order and predictor undone on the way, some
 * of that in place. scratch: a row.
 */
static void deliver_decoded(const struct tiff_job *job, const struct tiff_part *part,
			    unsigned char *rows, uint32_t y, uint32_t n, void *scratch)
{
	const struct tiff_image *image = &job->handle->image;
	struct predictor_row undo = {.x_size = image->block_x_size,
				     .x_off = part->window.x_off - part->block.window.x_off,
				     .n = part->window.x_size,
				     .samples = image->block_samples,
				     .n_bands = part->n_bands};
	/* Predictor 3 has its own order of bytes. */
	bool swapped = image->swapped && image->predictor != PREDICTOR_FLOATINGPOINT;

	if (goes_nowhere(job))
		return;
	for (unsigned b = 0; b < part->n_bands; b++)
		undo.band[b] =
			image->planar ? 0 : (uint16_t)(job->request->band[part->first + b] - 1);
	for (uint32_t end = y + n; y < end; y++, rows += image->row_bytes) {
		if (swapped)
			tiff_swap_samples(rows, image->row_bytes, image->bits);
		undo.row = rows;
		for (unsigned b = 0; b < part->n_bands; b++)
			undo.to[b] = place(job, part->first + b, part->window.x_off, y);
		predictor_undo(&undo, image->predictor, job->size, scratch);
	}
}

static void fill_sparse(const struct tiff_job *job, const struct tiff_part *part)
{
	if (goes_nowhere(job))
		return;
	for (unsigned b = part->first; b < part->first + part->n_bands; b++)
		for (uint32_t i = 0; i < part->window.y_size; i++)
			tiff_fill_samples(place(job, b, part->window.x_off, part->window.y_off + i),
					  job->handle->fill, part->window.x_size, job->size);
}

/* --- the ways --- */

/*
 * Straight into the plane, where that has the very rows of the block. A last strip that is cut may
 * hold more rows than the image; those need room.
 */
static bool into_plane(const struct tiff_job *job, const struct tiff_part *part)
{
	return same_rows(job, part) && part->window.y_size == part->block.y_size &&
	       part->block.y_size == job->handle->image.block_y_size;
}

/* Whole blocks without libtiff: whatever else decodes gives its memory back first. */
static int read_direct(const struct tiff_job *job, const struct tiff_part *part)
{
	struct tiff_image *image = &job->handle->image;
	struct meter_row *row = &job->meter->row[METER_DECODE];
	bool shuffled = image->predictor == PREDICTOR_FLOATINGPOINT, into = into_plane(job, part);
	void *raw = take(job, image->raw_bytes);
	unsigned char *rows = into ? place(job, part->first, part->window.x_off, part->window.y_off)
				   : take(job, image->block_bytes);
	void *scratch = shuffled ? take(job, image->row_bytes) : NULL;
	uint32_t skip = part->window.y_off - part->block.window.y_off;
	struct decode_stream stream = {.in = raw,
				       .out = rows,
				       .out_bytes = tiff_block_needed(image, &part->block),
				       .room = image->block_bytes,
				       .most = decode_most(image->block_bytes)};
	struct meter_span span;
	const char *wrong;

	if (!raw || !rows || (shuffled && !scratch))
		return -1;
	if (into)
		stream.room = stream.out_bytes;
	tiff_cursors_close(job->handle);
	if (tiff_block_fetch(image, &part->block, raw, &stream.in_bytes, job->meter, job->err))
		return -1;
	span = meter_begin();
	wrong = decoder_run(image->decoder, &stream);
	row->tiles++;
	row->bytes_in += stream.in_bytes;
	row->bytes_out += image->row_bytes * part->block.y_size;
	if (wrong)
		return tiff_block_undecodable(image, &part->block, job->err, wrong);
	count_decoded(job, part, part->block.window.y_size);
	deliver_decoded(job, part, rows + skip * image->row_bytes, part->window.y_off,
			part->window.y_size, scratch);
	meter_lap(job->meter, METER_DECODE, &span);
	return 0;
}

static int read_whole(const struct tiff_job *job, const struct tiff_part *part)
{
	struct tiff_image *image = &job->handle->image;
	bool direct = same_rows(job, part) && part->window.y_size == part->block.y_size;
	void *raw = take(job, image->raw_bytes);
	void *rows = direct ? place(job, part->first, part->window.x_off, part->window.y_off)
			    : take(job, image->block_bytes);
	uint32_t skip = part->window.y_off - part->block.window.y_off;
	struct meter_span span;

	if (!raw || !rows)
		return -1;
	if (tiff_block_decode(image, &part->block, raw, rows, job->meter, job->err))
		return -1;
	count_decoded(job, part, part->block.window.y_size);
	if (direct)
		return 0;
	span = meter_begin();
	deliver(job, part, (unsigned char *)rows + skip * image->row_bytes, part->window.y_off,
		part->window.y_size);
	meter_lap(job->meter, METER_DECODE, &span);
	return 0;
}

static int read_uncompressed(const struct tiff_job *job, const struct tiff_part *part)
{
	const struct tiff_image *image = &job->handle->image;
	struct meter_row *row = job->meter->row;
	uint32_t most = piece_rows(&job->handle->info), n;
	bool direct = same_rows(job, part);
	void *piece = direct ? NULL : take(job, most * image->row_bytes);
	struct meter_span span;
	int status;

	if (!direct && !piece)
		return -1;
	for (uint32_t done = 0; done < part->window.y_size; done += n) {
		uint32_t y = part->window.y_off + done, left = part->window.y_size - done;
		void *to = direct ? place(job, part->first, part->window.x_off, y) : piece;

		n = left < most ? left : most;
		activity_fetch();
		span = meter_begin();
		status = tiff_rows_fetch(image, &part->block, y - part->block.window.y_off, n, to,
					 job->err);
		if (!status) {
			meter_lap(job->meter, METER_FETCH, &span);
			row[METER_FETCH].bytes_in += n * image->row_bytes;
			row[METER_FETCH].bytes_out += n * image->row_bytes;
		}
		activity_fetch_end(&span);
		if (status)
			return -1;
		if (!direct)
			deliver(job, part, to, y, n);
		meter_lap(job->meter, METER_DECODE, &span);
		row[METER_DECODE].bytes_in += n * image->row_bytes;
		row[METER_DECODE].bytes_out += n * image->row_bytes;
	}
	if (part->window.y_off == part->block.window.y_off) { /* in slices: the block counts once */
		row[METER_FETCH].tiles++;
		row[METER_DECODE].tiles++;
	}
	count_decoded(job, part, part->window.y_size);
	return 0;
}

/* A decoder starts at the top of a block: count the block and all its stored bytes. */
static void count_start(const struct tiff_job *job, const struct tiff_part *part)
{
	uint64_t bytes = tiff_block_stored(&job->handle->image, &part->block);
	struct meter_row *row = job->meter->row;

	row[METER_FETCH].tiles++;
	row[METER_FETCH].bytes_in += bytes;
	row[METER_FETCH].bytes_out += bytes;
	row[METER_DECODE].tiles++;
	row[METER_DECODE].bytes_in += bytes;
}

/* Fetching happens within decoding here, piece by piece, and its time is counted there. */
static int read_streamed(const struct tiff_job *job, const struct tiff_part *part)
{
	struct tiff_handle *handle = job->handle;
	const struct tiff_image *image = &handle->image;
	uint32_t first = part->window.y_off - part->block.window.y_off, decoded = 0;
	struct meter_span span = meter_begin();
	void *row = take(job, image->row_bytes), *scratch = take(job, image->row_bytes);
	struct tiff_cursor *cursor;

	if (!row || !scratch)
		return -1;
	cursor = tiff_cursor_get(handle, &part->block, first, job->err);
	if (!cursor)
		return -1;
	if (cursor->next_row == 0)
		count_start(job, part);
	while (cursor->next_row < first + part->window.y_size) {
		uint32_t y = cursor->next_row;

		if (tiff_cursor_row(image, cursor, &part->block, row, job->err))
			return -1;
		decoded++;
		if (y >= first)
			deliver_decoded(job, part, row, part->block.window.y_off + y, 1, scratch);
	}
	count_decoded(job, part, decoded);
	job->meter->row[METER_DECODE].bytes_out += decoded * image->row_bytes;
	if (cursor->next_row >= part->block.window.y_size &&
	    tiff_cursor_finish(image, cursor, &part->block, job->err))
		return -1;
	meter_lap(job->meter, METER_DECODE, &span);
	return 0;
}

uint64_t tiff_part_bytes(const struct tiff_job *job, const struct tiff_part *part, uint64_t *offset)
{
	const struct tiff_image *image = &job->handle->image;
	const struct raster_info *info = &job->handle->info;
	const struct read_request *request = job->request;
	uint64_t bytes =
		part->block.bytes < image->raw_bytes ? part->block.bytes : image->raw_bytes;
	uint64_t left;

	*offset = part->block.offset;
	if (tiff_block_sparse(&part->block))
		return 0;
	if (uncompressed(info)) {
		*offset += (part->window.y_off - part->block.window.y_off) * image->row_bytes;
		bytes = part->window.y_size * image->row_bytes;
	} else if (streamed(info, request->window.x_size, request->window.y_size,
			    request->n_bands)) {
		return 0;
	}
	left = *offset < image->file_bytes ? image->file_bytes - *offset : 0;
	return bytes < left ? bytes : left;
}

int tiff_part_read(const struct tiff_job *job, const struct tiff_part *part)
{
	const struct raster_info *info = &job->handle->info;
	const struct read_request *request = job->request;
	size_t mark = job->arena->used;
	int rc;

	if (tiff_block_sparse(&part->block)) {
		fill_sparse(job, part);
		return 0;
	}
	job->meter->bytes_needed += window_pixels(&part->window) * part->n_bands * job->size;
	if (uncompressed(info))
		rc = read_uncompressed(job, part);
	else if (streamed(info, request->window.x_size, request->window.y_size, request->n_bands))
		rc = read_streamed(job, part);
	else if (job->handle->image.decoder)
		rc = read_direct(job, part);
	else
		rc = read_whole(job, part);
	arena_rewind(job->arena, mark);
	return rc;
}
