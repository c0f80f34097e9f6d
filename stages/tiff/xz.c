/*
 * LZMA as TIFF has it, an xz stream, in pieces, by liblzma: each of its blocks is held to the
 * dictionary that was planned.
 */
#include <lzma.h>
#include <stdlib.h>

#include "method.h"

enum { BASE_BYTES = 1 << 18 }; /* of liblzma beside the dictionary: 30 to 60 KiB, and its index */

struct xz {
	lzma_stream lzma;
	lzma_ret begun; /* what came of lzma_stream_decoder() */
};

static const char lzma_short[] = "the LZMA stream ends too early";

static bool lzma_open(struct stream *s)
{
	struct xz *z = calloc(1, sizeof(*z));

	s->state = z;
	if (z)
		z->lzma = (lzma_stream)LZMA_STREAM_INIT;
	return z != NULL;
}

static void lzma_close(struct stream *s)
{
	struct xz *z = s->state;

	if (z)
		lzma_end(&z->lzma);
	free(z);
}

/* Memory is kept from stream to stream. */
static void lzma_begin(struct stream *s)
{
	struct xz *z = s->state;

	z->begun = lzma_stream_decoder(&z->lzma, (uint64_t)s->window + BASE_BYTES, 0);
}

static const char *lzma_words(lzma_ret rc)
{
	switch ((int)rc) {
	case LZMA_OK:
	case LZMA_STREAM_END:
	case LZMA_BUF_ERROR:
		return NULL;
	case LZMA_MEMLIMIT_ERROR:
		return "a later LZMA block needs more memory to decode than was planned by the "
		       "first one";
	case LZMA_MEM_ERROR:
		return stream_no_memory;
	default:
		return "the LZMA stream cannot be decoded, or its checksum is wrong";
	}
}

static const char *lzma_fill(struct stream *s, unsigned char *out, size_t *n)
{
	struct xz *xz = s->state;
	lzma_stream *z = &xz->lzma;
	const char *wrong = lzma_words(xz->begun);

	z->next_out = out;
	z->avail_out = *n;
	while (!wrong && z->avail_out && !s->ended) {
		bool more = has_input(s);
		size_t room = z->avail_out;
		lzma_ret rc;

		z->next_in = s->input->at;
		z->avail_in = s->input->bytes;
		rc = lzma_code(z, LZMA_RUN);
		consume(s->input, s->input->bytes - z->avail_in);
		s->ended = rc == LZMA_STREAM_END;
		wrong = lzma_words(rc);
		if (!wrong && !more && !s->ended && z->avail_out == room)
			wrong = lzma_short;
	}
	*n -= z->avail_out;
	return wrong;
}

const struct method by_xz = {
	.open = lzma_open,
	.close = lzma_close,
	.begin = lzma_begin,
	.fill = lzma_fill,
	.too_short = lzma_short,
	.too_long = "the LZMA stream is longer than the block",
	.has_end = true,
};
