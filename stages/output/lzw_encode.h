/*
 * LZW as TIFF has it (TIFF 6.0, section 13): codes of 9 to 12 bits, most significant bit first,
 * wider one code early; Clear at the beginning and when the table is full. The same bytes give the
 * same codes. A table belongs to one worker; private to the room.
 */
#ifndef IMGPIPE_OUTPUT_LZW_ENCODE_H
#define IMGPIPE_OUTPUT_LZW_ENCODE_H

#include <stddef.h>
#include <stdint.h>

enum { LZW_SLOT_BITS = 13 };

/* Its content does not matter before a call, nor after it. */
struct lzw_table {
	uint32_t slot[1 << LZW_SLOT_BITS];
};

/* Bytes that n bytes become at the most. */
size_t lzw_encoded_most(size_t n);

/* Into `out`, which has room for lzw_encoded_most(n). Returns the bytes. */
size_t lzw_encode(struct lzw_table *table, const unsigned char *in, size_t n, unsigned char *out);

#endif
