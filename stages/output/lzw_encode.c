/*
 * A string is the code of its beginning and a last byte: 20 bits, which a hash table with open
 * slots finds. At most 3836 of 8192 slots are taken, and the table stays in L1.
 */
#include "lzw_encode.h"

#include <endian.h>
#include <string.h>

enum {
	CLEAR = 256,
	EOI = 257,
	FIRST = 258,
	FULL = 4094, /* strings up to 4093: one below what 12 bits hold, for early change */
	MIN_WIDTH = 9,
	MOST_WIDTH = 12,
	CODE_BITS = 12,
	FREE = 0, /* no string: codes of strings are 258 or more */
	SLOTS = 1 << LZW_SLOT_BITS,
};

/* Codes on their way out. `bits`: those not written yet, at the upper end. */
struct writer {
	unsigned char *at;
	uint64_t bits;
	unsigned held;
	unsigned width, next; /* next: code of the next string */
};

size_t lzw_encoded_most(size_t n)
{
	/* A code a byte, Clear and EOI, all of 12 bits; 8 bytes are written at once. */
	size_t codes = n + n / (FULL - FIRST) + 3;

	return codes + codes / 2 + 1 + sizeof(uint64_t);
}

static inline void put(struct writer *w, unsigned code)
{
	uint64_t big;

	w->bits |= (uint64_t)code << (64 - w->held - w->width);
	w->held += w->width;
	big = htobe64(w->bits);
	memcpy(w->at, &big, sizeof(big));
	w->at += w->held / 8;
	w->bits <<= w->held & ~7u;
	w->held &= 7;
}

static void clear(struct writer *w, struct lzw_table *table)
{
	put(w, CLEAR);
	w->width = MIN_WIDTH;
	w->next = FIRST;
	memset(table, FREE, sizeof(*table));
}

/* The next string has a code now; its width is that of the decoder, which is one string behind. */
static inline void count_string(struct writer *w, struct lzw_table *table)
{
	w->next++;
	if (w->next == FULL)
		clear(w, table);
	else if (w->next == 1u << w->width)
		w->width++;
}

/* The slot of this string, or the free one where it belongs. Fibonacci hashing (Knuth 6.4). */
static inline uint32_t *find(struct lzw_table *table, uint32_t string)
{
	uint32_t i = string * 0x9e3779b1u >> (32 - LZW_SLOT_BITS);

	while (table->slot[i] != FREE && table->slot[i] >> CODE_BITS != string)
		i = (i + 1) & (SLOTS - 1);
	return &table->slot[i];
}

size_t lzw_encode(struct lzw_table *table, const unsigned char *in, size_t n, unsigned char *out)
{
	struct writer w = {.at = out, .width = MIN_WIDTH};
	uint32_t code;

	clear(&w, table);
	if (n > 0) {
		code = in[0];
		for (size_t i = 1; i < n; i++) {
			uint32_t string = code << 8 | in[i];
			uint32_t *slot = find(table, string);

			if (*slot != FREE) {
				code = *slot & ((1u << CODE_BITS) - 1);
				continue;
			}
			*slot = string << CODE_BITS | w.next;
			put(&w, code);
			code = in[i];
			count_string(&w, table);
		}
		put(&w, code);
		count_string(&w, table);
	}
	put(&w, EOI);
	return (size_t)(w.at - out) + (w.held > 0);
}
