/*
 * What is known of each codec: codec.c.
 */
#ifndef IMGPIPE_TIFF_CODEC_H
#define IMGPIPE_TIFF_CODEC_H

#include "block.h"

/* Name for people, NULL where this reader does not read the codec. */
const char *tiff_codec_name(uint16_t compression);
bool tiff_codec_has_predictor(uint16_t compression);
size_t tiff_codec_raw_bytes(uint16_t compression, size_t block_bytes);
/*
 * What the decoder allocates. Looks into the first stored block where that decides, and keeps what
 * it found in image->window_bytes.
 */
size_t tiff_codec_memory(struct tiff_image *image);

/* Does the decoder of this block, which starts with these n bytes, need more than was planned? */
int tiff_codec_check(const struct tiff_image *image, const struct tiff_block *block,
		     const void *stored, size_t n, struct error *err);

#endif
