/*
 * ZSTD in pieces, by libzstd: frame after frame, each held to the window that was planned.
 */
#include <stdlib.h>
#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "method.h"

enum { ZSTD_HEAD = 18 }; /* the longest frame header (RFC 8878, 3.1.1.1) */

struct zstd {
	ZSTD_DCtx *context;
	unsigned char head[ZSTD_HEAD]; /* of a frame: looked at before libzstd gets it */
	size_t at, bytes;              /* of the head: given to libzstd, there */
};

static const char zstd_short[] = "the ZSTD stream ends too early or is none";
static const char zstd_bad[] = "the ZSTD stream cannot be decoded, or its checksum is wrong";

static const char *zstd_words(size_t rc)
{
	return ZSTD_getErrorCode(rc) == ZSTD_error_memory_allocation ? stream_no_memory : zstd_bad;
}

static bool zstd_open(struct stream *s)
{
	struct zstd *z = calloc(1, sizeof(*z));

	s->state = z;
	if (!z || !(z->context = ZSTD_createDCtx()))
		return false;
	/* Frames are held to the window that was planned; libzstd's own limit shall not decide. */
	return !ZSTD_isError(ZSTD_DCtx_setParameter(z->context, ZSTD_d_windowLogMax, 31));
}

static void zstd_close(struct stream *s)
{
	struct zstd *z = s->state;

	if (z)
		(void)ZSTD_freeDCtx(z->context);
	free(z);
}

static void zstd_begin(struct stream *s)
{
	struct zstd *z = s->state;

	(void)ZSTD_DCtx_reset(z->context, ZSTD_reset_session_only);
	z->at = z->bytes = 0;
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
	struct zstd *z = s->state;
	ZSTD_inBuffer in;
	ZSTD_outBuffer nothing = {z->head, 0, 0};
	const char *wrong;
	size_t rc;

	z->bytes -= z->at;
	memmove(z->head, z->head + z->at, z->bytes);
	while (z->bytes < ZSTD_HEAD && has_input(s)) {
		z->head[z->bytes++] = *s->input->at;
		consume(s->input, 1);
	}
	z->at = 0;
	wrong = stream_check_frame(z->head, z->bytes, s->window);
	if (wrong)
		return wrong;
	in = (ZSTD_inBuffer){z->head, z->bytes, 0};
	rc = ZSTD_decompressStream(z->context, &nothing, &in);
	z->at = in.pos;
	s->ended = rc == 0;
	return ZSTD_isError(rc) ? zstd_words(rc) : NULL;
}

static const char *zstd_step(struct stream *s, ZSTD_outBuffer *out)
{
	struct zstd *z = s->state;
	bool from_head = z->at < z->bytes, more = from_head || has_input(s);
	ZSTD_inBuffer in = {s->input->at, s->input->bytes, 0};
	size_t before = out->pos, rc;

	if (from_head)
		in = (ZSTD_inBuffer){z->head + z->at, z->bytes - z->at, 0};
	rc = ZSTD_decompressStream(z->context, out, &in);
	if (ZSTD_isError(rc))
		return zstd_words(rc);
	if (from_head)
		z->at += in.pos;
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

const struct method by_zstd = {
	.open = zstd_open,
	.close = zstd_close,
	.begin = zstd_begin,
	.go_on = begin_frame,
	.fill = zstd_fill,
	.too_short = zstd_short,
	.too_long = "the ZSTD stream is longer than the block",
	.has_end = true,
};
