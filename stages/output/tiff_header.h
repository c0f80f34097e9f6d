/*
 * The header of a TIFF file of one map, from its first byte to the first record of a tile:
 * tiff_header.c. For tiff_file.c, which fills in where tiles lie.
 */
#ifndef IMGPIPE_OUTPUT_TIFF_HEADER_H
#define IMGPIPE_OUTPUT_TIFF_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tiff_file.h"

struct tiff_header {
	unsigned char *at; /* room for tiff_header_room() bytes, cleared */
	size_t n, room;
	bool big;
	bool full; /* it did not fit: a fault of the program */
	/* Where the arrays of each level stand: offsets of 4 bytes, or 8 in a BigTIFF; counts of 4.
	 */
	size_t offsets_at[PYRAMID_LEVELS_MOST], counts_at[PYRAMID_LEVELS_MOST];
};

/* Bytes that a header has at the most. Pure. */
size_t tiff_header_room(const struct pyramid *pyramid);

/* `metadata`: XML of n_metadata characters, ended by NUL. Arrays stay 0. */
void tiff_header_write(struct tiff_header *header, const struct tiff_facts *facts,
		       const char *metadata, size_t n_metadata);

#endif
