/*
 * Bytes of a record, written and read in order: numbers little-endian, whatever the machine;
 * varints (LEB128: seven bits a byte, low ones first, the high bit says that more follow) in their
 * shortest form only; texts as a varint of their length and their bytes.
 *
 * Errors stay: a writer without memory, or a reader that has met something it cannot take, does
 * nothing more, and is asked at the end.
 */
#ifndef IMGPIPE_CATALOGUE_BYTES_H
#define IMGPIPE_CATALOGUE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accum.h"

/* All zero at first. `byte` is owned by who made it, for free(). */
struct byte_writer {
	unsigned char *byte;
	size_t n, room;
	bool failed; /* no memory */
};

void write_bytes(struct byte_writer *w, const void *bytes, size_t n);
/* Of so many bytes, 1 to 8. */
void write_word(struct byte_writer *w, uint64_t value, unsigned bytes);
void write_varint(struct byte_writer *w, uint64_t value);
void write_text(struct byte_writer *w, const char *text);
/* Every NaN as one. */
void write_double(struct byte_writer *w, double value);
void write_float(struct byte_writer *w, float value);
/* For each slot that is not zero: see README.md. */
void write_histogram(struct byte_writer *w, const struct histogram *h);

struct byte_reader {
	const unsigned char *at, *end;
	bool bad; /* it has ended too early, or a number has another form */
};

/* Each gives 0, NULL or "" where the reader is bad. */
uint64_t read_word(struct byte_reader *r, unsigned bytes);
uint64_t read_varint(struct byte_reader *r, uint64_t most);
/* Owned by the caller; NULL and bad also without memory. Never longer than what is there. */
char *read_text(struct byte_reader *r);
/* Into a field of so many bytes, its end included. */
void read_field(struct byte_reader *r, char *to, size_t size);
double read_double(struct byte_reader *r);
float read_float(struct byte_reader *r);
void read_histogram(struct byte_reader *r, struct histogram *h);

#endif
