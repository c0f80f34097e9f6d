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

/*
 * A slot is short where its count is in its first byte, and zeros before it are too, or are in a
 * second byte. Most are, and of one byte.
 */
struct short_slots {
	const unsigned char *at, *end;
	struct histogram *h;
	unsigned slot; /* behind those that were read */
	unsigned left; /* slots that may come */
	bool bad;
};

INLINE unsigned short_count(unsigned byte)
{
	return byte & ((1 << COUNT_BITS) - 1);
}

enum { AT_ONCE = 8, MOST_AT_ONCE = AT_ONCE * MANY_ZEROS };

/* Are these bytes short slots with a count, all of them? By bits of each byte: no carry leaves it.
 */
INLINE bool are_short(const unsigned char *at)
{
	const uint64_t ones = UINT64_MAX / 0xFF, counts = ones * ((1 << COUNT_BITS) - 1);
	uint64_t word, has_count, is_long;

	memcpy(&word, at, sizeof(word));
	has_count = ((word & counts) + counts) >> COUNT_BITS & ones;
	is_long = (word >> 7 | (word >> 6 & word >> 5)) & ones;
	return has_count == ones && !is_long;
}

INLINE void read_eights(struct short_slots *s)
{
	for (; s->left >= AT_ONCE && s->end - s->at >= AT_ONCE &&
	       s->slot + MOST_AT_ONCE <= HIST_SLOTS && are_short(s->at);
	     s->at += AT_ONCE, s->left -= AT_ONCE)
		for (unsigned i = 0; i < AT_ONCE; i++) {
			s->slot += s->at[i] >> COUNT_BITS;
			s->h->count[s->slot++] = short_count(s->at[i]);
		}
}

INLINE void take_short(struct short_slots *s, unsigned zeros, unsigned bytes)
{
	const unsigned count = short_count(s->at[0]);

	s->slot += zeros;
	if (!count || s->slot >= HIST_SLOTS) {
		s->bad = true;
		return;
	}
	s->h->count[s->slot++] = count;
	s->at += bytes;
	s->left--;
}

/* Of one byte, until one of two. */
INLINE void read_singly(struct short_slots *s)
{
	while (!s->bad && s->left && s->at < s->end && *s->at < MANY_ZEROS << COUNT_BITS)
		take_short(s, *s->at >> COUNT_BITS, 1);
}

/* As many as come, `used` at most. How many are left; *slot is then behind those read. */
INLINE unsigned read_short(struct byte_reader *r, struct histogram *h, unsigned *slot,
			   unsigned used)
{
	struct short_slots s = {r->at, r->end, h, *slot, used, false};

	for (;;) {
		read_eights(&s);
		read_singly(&s);
		if (s.bad || !s.left || s.end - s.at < 2 || *s.at >= 0x80 || s.at[1] >= 0x80)
			break;
		take_short(&s, MANY_ZEROS + s.at[1], 2);
	}
	r->bad = s.bad;
	r->at = s.at;
	*slot = s.slot;
	return s.left;
}

void read_histogram(struct byte_reader *r, struct histogram *h)
{
	unsigned slot = 0, used = (unsigned)read_varint(r, HIST_SLOTS), zeros;
	struct byte_reader own = *r; /* so that it is kept in registers */
	uint64_t count;

	memset(h, 0, sizeof(*h));
	while (used && !own.bad) {
		used = read_short(&own, h, &slot, used);
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
