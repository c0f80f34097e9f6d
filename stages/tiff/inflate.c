/*
 * DEFLATE in pieces, by zlib.
 */
#include <stdlib.h>
#include <zlib.h>

#include "method.h"

static const char deflate_short[] = "the DEFLATE stream ends too early";

static bool deflate_open(struct stream *s)
{
	s->state = calloc(1, sizeof(z_stream));
	return s->state && inflateInit((z_stream *)s->state) == Z_OK;
}

static void deflate_close(struct stream *s)
{
	if (s->state)
		(void)inflateEnd(s->state);
	free(s->state);
}

static void deflate_begin(struct stream *s)
{
	(void)inflateReset(s->state);
}

static unsigned at_once(size_t n)
{
	return n < UINT32_MAX / 2 ? (unsigned)n : UINT32_MAX / 2;
}

static const char *deflate_fill(struct stream *s, unsigned char *out, size_t *n)
{
	z_stream *z = s->state;
	size_t done = 0;

	while (done < *n && !s->ended) {
		bool more = has_input(s);
		unsigned in = at_once(s->input->bytes), room = at_once(*n - done);
		int rc;

		z->next_in = (unsigned char *)(uintptr_t)s->input->at;
		z->avail_in = in;
		z->next_out = out + done;
		z->avail_out = room;
		rc = inflate(z, Z_NO_FLUSH);
		consume(s->input, in - z->avail_in);
		done += room - z->avail_out;
		s->ended = rc == Z_STREAM_END;
		if (rc == Z_BUF_ERROR && !more)
			return deflate_short;
		if (rc == Z_MEM_ERROR)
			return stream_no_memory;
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return "the DEFLATE stream cannot be decoded, or its checksum is wrong";
	}
	*n = done;
	return NULL;
}

const struct method by_inflate = {
	.open = deflate_open,
	.close = deflate_close,
	.begin = deflate_begin,
	.fill = deflate_fill,
	.too_short = deflate_short,
	.too_long = "the DEFLATE stream is longer than the block",
	.has_end = true,
};
