/*
 * Stored blocks (tiles and strips) of one image: found, fetched and decoded as a whole. Whatever
 * cannot be found or decoded is an error that names the block: damaged data never become zeros.
 */
#include "tiff.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "activity.h"
#include "window.h"

int tiff_block_error(const struct tiff_image *image, const struct tiff_block *block,
		     struct error *err, int code, const char *text)
{
	char band[24] = "";

	if (image->planar)
		(void)snprintf(band, sizeof(band), ", band %u", block->plane + 1u);
	if (!image->tiled)
		return error_set(err, code, "%s: strip %u (row %u%s): %s", image->path,
				 block->strile, block->window.y_off, band, text);
	return error_set(err, code, "%s: tile %u (column %u, row %u%s): %s", image->path,
			 block->strile, block->column, block->row, band, text);
}

int tiff_block_damaged(const struct tiff_image *image, const struct tiff_block *block,
		       struct error *err, const char *text)
{
	char whole[400];

	(void)snprintf(whole, sizeof(whole), "%s; the file is damaged, fetch it again", text);
	return tiff_block_error(image, block, err, EX_DATAERR, whole);
}

/* Offset and size from the file's arrays, each checked to have an entry for this block. */
static int look_up(struct tiff_image *image, struct tiff_block *block, struct error *err)
{
	int no_offset = 0, no_bytes = 0;

	tiff_log_clear(&image->log);
	if (block->strile >= image->ifd.n_offsets ||
	    (image->ifd.has_counts && block->strile >= image->ifd.n_counts))
		return tiff_block_damaged(image, block, err, "the header has no entry for it");
	if (image->own_places) {
		no_offset = tiff_places_get(image, &image->offsets, block->strile, &block->offset);
		no_bytes = tiff_places_get(image, &image->counts, block->strile, &block->bytes);
		if (image->counts_wrong)
			block->bytes = image->row_bytes * block->y_size;
	} else {
		block->offset = TIFFGetStrileOffsetWithErr(image->tif, block->strile, &no_offset);
		block->bytes = TIFFGetStrileByteCountWithErr(image->tif, block->strile, &no_bytes);
	}
	if (image->io_errno)
		return tiff_io_error(image, err);
	if (no_offset || no_bytes)
		return tiff_block_damaged(image, block, err,
					  "its place in the file cannot be read");
	return 0;
}

static int check_place(const struct tiff_image *image, const struct tiff_block *block,
		       struct error *err)
{
	char text[160];

	if (!block->bytes && !block->offset)
		return 0; /* sparse: never written */
	if (!block->bytes)
		return tiff_block_damaged(image, block, err,
					  "0 bytes are stored where data should be");
	if (block->offset < 8)
		return tiff_block_damaged(image, block, err,
					  "it is said to lie in the file's header");
	if (block->offset < image->file_bytes)
		return 0;
	(void)snprintf(text, sizeof(text), "it starts at byte %llu, the file ends at byte %llu",
		       (unsigned long long)block->offset, (unsigned long long)image->file_bytes);
	return tiff_block_damaged(image, block, err, text);
}

int tiff_block_find(struct tiff_image *image, uint32_t column, uint32_t row, uint16_t plane,
		    struct tiff_block *block, struct error *err)
{
	uint32_t x_off = column * image->block_x_size, y_off = row * image->block_y_size;
	uint32_t x_left = image->x_size - x_off, y_left = image->y_size - y_off;

	*block = (struct tiff_block){
		.column = column,
		.row = row,
		.plane = plane,
		.strile = (plane * image->down + row) * image->across + column,
		.window = {x_off, y_off,
			   x_left < image->block_x_size ? x_left : image->block_x_size,
			   y_left < image->block_y_size ? y_left : image->block_y_size},
	};
	block->y_size = image->tiled ? image->block_y_size : block->window.y_size;
	return look_up(image, block, err) ? -1 : check_place(image, block, err);
}

int tiff_block_unread(const struct tiff_image *image, const struct tiff_block *block,
		      struct error *err, int errno_value)
{
	char text[200], buffer[128];

	if (!errno_value)
		return tiff_block_damaged(image, block, err,
					  "the file became shorter while it was read");
	(void)snprintf(text, sizeof(text), "cannot be read: %s",
		       strerror_r(errno_value, buffer, sizeof(buffer)));
	return tiff_block_error(image, block, err, EX_IOERR, text);
}

static int fetch(struct tiff_image *image, const struct tiff_block *block, void *raw, size_t size,
		 struct error *err)
{
	ssize_t n = tiff_pread(image->fd, raw, size, block->offset);

	if (n < 0 || (size_t)n < size)
		return tiff_block_unread(image, block, err, n < 0 ? errno : 0);
	if (image->decoder && image->fill_order == FILLORDER_LSB2MSB)
		TIFFReverseBits(raw, (tmsize_t)size);
	return 0;
}

int tiff_block_undecodable(const struct tiff_image *image, const struct tiff_block *block,
			   struct error *err, const char *words)
{
	uint64_t end;
	char text[300];

	if (strstr(words, "nsupported")) {
		(void)snprintf(text, sizeof(text), "%s; convert the file with another program",
			       words);
		return tiff_block_error(image, block, err, EX_DATAERR, text);
	}
	if (strstr(words, "memory"))
		return tiff_block_error(image, block, err, EX_TEMPFAIL, words);
	if (!__builtin_add_overflow(block->offset, block->bytes, &end) && end <= image->file_bytes)
		return tiff_block_damaged(image, block, err, words);
	(void)snprintf(text, sizeof(text),
		       "%s: the block has %llu bytes from byte %llu on, the file ends at byte %llu",
		       words, (unsigned long long)block->bytes, (unsigned long long)block->offset,
		       (unsigned long long)image->file_bytes);
	return tiff_block_damaged(image, block, err, text);
}

/*
 * Junk behind the stream, within the block's byte count, is allowed: so the count is cut to what a
 * block can need and to the file's end; a stream that is really cut then fails in the decoder.
 */
int tiff_block_fetch(struct tiff_image *image, const struct tiff_block *block, void *raw,
		     size_t *bytes, struct meter *meter, struct error *err)
{
	size_t size = (size_t)tiff_block_stored(image, block);
	struct meter_row *row = &meter->row[METER_FETCH];
	struct meter_span span;
	int status;

	activity_fetch();
	span = meter_begin();
	status = fetch(image, block, raw, size, err);
	if (!status) {
		meter_lap(meter, METER_FETCH, &span);
		row->tiles++;
		row->bytes_in += size;
		row->bytes_out += size;
	}
	activity_fetch_end(NULL);
	if (status)
		return -1;
	*bytes = size;
	if (tiff_claims_check(image, block, raw, size, err))
		return -1;
	return tiff_codec_check(image, block, raw, size, err);
}

/* What libtiff has warned of: are pixels of the image damaged, or missing? */
static bool is_damage(const struct tiff_log *log, const struct tiff_block *block)
{
	return log->corrupt || log->jpeg_x != log->want_x ||
	       (log->jpeg_y != log->want_y && log->jpeg_y < block->window.y_size);
}

static int unpack(struct tiff_image *image, const struct tiff_block *block, void *raw, size_t size,
		  void *out, struct error *err)
{
	size_t needed = tiff_block_needed(image, block);

	tiff_log_clear(&image->log);
	if (TIFFReadFromUserBuffer(image->tif, block->strile, raw, (tmsize_t)size, out,
				   (tmsize_t)needed) &&
	    !is_damage(&image->log, block))
		return 0;
	return tiff_block_undecodable(image, block, err,
				      image->log.text[0] ? image->log.text : "cannot be decoded");
}

static int decode(struct tiff_image *image, const struct tiff_block *block, void *raw, size_t size,
		  void *out, struct error *err)
{
	struct decode_stream stream = {
		.in = raw,
		.in_bytes = size,
		.out = out,
		.out_bytes = tiff_block_needed(image, block),
		.room = image->block_bytes,
		.most = decode_most(image->block_bytes),
	};

	if (!image->decoder)
		return unpack(image, block, raw, size, out, err);
	decoder_run(image->decoder, &stream, 1);
	return stream.wrong ? tiff_block_undecodable(image, block, err, stream.wrong) : 0;
}

int tiff_block_decode(struct tiff_image *image, const struct tiff_block *block, void *raw,
		      void *out, struct meter *meter, struct error *err)
{
	struct meter_row *row = &meter->row[METER_DECODE];
	struct meter_span span;
	size_t size;
	int rc;

	if (tiff_block_fetch(image, block, raw, &size, meter, err))
		return -1;
	span = meter_begin();
	rc = decode(image, block, raw, size, out, err);
	meter_lap(meter, METER_DECODE, &span);
	row->tiles++;
	row->bytes_in += size;
	row->bytes_out += tiff_block_needed(image, block);
	return rc;
}
