/*
 * The per-dataset mask of a file: mask.c. For probe.c and read.c.
 */
#ifndef IMGPIPE_TIFF_MASK_H
#define IMGPIPE_TIFF_MASK_H

#include "image.h"

struct tiff_mask;

enum { TIFF_MASK_OF_BANDS = 2 };

/*
 * PROBE_OK: *mask is open; PROBE_DECLINED: there is none; TIFF_MASK_OF_BANDS: none, but there are
 * masks of single bands beside the file; -1: there is one that cannot be read, with EX_UNAVAILABLE
 * where only its form is not known here.
 */
int tiff_mask_open(struct tiff_mask **mask, const struct tiff_image *image, struct error *err);
size_t tiff_mask_memory(struct tiff_mask *mask); /* bytes it holds at most */
int tiff_mask_read(struct tiff_mask *mask, const struct window *window, uint8_t *out,
		   struct meter *meter, struct error *err);
void tiff_mask_close(struct tiff_mask *mask); /* NULL is allowed */
/* The mask as an image: where its blocks are stored. */
struct tiff_image *tiff_mask_image(struct tiff_mask *mask);

#endif
