/*
 * Packing pixels. Knows nothing of how messages travel.
 */
#include "pixel_message.h"

#include <string.h>

size_t pixel_message_bytes(uint64_t n_pixels)
{
	return size_add(sizeof(struct pixel_message), size_mul(n_pixels, MESSAGE_PIXEL_BYTES));
}

void pixel_message_pack(void *out, const struct block *block)
{
	struct pixel_message *message = out;
	unsigned char *pixels = (unsigned char *)(message + 1);

	*message = (struct pixel_message){
		.window = block->window, .n_pixels = block->n_pixels, .constant = block->constant};
	memcpy(pixels, block->value, block->n_pixels * sizeof(float));
	memcpy(pixels + block->n_pixels * sizeof(float), block->pixel_class, block->n_pixels);
}

int pixel_message_unpack(struct block *block, const void *in, size_t bytes,
			 const struct scene *scene, const struct window *within, struct error *err)
{
	const struct pixel_message *message = in;
	struct window common;
	unsigned char *pixels = (unsigned char *)(uintptr_t)(message + 1);

	if (bytes < sizeof(*message) || bytes != pixel_message_bytes(message->n_pixels) ||
	    !window_intersect(&message->window, within, &common) ||
	    memcmp(&common, &message->window, sizeof(common)) != 0 ||
	    message->n_pixels != (message->constant ? 1 : window_pixels(&message->window)))
		return error_set(err, EX_SOFTWARE,
				 "a worker's pixels are malformed (%zu bytes); they are left out",
				 bytes);
	*block = (struct block){
		.scene = scene,
		.window = message->window,
		.n_pixels = message->n_pixels,
		.constant = message->constant,
		.value = (float *)(void *)pixels,
		.pixel_class = pixels + message->n_pixels * sizeof(float),
	};
	return 0;
}
