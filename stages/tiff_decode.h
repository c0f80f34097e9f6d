/*
 * Decoding of stored blocks without libtiff: DEFLATE by libdeflate, ZSTD by libzstd, LZW by our
 * own decoder (lzw.h), each a whole block in one call. Streams are handed over a few at a time, so
 * that a decoder that works on several at once can take this one's place; how many it likes is
 * planned for. Private to the TIFF reader.
 */
#ifndef IMGPIPE_TIFF_DECODE_H
#define IMGPIPE_TIFF_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DECODE_BATCH = 1 }; /* streams decoded side by side, at most: all of these take one */

/* One block's stream, and what became of it. */
struct decode_stream {
	const void *in;
	size_t in_bytes; /* junk behind the stream is allowed */
	void *out;
	size_t out_bytes;  /* that the block has */
	size_t room;       /* out_bytes, or more: last strips may go on behind the image */
	const char *wrong; /* set: NULL, or what is wrong, in words */
	bool foreign;      /* set: of an old form that only libtiff knows; nothing was decoded */
};

struct decoder;

/* Is this codec decoded here? */
bool decoder_takes(uint16_t compression);

/* One decoder belongs to one handle. NULL without memory. */
struct decoder *decoder_new(uint16_t compression);
void decoder_free(struct decoder *decoder); /* NULL is allowed */

/*
 * Decode n <= DECODE_BATCH streams. A stream has to give out_bytes at least and to end within
 * room, and its checksum, where it has one, has to be right.
 */
void decoder_run(struct decoder *decoder, struct decode_stream *stream, unsigned n);

#endif
