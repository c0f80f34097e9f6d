/*
 * Stored blocks fetched, held to what was planned, and decoded as a whole: fetch.c. For decode.c
 * and mask.c; probe.c asks which blocks are decoded without libtiff.
 */
#ifndef IMGPIPE_TIFF_FETCH_H
#define IMGPIPE_TIFF_FETCH_H

#include "block.h"
#include "meter.h"

/* Smaller blocks are always decoded as a whole. */
enum { TIFF_STREAM_MIN_BYTES = 8 << 20 };

/* Can all blocks of this image be decoded without libtiff, and their predictor undone? */
bool tiff_direct_takes(const struct tiff_image *image);

/* Give the image its decoder. */
int tiff_direct_open(struct tiff_image *image, struct error *err);

/* Can a block of this size be decoded by rows as well? */
static inline bool tiff_direct_large(size_t block_bytes, size_t raw_bytes)
{
	return block_bytes >= TIFF_STREAM_MIN_BYTES ||
	       raw_bytes >= TIFF_STREAM_MIN_BYTES - block_bytes;
}

/* Fetch the stored bytes of a block, *bytes of them, into raw (raw_bytes). */
int tiff_block_fetch(struct tiff_image *image, const struct tiff_block *block, void *raw,
		     size_t *bytes, struct meter *meter, struct error *err);

/*
 * Fetch and decode a whole block into `out` (block_bytes); raw: raw_bytes of scratch. By libtiff,
 * predictor and byte order included, or by image->decoder, which leaves them to the caller. 0, or
 * -1 where any of the rows in the image cannot be had.
 */
int tiff_block_decode(struct tiff_image *image, const struct tiff_block *block, void *raw,
		      void *out, struct meter *meter, struct error *err);

#endif
