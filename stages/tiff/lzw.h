/*
 * LZW as TIFF stores it (TIFF 6.0, section 13): codes of 9 to 12 bits, the highest bit first, one
 * bit longer one code earlier than the table would need it. Knows streams, no files and no images.
 * Private to the TIFF reader.
 *
 * Safe against any bytes: nothing is read or written out of bounds, and out holds the whole block
 * or there is an error.
 */
#ifndef IMGPIPE_LZW_H
#define IMGPIPE_LZW_H

#include <stdbool.h>
#include <stddef.h>

enum {
	/*
	 * Codes that are taken from one Clear to the next. 12 bits name 4096; encoders that go on
	 * with a full table in place of a Clear make the others, which libtiff takes up to its
	 * table's size.
	 */
	LZW_MAX_CODES = 4096 + 1023,
};

struct lzw; /* the table of strings; for one stream after another, not for two threads at once */

struct lzw *lzw_new(void);      /* NULL without memory */
void lzw_free(struct lzw *lzw); /* NULL is allowed */

/*
 * Decode a stream into exactly out_bytes bytes; NULL, or what is wrong, in words. In what it takes
 * and refuses this is libtiff (4.5): a stream ends where the block is full, whatever comes behind
 * and with or without EOI, in the middle of a string if need be; it has to begin with Clear; codes
 * that follow on a full table in place of a Clear are taken for a while (LZW_MAX_CODES).
 */
const char *lzw_decode(struct lzw *lzw, const void *in, size_t in_bytes, void *out,
		       size_t out_bytes);

/* The lowest bit first and no early change, as was written before TIFF 6.0: only lzw_stream does.
 */
bool lzw_is_old_style(const void *in, size_t in_bytes);

/* What is wrong, in words, the same from both decoders. */
extern const char lzw_too_short[], lzw_bad_code[], lzw_no_clear[];

/* --- lzw_stream.c: a decoder that keeps no output --- */

/* One stream after another, of either style, in pieces. It takes and refuses what lzw_decode()
 * does. */
struct lzw_stream;

struct lzw_stream *lzw_stream_new(void);    /* NULL without memory */
void lzw_stream_free(struct lzw_stream *s); /* NULL is allowed */
void lzw_stream_begin(struct lzw_stream *s);

/*
 * Decode from `in` to `out` until one of them is used up; *in_bytes and *out_bytes: how much of
 * each was. `last`: nothing follows `in`. NULL, or what is wrong, in words.
 */
const char *lzw_stream_run(struct lzw_stream *s, const void *in, size_t *in_bytes, void *out,
			   size_t *out_bytes, bool last);

#endif
