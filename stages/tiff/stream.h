/*
 * Stored streams decoded in pieces: as many bytes as are asked for, from input that comes in
 * pieces, in memory that does not grow with the block. Knows streams, no files and no images.
 * Private to the TIFF reader.
 *
 * This is the judge of what a good block is (decoder.h): what it takes and refuses does not
 * depend on how input and output are cut.
 */
#ifndef IMGPIPE_TIFF_STREAM_H
#define IMGPIPE_TIFF_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Stored bytes on their way to the decoder. */
struct stream_input {
	const unsigned char *at;
	size_t bytes; /* at hand */
	/*
	 * Put the next bytes at hand; none: the input is at its end. false where they cannot be
	 * had: then the stream is given up, and the one who wrote refill() knows why. NULL: all
	 * there is is at hand.
	 */
	bool (*refill)(struct stream_input *input);
	void *user;
};

struct stream;

/* Is this codec decoded here? */
bool stream_takes(uint16_t compression);

/*
 * For one stream after another of one codec. `window`: memory that a ZSTD frame or an xz block may
 * ask for; one that wants more is refused. NULL without memory.
 */
struct stream *stream_new(uint16_t compression, size_t window);
void stream_free(struct stream *stream); /* NULL is allowed */

/* Begin at the head of a stream. `input` belongs to the caller and stays where it is. */
void stream_begin(struct stream *stream, struct stream_input *input);

/* The next n bytes; NULL, or what is wrong, in words. */
const char *stream_read(struct stream *stream, void *out, size_t n);

/*
 * Nothing more is wanted: what the stream still has must be in order to its end, and at most `most`
 * bytes long. LZW and PackBits have no such end: of them nothing more is looked at.
 */
const char *stream_finish(struct stream *stream, uint64_t most);

/* Is this the head of a ZSTD frame that is taken? Words where it is not. */
const char *stream_check_frame(const unsigned char *head, size_t n, size_t window);

#endif
