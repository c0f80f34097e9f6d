/*
 * What stored pictures (JPEG, WebP, LERC) claim of themselves, looked at by claims.c for fetch.c.
 */
#ifndef IMGPIPE_TIFF_CLAIMS_H
#define IMGPIPE_TIFF_CLAIMS_H

#include "block.h"

/* May this block be decoded? All n stored bytes are at hand. -1 if it claims too much. */
int tiff_claims_check(struct tiff_image *image, const struct tiff_block *block, const void *stored,
		      size_t n, struct error *err);

#endif
