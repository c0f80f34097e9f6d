/*
 * LZW in pieces: the same codes as lzw.c, into output of any size from input that comes bit by bit.
 * Strings cannot be taken from the output, which is gone; so the table has each string as another
 * one and a byte, and a string is written from its end to its beginning.
 */
#include "lzw.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CLEAR = 256, EOI = 257, FIRST = 258, N_CODES = 4096, MIN_WIDTH = 9, MAX_WIDTH = 12 };

/* `run`: all its bytes are the same, as in images that are constant: no need to walk. */
struct string {
	uint16_t before, length;
	uint8_t first, last;
	bool run;
};

struct lzw_stream {
	uint64_t bits; /* read and not used, the next one highest (old style: lowest) */
	unsigned n_bits;
	bool begun, old_style;
	unsigned char head[2]; /* tells the style */
	unsigned n_head;
	bool in_table; /* a string has come since Clear: `old` is it */
	unsigned old, next, width;
	struct string string[N_CODES];
	unsigned char rest[N_CODES]; /* of a string that did not fit */
	size_t rest_at, rest_bytes;
};

struct lzw_stream *lzw_stream_new(void)
{
	struct lzw_stream *s = calloc(1, sizeof(*s));

	for (unsigned i = 0; s && i < 256; i++)
		s->string[i] = (struct string){
			.length = 1, .first = (uint8_t)i, .last = (uint8_t)i, .run = true};
	return s;
}

void lzw_stream_free(struct lzw_stream *s)
{
	free(s);
}

void lzw_stream_begin(struct lzw_stream *s)
{
	s->bits = 0;
	s->n_bits = 0;
	s->begun = s->in_table = false;
	s->n_head = 0;
	s->next = 0;
	s->width = MIN_WIDTH;
	s->rest_at = s->rest_bytes = 0;
}

/* --- bits --- */

struct bytes {
	const unsigned char *at, *end;
};

static inline void take_byte(struct lzw_stream *s, uint64_t byte)
{
	s->bits |= s->old_style ? byte << s->n_bits : byte << (56 - s->n_bits);
	s->n_bits += 8;
}

/* Eight bytes are looked at, as many as fit are taken. */
static inline void take_bytes(struct lzw_stream *s, struct bytes *in)
{
	uint64_t word;

	if (in->end - in->at < 8) {
		while (s->n_bits <= 56 && in->at < in->end)
			take_byte(s, *in->at++);
		return;
	}
	memcpy(&word, in->at, 8);
	s->bits |= s->old_style ? le64toh(word) << s->n_bits : be64toh(word) >> s->n_bits;
	in->at += (63 - s->n_bits) / 8;
	s->n_bits += (63 - s->n_bits) / 8 * 8;
}

/* The first two bytes tell how all are to be read; false: they are not there yet. */
static bool settle_style(struct lzw_stream *s, struct bytes *in, bool last)
{
	while (s->n_head < 2 && in->at < in->end)
		s->head[s->n_head++] = *in->at++;
	if (s->n_head < 2 && !last)
		return false;
	s->old_style = lzw_is_old_style(s->head, s->n_head);
	for (unsigned i = 0; i < s->n_head; i++)
		take_byte(s, s->head[i]);
	return s->begun = true;
}

/* Call with n_bits >= width. */
static inline unsigned take_code(struct lzw_stream *s)
{
	unsigned code;

	if (s->old_style) {
		code = (unsigned)(s->bits & ((1u << s->width) - 1));
		s->bits >>= s->width;
	} else {
		code = (unsigned)(s->bits >> (64 - s->width));
		s->bits <<= s->width;
	}
	s->n_bits -= s->width;
	return code;
}

/* --- strings --- */

static void write_string(const struct lzw_stream *s, unsigned code, unsigned char *out)
{
	const struct string *string = &s->string[code];
	size_t at = string->length;

	while (!string->run) {
		out[--at] = string->last;
		string = &s->string[string->before];
	}
	memset(out, string->first, at);
}

/* As much as there is room for; what is left waits for the next piece of output. */
static size_t give_out(struct lzw_stream *s, unsigned code, unsigned char *out, size_t room)
{
	size_t length = s->string[code].length;

	if (length <= room) {
		write_string(s, code, out);
		return length;
	}
	write_string(s, code, s->rest);
	memcpy(out, s->rest, room);
	s->rest_at = room;
	s->rest_bytes = length - room;
	return room;
}

static size_t give_rest(struct lzw_stream *s, unsigned char *out, size_t room)
{
	size_t n = s->rest_bytes < room ? s->rest_bytes : room;

	memcpy(out, s->rest + s->rest_at, n);
	s->rest_at += n;
	s->rest_bytes -= n;
	return n;
}

static void add_string(struct lzw_stream *s, unsigned code)
{
	if (s->next < N_CODES) {
		const struct string *old = &s->string[s->old];
		uint8_t last = code == s->next ? old->first : s->string[code].first;

		s->string[s->next] = (struct string){.before = (uint16_t)s->old,
						     .length = (uint16_t)(old->length + 1),
						     .first = old->first,
						     .last = last,
						     .run = old->run && last == old->first};
	}
	s->next++;
	if (s->width < MAX_WIDTH && s->next + !s->old_style == 1u << s->width)
		s->width++;
}

/* What a code does to the table; *out: it stands for a string, which is to be given out. */
static const char *take_in(struct lzw_stream *s, unsigned code, bool *out)
{
	*out = false;
	if (code == EOI)
		return lzw_too_short;
	if (code == CLEAR) {
		s->next = FIRST;
		s->width = MIN_WIDTH;
		s->in_table = false;
		return NULL;
	}
	if (!s->next)
		return lzw_no_clear;
	if (!s->in_table && code > EOI)
		return lzw_bad_code;
	if (s->in_table && (code > s->next || s->next >= LZW_MAX_CODES))
		return lzw_bad_code;
	if (s->in_table)
		add_string(s, code);
	s->in_table = *out = true;
	s->old = code;
	return NULL;
}

/* --- */

const char *lzw_stream_run(struct lzw_stream *s, const void *in, size_t *in_bytes, void *out,
			   size_t *out_bytes, bool last)
{
	struct bytes from = {in, (const unsigned char *)in + *in_bytes};
	unsigned char *to = out;
	size_t room = *out_bytes, done = give_rest(s, to, room);
	const char *wrong = NULL;

	if (!s->begun && !settle_style(s, &from, last))
		room = done;
	while (!wrong && done < room) {
		bool string;

		if (s->n_bits < s->width)
			take_bytes(s, &from);
		if (s->n_bits < s->width) {
			wrong = last ? lzw_too_short : NULL;
			break;
		}
		wrong = take_in(s, take_code(s), &string);
		if (!wrong && string)
			done += give_out(s, s->old, to + done, room - done);
	}
	*in_bytes = (size_t)(from.at - (const unsigned char *)in);
	*out_bytes = done;
	return wrong;
}
