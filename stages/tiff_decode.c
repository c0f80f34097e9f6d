/*
 * The codecs called directly. Knows streams, no files and no images.
 */
#include "tiff_decode.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <tiff.h>
#include <zstd.h>

#include "lzw.h"

struct decoder {
	struct libdeflate_decompressor *deflate;
	ZSTD_DCtx *zstd;
	struct lzw *lzw;
};

static bool is_deflate(uint16_t compression)
{
	return compression == COMPRESSION_ADOBE_DEFLATE || compression == COMPRESSION_DEFLATE;
}

bool decoder_takes(uint16_t compression)
{
	return is_deflate(compression) || compression == COMPRESSION_ZSTD ||
	       compression == COMPRESSION_LZW;
}

struct decoder *decoder_new(uint16_t compression)
{
	struct decoder *decoder = calloc(1, sizeof(*decoder));

	if (!decoder)
		return NULL;
	if (is_deflate(compression))
		decoder->deflate = libdeflate_alloc_decompressor();
	else if (compression == COMPRESSION_LZW)
		decoder->lzw = lzw_new();
	else
		decoder->zstd = ZSTD_createDCtx();
	if (decoder->deflate || decoder->lzw || decoder->zstd)
		return decoder;
	free(decoder);
	return NULL;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	libdeflate_free_decompressor(decoder->deflate);
	(void)ZSTD_freeDCtx(decoder->zstd);
	lzw_free(decoder->lzw);
	free(decoder);
}

/*
 * A stream that goes on behind the block's end is no longer checked by its checksum, so it is
 * damage: bits that fell over make such streams as easily as short ones.
 */
static const char *inflate_one(struct decoder *decoder, const struct decode_stream *s)
{
	size_t got = 0;

	switch (libdeflate_zlib_decompress(decoder->deflate, s->in, s->in_bytes, s->out, s->room,
					   &got)) {
	case LIBDEFLATE_SUCCESS:
		return got >= s->out_bytes ? NULL : "the DEFLATE stream ends too early";
	case LIBDEFLATE_INSUFFICIENT_SPACE:
		return "the DEFLATE stream is longer than the block";
	case LIBDEFLATE_BAD_DATA:
	case LIBDEFLATE_SHORT_OUTPUT:
		break;
	}
	return "the DEFLATE stream cannot be decoded, or its checksum is wrong";
}

/* Frame after frame, until the block is full. */
static const char *unpack_zstd(struct decoder *decoder, const struct decode_stream *s)
{
	const unsigned char *in = s->in;
	size_t left = s->in_bytes, done = 0;

	while (done < s->out_bytes) {
		size_t frame = ZSTD_findFrameCompressedSize(in, left), got;

		if (ZSTD_isError(frame))
			return "the ZSTD stream ends too early or is none";
		got = ZSTD_decompressDCtx(decoder->zstd, (unsigned char *)s->out + done,
					  s->room - done, in, frame);
		if (ZSTD_isError(got))
			return "the ZSTD stream cannot be decoded, or is longer than the block";
		in += frame;
		left -= frame;
		done += got;
	}
	return NULL;
}

static const char *decode_one(struct decoder *decoder, struct decode_stream *s)
{
	s->foreign = decoder->lzw && lzw_is_old_style(s->in, s->in_bytes);
	if (s->foreign)
		return NULL;
	if (decoder->lzw)
		return lzw_decode(decoder->lzw, s->in, s->in_bytes, s->out, s->out_bytes);
	return decoder->deflate ? inflate_one(decoder, s) : unpack_zstd(decoder, s);
}

void decoder_run(struct decoder *decoder, struct decode_stream *stream, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		stream[i].wrong = decode_one(decoder, &stream[i]);
}
