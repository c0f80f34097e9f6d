/*
 * Whole blocks decoded without libtiff: fetched, handed to the decoder a few at a time, and taken
 * apart into planes while byte order and predictor are undone. What libtiff alone decodes goes
 * another way (tiff_ways.c).
 */
#include "tiff.h"
#include "predictor.h"

#include "window.h"

/* libtiff refuses predictors that do not go with the samples; so it gets those files. */
bool tiff_direct_takes(const struct tiff_image *image)
{
	bool little_endian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	bool shuffled = image->predictor == PREDICTOR_FLOATINGPOINT;

	return stream_takes(image->compression) && image->bits % 8 == 0 &&
	       undo_takes(image->predictor, image->bits / 8) &&
	       (!shuffled || (image->format == SAMPLEFORMAT_IEEEFP && little_endian));
}

int tiff_direct_open(struct tiff_image *image, struct error *err)
{
	size_t window = size_add(image->window_bytes, TIFF_WINDOW_MARGIN);

	image->decoder =
		decoder_new(image->compression,
			    tiff_direct_large(image->block_bytes, image->raw_bytes), window);
	return image->decoder ? 0 : error_memory(err, "a decoder", window);
}

/* Each block stored and decoded, and a row for predictor 3. */
size_t tiff_direct_scratch(const struct raster_info *info)
{
	size_t one = size_add(arena_cost(info->block_bytes), arena_cost(info->raw_bytes));
	size_t row = arena_cost(info->block_bytes / info->block_y_size);

	return size_add(size_mul(one, DECODE_BATCH), row);
}

/*
 * Straight into the plane, where that has the very rows of the block. A last strip that is cut may
 * hold more rows than the image; those need room.
 */
static bool into_plane(const struct tiff_job *job, const struct tiff_part *part)
{
	return tiff_same_rows(job, part) && part->window.y_size == part->block.y_size &&
	       part->block.y_size == job->handle->image.block_y_size;
}

int tiff_direct_add(const struct tiff_job *job, const struct tiff_part *part)
{
	struct tiff_image *image = &job->handle->image;
	struct tiff_batch *batch = job->batch;
	unsigned i = batch->n;

	if (i == 0) {
		batch->mark = job->arena->used;
		tiff_cursors_close(job->handle);
	}
	batch->part[i] = *part;
	batch->raw[i] = tiff_take(job, image->raw_bytes);
	batch->rows[i] = into_plane(job, part) ? tiff_place(job, part->first, part->window.x_off,
							    part->window.y_off)
					       : tiff_take(job, image->block_bytes);
	if (!batch->raw[i] || !batch->rows[i])
		return -1;
	if (tiff_block_fetch(image, &part->block, batch->raw[i], &batch->raw_bytes[i], job->meter,
			     job->err))
		return -1;
	batch->n++;
	return batch->n == DECODE_BATCH ? tiff_direct_flush(job) : 0;
}

void tiff_deliver(const struct tiff_job *job, const struct tiff_part *part, unsigned char *rows,
		  uint32_t y, uint32_t n, void *scratch)
{
	const struct tiff_image *image = &job->handle->image;
	struct undo_row undo = {.x_size = image->block_x_size,
				.x_off = part->window.x_off - part->block.window.x_off,
				.n = part->window.x_size,
				.samples = image->block_samples,
				.n_bands = part->n_bands};
	/* Predictor 3 has its own order of bytes. */
	bool swapped = image->swapped && image->predictor != PREDICTOR_FLOATINGPOINT;

	for (unsigned b = 0; b < part->n_bands; b++)
		undo.band[b] =
			image->planar ? 0 : (uint16_t)(job->request->band[part->first + b] - 1);
	for (uint32_t end = y + n; y < end; y++, rows += image->row_bytes) {
		if (swapped)
			tiff_swap_samples(rows, image->row_bytes, image->bits);
		undo.row = rows;
		for (unsigned b = 0; b < part->n_bands; b++)
			undo.to[b] = tiff_place(job, part->first + b, part->window.x_off, y);
		undo_row(&undo, image->predictor, job->size, scratch);
	}
}

static int finish_block(const struct tiff_job *job, unsigned i, const struct decode_stream *stream)
{
	struct tiff_image *image = &job->handle->image;
	const struct tiff_part *part = &job->batch->part[i];
	struct meter_row *row = &job->meter->row[METER_DECODE];
	bool shuffled = image->predictor == PREDICTOR_FLOATINGPOINT;
	void *scratch = shuffled ? tiff_take(job, image->row_bytes) : NULL;
	uint32_t skip = part->window.y_off - part->block.window.y_off;

	row->tiles++;
	row->bytes_in += job->batch->raw_bytes[i];
	row->bytes_out += image->row_bytes * part->block.y_size;
	if (stream->wrong)
		return tiff_block_undecodable(image, &part->block, job->err, stream->wrong);
	if (shuffled && !scratch)
		return -1;
	tiff_count_decoded(job, part, part->block.window.y_size);
	tiff_deliver(job, part, (unsigned char *)job->batch->rows[i] + skip * image->row_bytes,
		     part->window.y_off, part->window.y_size, scratch);
	return 0;
}

int tiff_direct_flush(const struct tiff_job *job)
{
	const struct tiff_image *image = &job->handle->image;
	struct tiff_batch *batch = job->batch;
	struct decode_stream stream[DECODE_BATCH];
	struct meter_span span = meter_begin();
	unsigned n = batch->n;

	if (!n)
		return 0;
	for (unsigned i = 0; i < n; i++) {
		const struct tiff_part *part = &batch->part[i];
		size_t needed = tiff_block_needed(image, &part->block);

		stream[i] = (struct decode_stream){
			.in = batch->raw[i],
			.in_bytes = batch->raw_bytes[i],
			.out = batch->rows[i],
			.out_bytes = needed,
			.room = into_plane(job, part) ? needed : image->block_bytes,
			.most = decode_most(image->block_bytes),
		};
	}
	decoder_run(image->decoder, stream, n);
	for (unsigned i = 0; i < n; i++) {
		size_t mark = job->arena->used;

		if (finish_block(job, i, &stream[i]))
			return -1;
		arena_rewind(job->arena, mark);
	}
	meter_lap(job->meter, METER_DECODE, &span);
	batch->n = 0;
	arena_rewind(job->arena, batch->mark);
	return 0;
}
