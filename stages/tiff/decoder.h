/*
 * Decoding of stored blocks without libtiff. Two ways lead to the same bytes and the same words: a
 * block in pieces, row by row (stream.h), and a whole block in one call, by short cuts where
 * there are some: DEFLATE by libdeflate, ZSTD in one go, LZW by lzw_decode(). Private to the TIFF
 * reader.
 *
 * What a good block is, however, wherever and with whatever memory it is decoded:
 *   - it gives the rows that lie in the image. The rest, which pads the last strip and the last row
 *     of tiles, need not be there: some writers end their streams with the image's last row.
 *   - DEFLATE, ZSTD, LZMA: the stream is in order to its end, padding included; its checksum, where
 *     it has one, is right. (Of ZSTD, whose streams are several frames: to the end of the frame
 *     that gives the last byte of the image.) It may be longer than the block, as where a strip
 *     goes on behind the image, but not by more than decode_most() allows.
 *   - LZW, PackBits: nothing behind the last byte of the image is looked at. They have no checksum,
 *     and no end that every writer sets.
 *   - what is stored behind the end of the stream is not looked at.
 * For the codecs that libtiff decodes (JPEG, LERC, WebP), libtiff's word counts; a warning that
 * means damaged pixels is damage.
 *
 * libdeflate takes code lengths of DEFLATE that RFC 1951 does not allow and zlib refuses. Such a
 * stream is good when it is decoded whole and damaged when it is decoded in pieces; its bytes,
 * where it gives any, are the same. No encoder and no fallen bit makes one.
 */
#ifndef IMGPIPE_TIFF_DECODER_H
#define IMGPIPE_TIFF_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stream.h"

/* One block's stream. */
struct decode_stream {
	const void *in;
	size_t in_bytes; /* junk behind the stream is allowed */
	void *out;
	size_t out_bytes; /* that lie in the image */
	size_t room;      /* of `out`: the block's padding fits as well, or is decoded to nowhere */
	uint64_t most;    /* decode_most() of the block */
};

/*
 * What a stream may give at most: its block twice, so that a hostile file cannot make one block
 * take the time of thousands, or a MiB more where blocks are small.
 */
static inline uint64_t decode_most(size_t block_bytes)
{
	uint64_t more = block_bytes > 1 << 20 ? block_bytes : 1 << 20;

	return block_bytes > UINT64_MAX - more ? UINT64_MAX : block_bytes + more;
}

struct decoder;

/*
 * One decoder belongs to one handle. `large`: blocks of this file may be decoded in pieces as well.
 * `window`: as of stream_new(). NULL without memory.
 */
struct decoder *decoder_new(uint16_t compression, bool large, size_t window);
void decoder_free(struct decoder *decoder); /* NULL is allowed */
/* Give back the window, until it is needed again: of ZSTD and LZMA it can be large. */
void decoder_rest(struct decoder *decoder);

/* Decode a stream; NULL, or what is wrong, in words. */
const char *decoder_run(struct decoder *decoder, const struct decode_stream *stream);

#endif
