/*
 * What the decoders in pieces share: the state of a stream, its input, and what each of them is.
 * One of them a file: inflate.c, zstd.c, xz.c; the smaller ones in stream.c.
 */
#ifndef IMGPIPE_TIFF_METHOD_H
#define IMGPIPE_TIFF_METHOD_H

#include "stream.h"

struct stream {
	const struct method *method;
	struct stream_input *input;
	size_t window;
	bool dry;    /* the input is at its end */
	bool ended;  /* DEFLATE, LZMA: so is the stream; ZSTD: so is the frame */
	void *state; /* of the method */
};

struct method {
	bool (*open)(struct stream *s); /* make the state; close() is called either way */
	void (*close)(struct stream *s);
	/* Be at the head of a stream. */
	void (*begin)(struct stream *s);
	/* `ended`, and more is wanted. NULL: then the stream is too short. */
	const char *(*go_on)(struct stream *s);
	/*
	 * Up to *n bytes of output; *n: how many it was. Fewer only at `ended` (DEFLATE, LZMA,
	 * ZSTD); words where the stream is wrong or the input too short.
	 */
	const char *(*fill)(struct stream *s, unsigned char *out, size_t *n);
	const char *too_short, *too_long;
	bool has_end;
};

extern const struct method by_inflate, by_zstd, by_xz;

static const char stream_no_memory[] = "there is no memory to decode it";

/* Are there bytes at hand, after a look for more? */
static inline bool has_input(struct stream *s)
{
	struct stream_input *input = s->input;

	while (!input->bytes && !s->dry)
		s->dry = !input->refill || !input->refill(input) || !input->bytes;
	return input->bytes > 0;
}

static inline void consume(struct stream_input *input, size_t n)
{
	input->at += n;
	input->bytes -= n;
}

#endif
