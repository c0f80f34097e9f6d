/*
 * Stored blocks fetched and decoded as a whole, by the image's decoder or by libtiff. Whatever
 * cannot be decoded is an error that names the block: damaged data never become zeros.
 */
#include "fetch.h"

#include <errno.h>

#include "activity.h"
#include "claims.h"
#include "codec.h"
#include "io.h"
#include "predictor.h"
#include "samples.h"

/* libtiff refuses predictors that do not go with the samples; so it gets those files. */
bool tiff_direct_takes(const struct tiff_image *image)
{
	bool little_endian = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;
	bool shuffled = image->predictor == PREDICTOR_FLOATINGPOINT;

	return stream_takes(image->compression) && image->bits % 8 == 0 &&
	       predictor_takes(image->predictor, image->bits / 8) &&
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

static int fetch(struct tiff_image *image, const struct tiff_block *block, void *raw, size_t size,
		 struct error *err)
{
	ssize_t n = tiff_pread(image, raw, size, block->offset);

	if (n < 0 || (size_t)n < size)
		return tiff_block_unread(image, block, err, n < 0 ? errno : 0);
	if (image->decoder && image->fill_order == FILLORDER_LSB2MSB)
		tiff_reverse_bits(raw, size);
	return 0;
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
	if (image->libtiff->TIFFReadFromUserBuffer(image->tif, block->strile, raw, (tmsize_t)size,
						   out, (tmsize_t)needed) &&
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
	const char *wrong;

	if (!image->decoder)
		return unpack(image, block, raw, size, out, err);
	wrong = decoder_run(image->decoder, &stream);
	return wrong ? tiff_block_undecodable(image, block, err, wrong) : 0;
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
