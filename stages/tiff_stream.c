/*
 * DEFLATE by zlib, ZSTD by libzstd, LZMA by liblzma, LZW by lzw_stream.c, and PackBits here: five
 * ways to fill a piece of output, and one to follow a stream to its end.
 */
#include "tiff_stream.h"

#include <lzma.h>
#include <stdlib.h>
#include <string.h>
#include <tiff.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "lzw.h"

enum {
	ZSTD_HEAD = 18,       /* the longest frame header (RFC 8878, 3.1.1.1) */
	DISCARD_BYTES = 8192, /* decoded at once of what nobody wants */
	LZMA_BASE = 1 << 18,  /* of liblzma beside the dictionary: 30 to 60 KiB, and its index */
};

struct stream {
	const struct method *method;
	struct stream_input *input;
	size_t window;
	bool dry;   /* the input is at its end */
	bool ended; /* DEFLATE, LZMA: so is the stream; ZSTD: so is the frame */
	z_stream deflate;
	ZSTD_DCtx *zstd;
	unsigned char head[ZSTD_HEAD]; /* of a frame: looked at before libzstd gets it */
	size_t head_at, head_bytes;
	lzma_stream lzma;
	lzma_ret lzma_begun; /* what came of it */
	struct lzw_stream *lzw;
	unsigned run; /* PackBits: bytes left of a run, */
	bool repeat;  /* that are all `byte`; or else come from the input */
	unsigned char byte;
};

struct method {
	bool (*open)(struct stream *s);
	void (*close)(struct stream *s);
	void (*begin)(struct stream *s);
	/*
	 * Up to *n bytes of output; *n: how many it was. Fewer only at `ended` (DEFLATE, LZMA,
	 * ZSTD); words where the stream is wrong or the input too short.
	 */
	const char *(*fill)(struct stream *s, unsigned char *out, size_t *n);
	const char *too_short, *too_long;
	bool has_end;
};

static const char no_memory[] = "there is no memory to decode it";

/* Are there bytes at hand, after a look for more? */
static bool has_input(struct stream *s)
{
	struct stream_input *input = s->input;

	while (!input->bytes && !s->dry)
		s->dry = !input->refill || !input->refill(input) || !input->bytes;
	return input->bytes > 0;
}

static void consume(struct stream_input *input, size_t n)
{
	input->at += n;
	input->bytes -= n;
}

/* --- DEFLATE --- */

static const char deflate_short[] = "the DEFLATE stream ends too early";

static bool deflate_open(struct stream *s)
{
	return inflateInit(&s->deflate) == Z_OK;
}

static void deflate_close(struct stream *s)
{
	(void)inflateEnd(&s->deflate);
}

static void deflate_begin(struct stream *s)
{
	(void)inflateReset(&s->deflate);
}

static unsigned at_once(size_t n)
{
	return n < UINT32_MAX / 2 ? (unsigned)n : UINT32_MAX / 2;
}

static const char *deflate_fill(struct stream *s, unsigned char *out, size_t *n)
{
	z_stream *z = &s->deflate;
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
			return no_memory;
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return "the DEFLATE stream cannot be decoded, or its checksum is wrong";
	}
	*n = done;
	return NULL;
}

/* --- ZSTD --- */

static const char zstd_short[] = "the ZSTD stream ends too early or is none";
static const char zstd_bad[] = "the ZSTD stream cannot be decoded, or its checksum is wrong";

static const char *zstd_words(size_t rc)
{
	return ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation ? no_memory : zstd_bad;
}

static bool zstd_open(struct stream *s)
{
	s->zstd = ZSTD_createDCtx();
	/* Frames are held to the window that was planned; libzstd's own limit shall not decide. */
	return s->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(s->zstd, ZSTD_d_windowLogMax, 31));
}

static void zstd_close(struct stream *s)
{
	(void)ZSTD_freeDCtx(s->zstd);
}

static void zstd_begin(struct stream *s)
{
	(void)ZSTD_DCtx_reset(s->zstd, ZSTD_reset_session_only);
	s->head_at = s->head_bytes = 0;
	s->ended = true; /* no frame has begun */
}

/* Window that a frame needs, from its header (RFC 8878, 3.1.1.1). */
static uint64_t frame_window(const unsigned char head[ZSTD_HEAD])
{
	static const unsigned char size_bytes[4] = {1, 2, 4, 8}, id_bytes[4] = {0, 1, 2, 4};
	unsigned flag = head[4] >> 6;
	uint64_t size = 0;

	if (!(head[4] & 0x20)) {
		uint64_t base = (uint64_t)1 << (10 + (head[5] >> 3));

		return base + base / 8 * (head[5] & 7);
	}
	for (unsigned i = 0; i < size_bytes[flag]; i++)
		size |= (uint64_t)head[5 + id_bytes[head[4] & 3] + i] << 8 * i;
	return flag == 1 ? size + 256 : size;
}

const char *stream_check_frame(const unsigned char *stored, size_t n, size_t window)
{
	unsigned char head[ZSTD_HEAD] = {0};

	memcpy(head, stored, n < ZSTD_HEAD ? n : ZSTD_HEAD);
	if (n >= 4 && (head[0] & 0xf0) == 0x50 && memcmp(head + 1, "\x2a\x4d\x18", 3) == 0)
		return NULL; /* to be skipped */
	if (n < 5 || memcmp(head, "\x28\xb5\x2f\xfd", 4) != 0)
		return zstd_short;
	if (frame_window(head) <= window)
		return NULL;
	return "a later ZSTD frame needs more memory to decode than was planned by the first one";
}

/*
 * libzstd gets a frame's head first, and no room for output: given whole frames and enough room it
 * would decode them in one go, by other rules about what lies outside the window.
 */
static const char *begin_frame(struct stream *s)
{
	ZSTD_inBuffer in;
	ZSTD_outBuffer nothing = {s->head, 0, 0};
	const char *wrong;
	size_t rc;

	s->head_bytes -= s->head_at;
	memmove(s->head, s->head + s->head_at, s->head_bytes);
	while (s->head_bytes < ZSTD_HEAD && has_input(s)) {
		s->head[s->head_bytes++] = *s->input->at;
		consume(s->input, 1);
	}
	s->head_at = 0;
	wrong = stream_check_frame(s->head, s->head_bytes, s->window);
	if (wrong)
		return wrong;
	in = (ZSTD_inBuffer){s->head, s->head_bytes, 0};
	rc = ZSTD_decompressStream(s->zstd, &nothing, &in);
	s->head_at = in.pos;
	s->ended = rc == 0;
	return ZSTD_isError(rc) ? zstd_words(rc) : NULL;
}

static const char *zstd_step(struct stream *s, ZSTD_outBuffer *out)
{
	bool from_head = s->head_at < s->head_bytes, more = from_head || has_input(s);
	ZSTD_inBuffer in = {s->input->at, s->input->bytes, 0};
	size_t before = out->pos, rc;

	if (from_head)
		in = (ZSTD_inBuffer){s->head + s->head_at, s->head_bytes - s->head_at, 0};
	rc = ZSTD_decompressStream(s->zstd, out, &in);
	if (ZSTD_isError(rc))
		return zstd_words(rc);
	if (from_head)
		s->head_at += in.pos;
	else
		consume(s->input, in.pos);
	s->ended = rc == 0;
	return !s->ended && !more && out->pos == before ? zstd_short : NULL;
}

/* To the end of a frame, or into it. */
static const char *zstd_fill(struct stream *s, unsigned char *out, size_t *n)
{
	ZSTD_outBuffer to = {out, *n, 0};
	const char *wrong = NULL;

	while (!wrong && to.pos < to.size && !s->ended)
		wrong = zstd_step(s, &to);
	*n = to.pos;
	return wrong;
}

/* --- LZMA (xz) --- */

static const char lzma_short[] = "the LZMA stream ends too early";

static bool lzma_open(struct stream *s)
{
	s->lzma = (lzma_stream)LZMA_STREAM_INIT;
	return true;
}

static void lzma_close(struct stream *s)
{
	lzma_end(&s->lzma);
}

/* Memory is kept from stream to stream. */
static void lzma_begin(struct stream *s)
{
	s->lzma_begun = lzma_stream_decoder(&s->lzma, (uint64_t)s->window + LZMA_BASE, 0);
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
		return no_memory;
	default:
		return "the LZMA stream cannot be decoded, or its checksum is wrong";
	}
}

static const char *lzma_fill(struct stream *s, unsigned char *out, size_t *n)
{
	lzma_stream *z = &s->lzma;
	const char *wrong = lzma_words(s->lzma_begun);

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

/* --- LZW --- */

static bool lzw_open(struct stream *s)
{
	s->lzw = lzw_stream_new();
	return s->lzw != NULL;
}

static void lzw_close(struct stream *s)
{
	lzw_stream_free(s->lzw);
}

static void lzw_begin(struct stream *s)
{
	lzw_stream_begin(s->lzw);
}

static const char *lzw_fill(struct stream *s, unsigned char *out, size_t *n)
{
	size_t done = 0;
	const char *wrong = NULL;

	while (!wrong && done < *n) {
		bool more = has_input(s);
		size_t got = *n - done, used = s->input->bytes;

		wrong = lzw_stream_run(s->lzw, s->input->at, &used, out + done, &got, !more);
		consume(s->input, used);
		done += got;
	}
	return wrong;
}

/* --- PackBits (TIFF 6.0, section 9) --- */

static const char packbits_short[] = "the PackBits data end too early";

static bool packbits_open(struct stream *s)
{
	(void)s;
	return true;
}

static void packbits_close(struct stream *s)
{
	(void)s;
}

static void packbits_begin(struct stream *s)
{
	s->run = 0;
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
	unsigned char n;

	if (!next_byte(s, &n))
		return false;
	s->repeat = n > 128;
	s->run = n == 128 ? 0 : n > 128 ? 257u - n : n + 1u;
	return !s->repeat || next_byte(s, &s->byte);
}

static const char *packbits_fill(struct stream *s, unsigned char *out, size_t *n)
{
	size_t done = 0, part;

	for (; done < *n; done += part) {
		part = 0;
		if (!s->run && !next_run(s))
			return packbits_short;
		part = s->run < *n - done ? s->run : *n - done;
		if (s->repeat) {
			memset(out + done, s->byte, part);
		} else if (part) {
			if (!has_input(s))
				return packbits_short;
			part = part < s->input->bytes ? part : s->input->bytes;
			memcpy(out + done, s->input->at, part);
			consume(s->input, part);
		}
		s->run -= (unsigned)part;
	}
	return NULL;
}

/* --- any --- */

static const struct method by_deflate = {deflate_open,
					 deflate_close,
					 deflate_begin,
					 deflate_fill,
					 deflate_short,
					 "the DEFLATE stream is longer than the block",
					 true};
static const struct method by_zstd = {zstd_open,
				      zstd_close,
				      zstd_begin,
				      zstd_fill,
				      zstd_short,
				      "the ZSTD stream is longer than the block",
				      true};
static const struct method by_lzma = {lzma_open,
				      lzma_close,
				      lzma_begin,
				      lzma_fill,
				      lzma_short,
				      "the LZMA stream is longer than the block",
				      true};
static const struct method by_lzw = {lzw_open, lzw_close, lzw_begin, lzw_fill, NULL, NULL, false};
static const struct method by_packbits = {
	packbits_open, packbits_close, packbits_begin, packbits_fill, NULL, NULL, false};

static const struct method *find(uint16_t compression)
{
	switch (compression) {
	case COMPRESSION_ADOBE_DEFLATE:
	case COMPRESSION_DEFLATE:
		return &by_deflate;
	case COMPRESSION_ZSTD:
		return &by_zstd;
	case COMPRESSION_LZMA:
		return &by_lzma;
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
	return s->method == &by_zstd ? begin_frame(s) : s->method->too_short;
}

const char *stream_read(struct stream *stream, void *out, size_t n)
{
	const char *wrong = NULL;
	size_t done = 0;

	while (!wrong && done < n) {
		size_t part = n - done;

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

	while (!wrong && stream->method->has_end && !stream->ended) {
		size_t part = sizeof(discarded);

		wrong = stream->method->fill(stream, discarded, &part);
		if (!wrong && part > most)
			wrong = stream->method->too_long;
		most -= part;
	}
	return wrong;
}
