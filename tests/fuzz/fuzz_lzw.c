/*
 * Fuzz the LZW decoder beside a plain one that follows TIFF 6.0, section 13, a byte at a time: the
 * same bytes from both, or both refuse. Input: size of the block (2 bytes), and either a stream (an
 * even size), or orders for making one whose codes are all valid and reach deep into the table.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tiff/lzw.h"

enum { CLEAR = 256, EOI = 257, FIRST = 258, N_CODES = 4096, MAX_STREAM = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* "Early change": a decoder is one entry behind the encoder, hence 511 and not 512. */
static unsigned width_of(unsigned next)
{
	return next < 511 ? 9 : next < 1023 ? 10 : next < 2047 ? 11 : 12;
}

/* --- the plain decoder --- */

/* A string is another one and a byte. */
static struct {
	unsigned before;
	uint8_t last;
} table[N_CODES];

static unsigned length_of(unsigned code)
{
	unsigned length = 1;

	for (; code > 255; code = table[code].before)
		length++;
	return length;
}

static uint8_t first_of(unsigned code)
{
	while (code > 255)
		code = table[code].before;
	return (uint8_t)code;
}

/* From its last byte to its first; cut where the block ends. The block's bytes afterwards. */
static size_t give_out(unsigned code, uint8_t *out, size_t n, size_t out_bytes)
{
	size_t end = n + length_of(code);

	for (size_t at = end; at-- > n; code = code < 256 ? code : table[code].before)
		if (at < out_bytes)
			out[at] = code < 256 ? (uint8_t)code : table[code].last;
	return end < out_bytes ? end : out_bytes;
}

/* -1 where not so many bits are left. */
static int read_code(const uint8_t *in, size_t in_bytes, size_t *bit, unsigned width)
{
	int code = 0;

	if (*bit + width > 8 * in_bytes)
		return -1;
	for (unsigned i = 0; i < width; i++, (*bit)++)
		code = code << 1 | (in[*bit / 8] >> (7 - *bit % 8) & 1);
	return code;
}

static bool plain_decode(const uint8_t *in, size_t in_bytes, uint8_t *out, size_t out_bytes)
{
	unsigned next = 0; /* 0: no Clear yet */
	int code, old = -1;
	size_t n = 0, bit = 0;

	while (n < out_bytes) {
		code = read_code(in, in_bytes, &bit, width_of(next));
		if (code < 0 || code == EOI)
			return false;
		if (code == CLEAR) {
			next = FIRST;
			old = -1;
			continue;
		}
		if (!next || (old < 0 && code > 255) || (old >= 0 && (unsigned)code > next))
			return false;
		if (old >= 0) {
			if (next >= LZW_MAX_CODES)
				return false;
			if (next < N_CODES) {
				table[next].before = (unsigned)old;
				table[next].last =
					first_of((unsigned)((unsigned)code == next ? old : code));
			}
			next++;
		}
		n = give_out((unsigned)code, out, n, out_bytes);
		old = code;
	}
	return true;
}

/* --- streams of valid codes --- */

struct writer {
	uint8_t bytes[MAX_STREAM];
	size_t bits;
	unsigned next;
	bool fresh; /* no code since Clear */
};

static void put(struct writer *w, unsigned code)
{
	unsigned width = width_of(w->next);

	if (w->bits + width > 8 * sizeof(w->bytes))
		return;
	for (unsigned i = width; i-- > 0; w->bits++)
		if (code >> i & 1)
			w->bytes[w->bits / 8] |= (uint8_t)(0x80 >> w->bits % 8);
	if (code == CLEAR) {
		w->next = FIRST;
		w->fresh = true;
	} else if (w->fresh) {
		w->fresh = false;
	} else {
		w->next++;
	}
}

/* The upper bits of an order say what, the lower ones which or how often. */
static void obey(struct writer *w, unsigned order)
{
	unsigned what = order >> 13, number = order & 0x1fff;
	unsigned most = w->next < N_CODES ? w->next : N_CODES - 1;

	if (what == 0 || w->fresh)
		put(w, number & 0xff);
	else if (what == 1)
		put(w, FIRST + number % (most - FIRST + 1));
	else if (what == 2)
		put(w, most - number % (most - FIRST + 1) % 16);
	else if (what == 3)
		for (unsigned i = 0; i < number >> 4; i++) /* runs: the string being made */
			put(w, w->next < N_CODES ? w->next : number & 0xff);
	else if (what == 4)
		for (unsigned i = 0; i < number >> 1; i++)
			put(w, (i * (number | 1)) >> 3 & 0xff);
	else if (what == 5)
		for (unsigned i = 0; i < number >> 2; i++)
			put(w, FIRST + (i * 29 + number) % (most - FIRST + 1));
	else
		put(w, what == 6 ? CLEAR : number & 0xff);
}

/* --- */

/* In pieces whose sizes follow from the stream's, the same once more. */
static void compare_pieces(const uint8_t *in, size_t n, const uint8_t *whole, size_t out_bytes,
			   bool taken)
{
	static struct lzw_stream *s;
	size_t at = 0, done = 0, step_in = n % 61 + 1, step_out = n % 97 + 1;
	uint8_t *out = malloc(out_bytes ? out_bytes : 1);
	const char *wrong = NULL;

	s = s ? s : lzw_stream_new();
	lzw_stream_begin(s);
	while (!wrong && done < out_bytes) {
		size_t bytes = n - at < step_in ? n - at : step_in;
		size_t room = out_bytes - done < step_out ? out_bytes - done : step_out;

		wrong = lzw_stream_run(s, in + at, &bytes, out + done, &room, at == n);
		at += bytes;
		done += room;
	}
	/* Streams of the old style are decoded in pieces only. */
	if (!lzw_is_old_style(in, n) &&
	    (taken != !wrong || (taken && memcmp(out, whole, out_bytes) != 0)))
		abort();
	free(out);
}

static void compare(const uint8_t *stream, size_t n, size_t out_bytes)
{
	static struct lzw *lzw;
	uint8_t *in = malloc(n ? n : 1), *ours = malloc(out_bytes ? out_bytes : 1),
		*plain = malloc(out_bytes ? out_bytes : 1);
	bool taken;

	lzw = lzw ? lzw : lzw_new();
	memcpy(in, stream, n); /* of exactly its size: a step beyond is seen */
	taken = !lzw_decode(lzw, in, n, ours, out_bytes);
	if (taken != plain_decode(in, n, plain, out_bytes) ||
	    (taken && memcmp(ours, plain, out_bytes) != 0))
		abort();
	compare_pieces(in, n, ours, out_bytes, taken);
	free(in);
	free(ours);
	free(plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct writer w;
	size_t out_bytes;

	if (size < 2)
		return 0;
	out_bytes = (size_t)data[0] << 8 | data[1];
	if (size % 2 == 0) {
		compare(data + 2, size - 2, out_bytes);
		return 0;
	}
	w = (struct writer){.bits = 0};
	put(&w, CLEAR);
	for (size_t i = 2; i + 1 < size && i < 200; i += 2)
		obey(&w, (unsigned)data[i] << 8 | data[i + 1]);
	compare(w.bytes, (w.bits + 7) / 8, out_bytes);
	return 0;
}
