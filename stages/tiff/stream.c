/*
 * Streams in pieces, of any codec: the smaller ones, LZW (lzw_stream.c) and PackBits, and what all
 * have in common.
 */
#include "stream.h"

#include <stdlib.h>
#include <string.h>
#include <tiff.h>

#include "lzw.h"
#include "method.h"

enum { DISCARD_BYTES = 8192 }; /* decoded at once of what nobody wants */

/* --- LZW --- */

static bool lzw_open(struct stream *s)
{
	s->state = lzw_stream_new();
	return s->state != NULL;
}

static void lzw_close(struct stream *s)
{
	lzw_stream_free(s->state);
}

static void lzw_begin(struct stream *s)
{
	lzw_stream_begin(s->state);
}

static const char *lzw_fill(struct stream *s, unsigned char *out, size_t *n)
{
	size_t done = 0;
	const char *wrong = NULL;

	while (!wrong && done < *n) {
		bool more = has_input(s);
		size_t got = *n - done, used = s->input->bytes;

		wrong = lzw_stream_run(s->state, s->input->at, &used, out + done, &got, !more);
		consume(s->input, used);
		done += got;
	}
	return wrong;
}

/* --- PackBits (TIFF 6.0, section 9) --- */

static const char packbits_short[] = "the PackBits data end too early";

struct packbits {
	unsigned run; /* bytes left of a run, */
	bool repeat;  /* that are all `byte`; or else come from the input */
	unsigned char byte;
};

static bool packbits_open(struct stream *s)
{
	s->state = calloc(1, sizeof(struct packbits));
	return s->state != NULL;
}

static void packbits_close(struct stream *s)
{
	free(s->state);
}

static void packbits_begin(struct stream *s)
{
	*(struct packbits *)s->state = (struct packbits){0};
}

static bool next_byte(struct stream *s, unsigned char *byte)
{
	if (!has_input(s))
		return false;
	*byte = *s->input->at;
	consume(s->input, 1);
	return true;
}

/* Runs may go on from one row to the next: writers that did not know better are many. */
static bool next_run(struct stream *s)
{
	struct packbits *p = s->state;
	unsigned char n;

	if (!next_byte(s, &n))
		return false;
	p->repeat = n > 128;
	p->run = n == 128 ? 0 : n > 128 ? 257u - n : n + 1u;
	return !p->repeat || next_byte(s, &p->byte);
}

static const char *packbits_fill(struct stream *s, unsigned char *out, size_t *n)
{
	struct packbits *p = s->state;
	size_t done = 0, part;

	for (; done < *n; done += part) {
		part = 0;
		if (!p->run && !next_run(s))
			return packbits_short;
		part = p->run < *n - done ? p->run : *n - done;
		if (p->repeat) {
			memset(out + done, p->byte, part);
		} else if (part) {
			if (!has_input(s))
				return packbits_short;
			part = part < s->input->bytes ? part : s->input->bytes;
			memcpy(out + done, s->input->at, part);
			consume(s->input, part);
		}
		p->run -= (unsigned)part;
	}
	return NULL;
}

/* --- any --- */

static const struct method by_lzw = {
	.open = lzw_open, .close = lzw_close, .begin = lzw_begin, .fill = lzw_fill};
static const struct method by_packbits = {.open = packbits_open,
					  .close = packbits_close,
					  .begin = packbits_begin,
					  .fill = packbits_fill};

static const struct method *find(uint16_t compression)
{
	switch (compression) {
	case COMPRESSION_ADOBE_DEFLATE:
	case COMPRESSION_DEFLATE:
		return &by_inflate;
	case COMPRESSION_ZSTD:
		return &by_zstd;
	case COMPRESSION_LZMA:
		return &by_xz;
	case COMPRESSION_LZW:
		return &by_lzw;
	case COMPRESSION_PACKBITS:
		return &by_packbits;
	default:
		return NULL;
	}
}

bool stream_takes(uint16_t compression)
{
	return find(compression) != NULL;
}

struct stream *stream_new(uint16_t compression, size_t window)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->method = find(compression);
	s->window = window;
	if (s->method->open(s))
		return s;
	stream_free(s);
	return NULL;
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	stream->method->close(stream);
	free(stream);
}

void stream_begin(struct stream *stream, struct stream_input *input)
{
	stream->input = input;
	stream->dry = stream->ended = false;
	stream->method->begin(stream);
}

/* A stream that is at its end has no more to give; of ZSTD the next frame may. */
static const char *go_on(struct stream *s)
{
	if (!s->ended)
		return NULL;
	return s->method->go_on ? s->method->go_on(s) : s->method->too_short;
}

const char *stream_read(struct stream *stream, void *out, size_t n)
{
	const char *wrong = NULL;
	size_t done = 0, part;

	while (!wrong && done < n) {
		part = n - done;
		wrong = go_on(stream);
		if (!wrong)
			wrong = stream->method->fill(stream, (unsigned char *)out + done, &part);
		done += wrong ? 0 : part;
	}
	return wrong;
}

const char *stream_finish(struct stream *stream, uint64_t most)
{
	unsigned char discarded[DISCARD_BYTES];
	const char *wrong = NULL;
	size_t part;

	while (!wrong && stream->method->has_end && !stream->ended) {
		part = sizeof(discarded);
		wrong = stream->method->fill(stream, discarded, &part);
		if (!wrong && part > most)
			wrong = stream->method->too_long;
		most -= part;
	}
	return wrong;
}
