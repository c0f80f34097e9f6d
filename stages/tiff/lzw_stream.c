/*
 * LZW in pieces: the same codes as lzw.c, into output of any size from input that comes bit by bit.
 * Strings cannot be taken from the output, which is gone; so the table has each string as another
 * one and a byte, and a string is written from its end to its beginning. Its first bytes stand in
 * the table, and short strings are most: they are written at once.
 */
#include "lzw.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
	CLEAR = 256,
	EOI = 257,
	FIRST = 258,
	N_CODES = 4096,
	MIN_WIDTH = 9,
	MAX_WIDTH = 12,
	GROUP = 4,            /* codes of one load: 4 * 12 bits of 56 */
	HEAD = 8,             /* bytes of a string that the table has */
	SPECIAL = UINT16_MAX, /* length of Clear and EOI, which are no strings */
};

/* `run`: all its bytes are the same, as in images that are constant: no need to walk. */
struct string {
	uint64_t head; /* the first byte lowest; 0 behind the string's end */
	uint16_t before, length;
	uint8_t last;
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

	for (unsigned i = 0; s && i < FIRST; i++)
		s->string[i] = (struct string){.length = i < CLEAR ? 1 : SPECIAL,
					       .last = (uint8_t)i,
					       .run = true,
					       .head = i & 255};
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

/* There is room for HEAD bytes at least. */
static inline void write_string(const struct string *table, unsigned code, unsigned char *out)
{
	const struct string *string = &table[code];
	size_t at = string->length;
	uint64_t head = htole64(string->head);

	memcpy(out, &head, HEAD);
	if (at > HEAD && string->run)
		memset(out, string->last, at);
	else
		for (; at > HEAD; string = &table[string->before])
			out[--at] = string->last;
}

static size_t give_rest(struct lzw_stream *s, unsigned char *out, size_t room)
{
	size_t n = s->rest_bytes < room ? s->rest_bytes : room;

	memcpy(out, s->rest + s->rest_at, n);
	s->rest_at += n;
	s->rest_bytes -= n;
	return n;
}

/* As much as there is room for; what is left waits for the next piece of output. */
static size_t give_out(struct lzw_stream *s, unsigned code, unsigned char *out, size_t room)
{
	size_t length = s->string[code].length;

	if (length <= room && HEAD <= room) {
		write_string(s->string, code, out);
		return length;
	}
	write_string(s->string, code, s->rest);
	s->rest_at = 0;
	s->rest_bytes = length;
	return give_rest(s, out, room);
}

/* The string that `code` makes with the one before it; code == next: it is that very one. */
static inline void make_string(struct string *table, unsigned next, unsigned old, unsigned code)
{
	const struct string *from = &table[old];
	uint8_t last = (uint8_t)table[code == next ? old : code].head;
	unsigned length = from->length;

	table[next] = (struct string){
		.head = from->head | (length < HEAD ? (uint64_t)last << 8 * length : 0),
		.before = (uint16_t)old,
		.length = (uint16_t)(length + 1),
		.last = last,
		.run = from->run & (last == from->last),
	};
}

static void add_string(struct lzw_stream *s, unsigned code)
{
	if (s->next < N_CODES)
		make_string(s->string, s->next, s->old, code);
	s->next++;
	if (s->width < MAX_WIDTH && s->next + !s->old_style == 1u << s->width)
		s->width++;
}

/*
 * The usual case, with everything in registers: codes of one width, each of a string that is in the
 * table already and has room, far from the ends of input and output. Stops before any other code.
 */
static unsigned char *usual_codes(struct lzw_stream *s, struct bytes *in, unsigned char *out,
				  const unsigned char *end)
{
	const unsigned width = s->width, limit = width < MAX_WIDTH ? (1u << width) - 2 : N_CODES;
	struct string *const table = s->string;
	const unsigned char *at = in->at;
	unsigned next = s->next, old = s->old, n_bits = s->n_bits;
	uint64_t bits = s->bits;

	while (next + GROUP <= limit && in->end - at >= 8) {
		uint64_t word;

		memcpy(&word, at, 8);
		bits |= be64toh(word) >> n_bits;
		at += (63 - n_bits) / 8;
		n_bits += (63 - n_bits) / 8 * 8;
#pragma GCC unroll 4
		for (unsigned i = 0; i < GROUP; i++) {
			unsigned code = (unsigned)(bits >> (64 - width));
			size_t room = (size_t)(end - out), length = table[code].length;

			if (code >= next || length > room || room < HEAD)
				goto stop;
			bits <<= width;
			n_bits -= width;
			make_string(table, next++, old, code);
			write_string(table, code, out);
			out += length;
			old = code;
		}
	}
stop:
	s->next = next;
	s->old = old;
	s->n_bits = n_bits;
	s->bits = bits;
	in->at = at;
	return out;
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

		if (s->in_table && !s->old_style)
			done = (size_t)(usual_codes(s, &from, to + done, to + room) - to);
		if (done == room)
			break;
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
