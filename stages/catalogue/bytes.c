/*
 * Writing and reading bytes of a record. Nothing of what is read is believed: each length is held
 * against what is there before it is used.
 */
#include "bytes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/double_bits.h"

enum { FIRST_ROOM = 4096 };

/* --- writing --- */

static bool make_room(struct byte_writer *w, size_t n)
{
	size_t room = w->room ? w->room : FIRST_ROOM;
	unsigned char *byte;

	if (w->failed || w->room - w->n >= n)
		return !w->failed;
	while (room - w->n < n)
		room *= 2;
	byte = realloc(w->byte, room);
	w->failed = !byte;
	if (!byte)
		return false;
	w->byte = byte;
	w->room = room;
	return true;
}

void write_bytes(struct byte_writer *w, const void *bytes, size_t n)
{
	if (!make_room(w, n))
		return;
	memcpy(w->byte + w->n, bytes, n);
	w->n += n;
}

void write_word(struct byte_writer *w, uint64_t value, unsigned bytes)
{
	unsigned char byte[8];

	for (unsigned i = 0; i < bytes; i++)
		byte[i] = (unsigned char)(value >> 8 * i);
	write_bytes(w, byte, bytes);
}

void write_varint(struct byte_writer *w, uint64_t value)
{
	unsigned char byte[10];
	unsigned n = 0;

	for (; value > 0x7F; value >>= 7)
		byte[n++] = (unsigned char)(value | 0x80);
	byte[n++] = (unsigned char)value;
	write_bytes(w, byte, n);
}

void write_text(struct byte_writer *w, const char *text)
{
	size_t n = strlen(text);

	write_varint(w, n);
	write_bytes(w, text, n);
}

void write_double(struct byte_writer *w, double value)
{
	write_word(w, isnan(value) ? UINT64_C(0x7FF8) << 48 : bits_of(value), 8);
}

void write_float(struct byte_writer *w, float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	write_word(w, isnan(value) ? UINT64_C(0x7FC0) << 16 : bits, 4);
}

/*
 * A slot takes one byte where it can: its five low bits are the lowest ones of the count, two say
 * how many slots of zero are before it, and the high one that more bits of the count follow, as in
 * a varint. Three slots of zero or more: their number less 3 follows as a varint.
 */
enum { COUNT_BITS = 5, MANY_ZEROS = 3 };

static void write_slot(struct byte_writer *w, unsigned zeros, uint64_t count)
{
	unsigned many = zeros < MANY_ZEROS ? zeros : MANY_ZEROS;
	uint64_t more = count >> COUNT_BITS, low = count & ((1 << COUNT_BITS) - 1);

	write_word(w, low | many << COUNT_BITS | (more ? 0x80 : 0), 1);
	if (more)
		write_varint(w, more);
	if (many == MANY_ZEROS)
		write_varint(w, zeros - MANY_ZEROS);
}

void write_histogram(struct byte_writer *w, const struct histogram *h)
{
	unsigned used = 0, next = 0;

	for (unsigned slot = 0; slot < HIST_SLOTS; slot++)
		used += h->count[slot] != 0;
	write_varint(w, used);
	for (unsigned slot = 0; slot < HIST_SLOTS; slot++)
		if (h->count[slot]) {
			write_slot(w, slot - next, h->count[slot]);
			next = slot + 1;
		}
}

/* --- reading --- */

static size_t left(const struct byte_reader *r)
{
	return r->bad ? 0 : (size_t)(r->end - r->at);
}

static bool has(struct byte_reader *r, uint64_t n)
{
	if (n > left(r))
		r->bad = true;
	return !r->bad;
}

uint64_t read_word(struct byte_reader *r, unsigned bytes)
{
	uint64_t value = 0;

	if (!has(r, bytes))
		return 0;
	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)r->at[i] << 8 * i;
	r->at += bytes;
	return value;
}

#define INLINE static inline __attribute__((always_inline))

INLINE unsigned read_byte(struct byte_reader *r)
{
	if (!r->bad && r->at < r->end)
		return *r->at++;
	r->bad = true;
	return 0;
}

/* The bits of a varint from bit `shift` of a number on; 0 is its own end, and has one byte. */
INLINE uint64_t read_bits(struct byte_reader *r, unsigned shift, bool may_be_zero)
{
	uint64_t value = 0;

	for (unsigned at = shift;; at += 7) {
		unsigned byte = read_byte(r);
		uint64_t bits = byte & 0x7F;

		if (at > 63 || bits << at >> at != bits)
			r->bad = true;
		else
			value |= bits << at;
		if (!byte && !(may_be_zero && at == shift)) /* longer than it need be */
			r->bad = true;
		if (r->bad || !(byte & 0x80))
			return r->bad ? 0 : value;
	}
}

uint64_t read_varint(struct byte_reader *r, uint64_t most)
{
	uint64_t value = read_bits(r, 0, true);

	if (value > most)
		r->bad = true;
	return r->bad ? 0 : value;
}

/* The length of a text without NUL, which is there. */
static size_t read_length(struct byte_reader *r, uint64_t most)
{
	uint64_t n = read_varint(r, most);

	if (!has(r, n) || (n && memchr(r->at, '\0', n)))
		r->bad = true;
	return r->bad ? 0 : (size_t)n;
}

char *read_text(struct byte_reader *r)
{
	size_t n = read_length(r, UINT64_MAX);
	char *text = r->bad ? NULL : strndup((const char *)r->at, n);

	if (!text)
		r->bad = true;
	else
		r->at += n;
	return text;
}

void read_field(struct byte_reader *r, char *to, size_t size)
{
	size_t n = read_length(r, size - 1);

	if (n)
		memcpy(to, r->at, n);
	to[n] = '\0';
	r->at += n;
}

double read_double(struct byte_reader *r)
{
	uint64_t bits = read_word(r, 8);
	double value = of_bits(bits);

	if (isnan(value) && bits != UINT64_C(0x7FF8) << 48)
		r->bad = true;
	return r->bad ? 0 : value;
}

float read_float(struct byte_reader *r)
{
	uint32_t bits = (uint32_t)read_word(r, 4);
	float value;

	memcpy(&value, &bits, sizeof(value));
	if (isnan(value) && bits != UINT32_C(0x7FC0) << 16)
		r->bad = true;
	return r->bad ? 0 : value;
}

/* The count; *zeros: slots of zero before it. */
INLINE uint64_t read_slot(struct byte_reader *r, unsigned *zeros)
{
	unsigned byte = read_byte(r);
	uint64_t count = byte & ((1 << COUNT_BITS) - 1), more;

	*zeros = byte >> COUNT_BITS & MANY_ZEROS;
	if (byte & 0x80)
		count |= read_bits(r, COUNT_BITS, false);
	if (*zeros < MANY_ZEROS)
		return count;
	more = read_bits(r, 0, true);
	if (more >= HIST_SLOTS)
		r->bad = true;
	*zeros += (unsigned)more;
	return count;
}

/* A slot of one byte with at most two zeros before it. */
INLINE bool is_short(unsigned byte)
{
	return byte < MANY_ZEROS << COUNT_BITS;
}

/* Most are short: as many of them as come, `used` at most. How many; *slot is then behind them. */
INLINE unsigned read_short(struct byte_reader *r, struct histogram *h, unsigned *slot,
			   unsigned used)
{
	const size_t left = (size_t)(r->end - r->at);
	const unsigned most = used < left ? used : (unsigned)left;
	const unsigned char *at = r->at;
	unsigned to = *slot, n;

	for (n = 0; n < most && is_short(at[n]); n++) {
		unsigned count = at[n] & ((1 << COUNT_BITS) - 1);

		to += at[n] >> COUNT_BITS;
		if (!count || to >= HIST_SLOTS) {
			r->bad = true;
			break;
		}
		h->count[to++] = count;
	}
	r->at += n;
	*slot = to;
	return n;
}

void read_histogram(struct byte_reader *r, struct histogram *h)
{
	unsigned slot = 0, used = (unsigned)read_varint(r, HIST_SLOTS), zeros;
	struct byte_reader own = *r; /* so that it is kept in registers */
	uint64_t count;

	memset(h, 0, sizeof(*h));
	while (used && !own.bad) {
		used -= read_short(&own, h, &slot, used);
		if (!used || own.bad)
			break;
		count = read_slot(&own, &zeros);
		slot += zeros;
		if (!count || slot >= HIST_SLOTS)
			own.bad = true;
		else
			h->count[slot++] = count;
		used--;
	}
	*r = own;
}
