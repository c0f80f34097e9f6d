/*
 * Decodes whole blocks: by a fast path if the codec has one. If it has none, or the fast path
 * fails, the decoder in pieces decides. Knows streams, no files and no images.
 */
#include "decoder.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <tiff.h>
#include <zstd.h>

#include "lzw.h"

enum { PIECE_BYTES = 1 << 18 };

struct decoder {
	uint16_t compression;
	size_t window;
	struct libdeflate_decompressor *deflate;
	ZSTD_DCtx *zstd;
	struct lzw *lzw;
	struct stream *stream; /* made when first wanted */
};

static bool is_deflate(uint16_t compression)
{
	return compression == COMPRESSION_ADOBE_DEFLATE || compression == COMPRESSION_DEFLATE;
}

/*
 * In one go libzstd keeps no window and has other rules about what lies outside of it, so blocks
 * that may be decoded in pieces always are.
 */
struct decoder *decoder_new(uint16_t compression, bool large, size_t window)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	*d = (struct decoder){.compression = compression, .window = window};
	if (is_deflate(compression))
		d->deflate = libdeflate_alloc_decompressor();
	else if (compression == COMPRESSION_LZW)
		d->lzw = lzw_new();
	else if (compression == COMPRESSION_ZSTD && !large)
		d->zstd = ZSTD_createDCtx();
	else
		return d;
	if (d->deflate || d->lzw || d->zstd)
		return d;
	free(d);
	return NULL;
}

void decoder_rest(struct decoder *decoder)
{
	stream_free(decoder->stream);
	decoder->stream = NULL;
}

void decoder_free(struct decoder *decoder)
{
	if (!decoder)
		return;
	libdeflate_free_decompressor(decoder->deflate);
	(void)ZSTD_freeDCtx(decoder->zstd);
	lzw_free(decoder->lzw);
	stream_free(decoder->stream);
	free(decoder);
}

/* --- short cuts: true where the block is good --- */

/*
 * Not by the name that deflate_tail.c takes for libtiff: a stream that is too long goes to
 * in_pieces(), and needs no second try with memory that is in no plan.
 */
static bool inflate_whole(struct decoder *decoder, const struct decode_stream *s)
{
	size_t got = 0;

	return libdeflate_zlib_decompress_ex(decoder->deflate, s->in, s->in_bytes, s->out, s->room,
					     NULL, &got) == LIBDEFLATE_SUCCESS &&
	       got >= s->out_bytes;
}

/* Frame after frame, until the block is full. */
static bool unpack_zstd(struct decoder *decoder, const struct decode_stream *s)
{
	const unsigned char *in = s->in;
	size_t left = s->in_bytes, done = 0;

	while (done < s->out_bytes) {
		size_t frame = ZSTD_findFrameCompressedSize(in, left), got;

		if (ZSTD_isError(frame) || stream_check_frame(in, left, decoder->window))
			return false;
		got = ZSTD_decompressDCtx(decoder->zstd, (unsigned char *)s->out + done,
					  s->room - done, in, frame);
		if (ZSTD_isError(got))
			return false;
		in += frame;
		left -= frame;
		done += got;
	}
	return true;
}

/* --- */

static const char *in_pieces(struct decoder *decoder, const struct decode_stream *s)
{
	struct stream_input input = {.at = s->in, .bytes = s->in_bytes};
	const char *wrong = NULL;

	if (!decoder->stream)
		decoder->stream = stream_new(decoder->compression, decoder->window);
	if (!decoder->stream)
		return "there is no memory to decode it";
	stream_begin(decoder->stream, &input);
	for (size_t done = 0, n; !wrong && done < s->out_bytes; done += n) {
		n = s->out_bytes - done < PIECE_BYTES ? s->out_bytes - done : PIECE_BYTES;
		wrong = stream_read(decoder->stream, (unsigned char *)s->out + done, n);
	}
	return wrong ? wrong : stream_finish(decoder->stream, s->most - s->out_bytes);
}

const char *decoder_run(struct decoder *decoder, const struct decode_stream *s)
{
	if (decoder->lzw && !lzw_is_old_style(s->in, s->in_bytes))
		return lzw_decode(decoder->lzw, s->in, s->in_bytes, s->out, s->out_bytes);
	if ((decoder->deflate && inflate_whole(decoder, s)) ||
	    (decoder->zstd && unpack_zstd(decoder, s)))
		return NULL;
	return in_pieces(decoder, s);
}
