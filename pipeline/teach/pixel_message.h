/*
 * Pixel messages: a block's values and classes, of all that the recipe has, as they travel to
 * whoever reduces them.
 */
#ifndef IMGPIPE_PIPELINE_PIXEL_MESSAGE_H
#define IMGPIPE_PIPELINE_PIXEL_MESSAGE_H

#include <stddef.h>
#include <stdint.h>

#include "stage.h"

/*
 * This, then for each value that there is a float for each pixel, then for each a byte for each
 * pixel. Plain data: it may be copied, piped, and
 * put in shared memory.
 */
struct pixel_message {
	struct window window;
	uint64_t n_pixels;
	uint32_t constant;
	uint32_t present; /* bit v: value v of the recipe is there */
};

enum { MESSAGE_PIXEL_BYTES = sizeof(float) + sizeof(uint8_t) };

/* Values that a block holds. */
unsigned block_values(const struct block *block);
/* Bytes of a block as a message; SIZE_MAX on overflow. */
size_t pixel_message_bytes(uint64_t n_pixels, unsigned n_values);
void pixel_message_pack(void *out, const struct block *block);
/*
 * The pixels of a message of `bytes` bytes, as a block that lasts as long as they do. -1 where it
 * is none of the chunk `within`.
 */
int pixel_message_unpack(struct block *block, const void *in, size_t bytes,
			 const struct scene *scene, const struct window *within,
			 struct error *err) MUST_CHECK;

#endif
