/*
 * LZW, written for speed. Noisy imagery compresses to strings of one to three bytes, so the work is
 * in the codes, not in the bytes: the usual case must have no branch that depends on the data.
 *
 * Every string that a code stands for was given out before (but for single bytes, which stand in a
 * list of their own), as the string of one code and the first byte of the next lie side by side in
 * the output. So the table has only places and lengths, an entry is made from what the code before
 * left behind, and a string is given out by one copy of 16 bytes; the next string goes over those
 * that are too many. Where each code is found depends on their widths alone, so one string need not
 * wait for another.
 */
#include "lzw.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/simd.h"

enum {
	CLEAR = 256,
	EOI = 257,
	FIRST = 258, /* code of the first string made */
	N_CODES = 4096,
	MIN_WIDTH = 9,
	MAX_WIDTH = 12,
	COPY = 16,            /* bytes copied at once */
	GROUP = 4,            /* codes of one load: 4 * 12 bits of 57 */
	SPECIAL = UINT16_MAX, /* length of Clear and EOI, which are no strings */
};

/* A string has at most one byte more than there were codes since Clear, so lengths fit 16 bits. */
struct lzw {
	const unsigned char *at[N_CODES];
	uint16_t length[N_CODES];
	unsigned char byte[256 + COPY - 1];
};

/* A stream in the middle. `next`: code of the string that the next code makes; 0: no Clear yet. */
struct state {
	struct lzw *lzw;
	const unsigned char *in;
	size_t in_bytes;
	size_t bit; /* of the input, that comes next */
	unsigned char *out, *end;
	unsigned last; /* length of the string before, which lies right before `out` */
	unsigned next, width;
};

struct lzw *lzw_new(void)
{
	struct lzw *lzw = calloc(1, sizeof(*lzw));

	if (!lzw)
		return NULL;
	for (unsigned i = 0; i < 256; i++) {
		lzw->byte[i] = (unsigned char)i;
		lzw->at[i] = &lzw->byte[i];
		lzw->length[i] = 1;
	}
	lzw->length[CLEAR] = lzw->length[EOI] = SPECIAL;
	return lzw;
}

void lzw_free(struct lzw *lzw)
{
	free(lzw);
}

bool lzw_is_old_style(const void *in, size_t in_bytes)
{
	const unsigned char *at = in;

	return in_bytes >= 2 && at[0] == 0 && (at[1] & 1);
}

/* --- the usual case --- */

/*
 * Codes of one width, each of a string of at most COPY bytes that is in the table already, far
 * from the ends of input and output. Stops before the first code that is anything else.
 */
static inline __attribute__((always_inline)) void usual_codes(struct state *s, const unsigned width)
{
	const unsigned limit = width < MAX_WIDTH ? (1u << width) - 1 : N_CODES;
	struct lzw *const lzw = s->lzw;
	const unsigned char *const in = s->in, *last = s->out - s->last;
	unsigned char *out = s->out, *const end = s->end;
	const size_t in_bytes = s->in_bytes;
	unsigned next = s->next, last_length = s->last;
	size_t bit = s->bit;

	while (next + GROUP <= limit && end - out >= GROUP * COPY && bit / 8 + 8 <= in_bytes) {
		uint64_t bits;

		memcpy(&bits, in + bit / 8, 8);
		bits = be64toh(bits) << bit % 8;
#pragma GCC unroll 4
		for (unsigned i = 0; i < GROUP; i++) {
			unsigned code = (unsigned)(bits >> (64 - width)), length;
			unsigned char string[COPY];

			if (code >= next)
				goto stop;
			length = lzw->length[code];
			if (length > COPY)
				goto stop;
			lzw->at[next] = last;
			lzw->length[next++] = (uint16_t)(last_length + 1);
			memcpy(string, lzw->at[code], COPY);
			memcpy(out, string, COPY);
			last = out;
			last_length = length;
			out += length;
			bits <<= width;
			bit += width;
		}
	}
stop:
	s->last = last_length;
	s->out = out;
	s->next = next;
	s->bit = bit;
	if (next == limit && width < MAX_WIDTH)
		s->width = width + 1;
}

SIMD_KERNEL(run_usual, (struct state * s), (s))
{
	switch (s->width) {
	case 9:
		usual_codes(s, 9);
		break;
	case 10:
		usual_codes(s, 10);
		break;
	case 11:
		usual_codes(s, 11);
		break;
	default:
		usual_codes(s, 12);
	}
}

/* --- every case --- */

const char lzw_too_short[] = "the LZW stream ends too early";
const char lzw_bad_code[] = "the LZW stream has a code that stands for nothing";
const char lzw_no_clear[] = "the LZW stream does not begin with a Clear code";

/* The next code; EOI where there is none any more. */
static unsigned next_code(struct state *s)
{
	size_t at = s->bit / 8;
	uint32_t bits = 0;

	if ((s->in_bytes - at) * 8 - s->bit % 8 < s->width)
		return EOI;
	for (size_t i = 0; i < 3 && at + i < s->in_bytes; i++)
		bits |= (uint32_t)s->in[at + i] << (24 - 8 * i);
	bits <<= s->bit % 8;
	s->bit += s->width;
	return bits >> (32 - s->width);
}

/*
 * A string, cut to the room there is. The one that this very code makes begins where the last one
 * lies and ends with its own first byte: so that is written before anything is copied, and copying
 * goes forwards. Near the end of the output a byte at a time.
 */
static void give_out(struct state *s, const unsigned char *from, size_t length)
{
	size_t room = (size_t)(s->end - s->out);
	unsigned char *to = s->out;

	s->last = (unsigned)length;
	if (length > room)
		length = room;
	s->out += length;
	to[0] = from[0];
	if (room - length < COPY) {
		for (size_t i = 1; i < length; i++)
			to[i] = from[i];
		return;
	}
	for (size_t i = 0; i < length; i += COPY) {
		unsigned char bytes[COPY];

		memcpy(bytes, from + i, COPY);
		memcpy(to + i, bytes, COPY);
	}
}

/* What follows a Clear: a byte, unless it is one more Clear. */
static const char *begin_table(struct state *s)
{
	unsigned code;

	s->next = FIRST;
	s->width = MIN_WIDTH;
	do
		code = next_code(s);
	while (code == CLEAR);
	if (code == EOI)
		return lzw_too_short;
	if (code > EOI)
		return lzw_bad_code;
	give_out(s, s->lzw->at[code], 1);
	return NULL;
}

/* Any code. There is room for a byte at least. */
static const char *step(struct state *s)
{
	struct lzw *lzw = s->lzw;
	unsigned code = next_code(s);

	if (code == CLEAR)
		return begin_table(s);
	if (code == EOI)
		return lzw_too_short;
	if (!s->next)
		return lzw_no_clear;
	if (code > s->next || s->next >= LZW_MAX_CODES)
		return lzw_bad_code;
	if (s->next < N_CODES) {
		lzw->at[s->next] = s->out - s->last;
		lzw->length[s->next] = (uint16_t)(s->last + 1);
	}
	s->next++;
	if (s->width < MAX_WIDTH && s->next == (1u << s->width) - 1)
		s->width++;
	give_out(s, lzw->at[code], lzw->length[code]);
	return NULL;
}

const char *lzw_decode(struct lzw *lzw, const void *in, size_t in_bytes, void *out,
		       size_t out_bytes)
{
	struct state s = {.lzw = lzw,
			  .in = in,
			  .in_bytes = in_bytes,
			  .out = out,
			  .end = (unsigned char *)out + out_bytes,
			  .width = MIN_WIDTH};
	const char *wrong = NULL;

	while (!wrong && s.out < s.end) {
		if (s.next)
			run_usual(&s);
		if (s.out < s.end)
			wrong = step(&s);
	}
	return wrong;
}
