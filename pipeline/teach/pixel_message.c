/*
 * Packing pixels. Knows nothing of how messages travel.
 */
#include "pixel_message.h"

#include <string.h>

static uint32_t present_values(const struct block *block)
{
	uint32_t present = 0;

	for (unsigned v = 0; v < RECIPE_MAX_VALUES; v++)
		if (block->out[v].value)
			present |= 1u << v;
	return present;
}

unsigned block_values(const struct block *block)
{
	return (unsigned)__builtin_popcount(present_values(block));
}

size_t pixel_message_bytes(uint64_t n_pixels, unsigned n_values)
{
	return size_add(sizeof(struct pixel_message),
			size_mul(n_pixels, n_values * (size_t)MESSAGE_PIXEL_BYTES));
}

void pixel_message_pack(void *out, const struct block *block)
{
	struct pixel_message *message = out;
	unsigned char *at = (unsigned char *)(message + 1);

	*message = (struct pixel_message){.window = block->window,
					  .n_pixels = block->n_pixels,
					  .constant = block->constant,
					  .present = present_values(block)};
	for (unsigned v = 0; v < RECIPE_MAX_VALUES; v++)
		if (block->out[v].value)
			at = mempcpy(at, block->out[v].value, block->n_pixels * sizeof(float));
	for (unsigned v = 0; v < RECIPE_MAX_VALUES; v++)
		if (block->out[v].value)
			at = mempcpy(at, block->out[v].pixel_class, block->n_pixels);
}

/* Planes of the values that are there, one behind another. */
static void find_planes(struct block *block, const struct pixel_message *message)
{
	unsigned char *value = (unsigned char *)(uintptr_t)(message + 1);
	unsigned char *class = value + (size_t)__builtin_popcount(message->present) *
					       block->n_pixels * sizeof(float);

	for (unsigned v = 0; v < RECIPE_MAX_VALUES; v++) {
		if (!(message->present >> v & 1))
			continue;
		block->out[v] = (struct value_plane){(float *)(void *)value, class};
		value += block->n_pixels * sizeof(float);
		class += block->n_pixels;
	}
}

/* What it says of itself fits its bytes and the chunk. */
static bool is_whole(const struct pixel_message *message, size_t bytes, const struct window *within)
{
	struct window common;

	if (bytes < sizeof(*message) || message->present >> RECIPE_MAX_VALUES ||
	    bytes != pixel_message_bytes(message->n_pixels,
					 (unsigned)__builtin_popcount(message->present)))
		return false;
	if (!window_intersect(&message->window, within, &common) ||
	    memcmp(&common, &message->window, sizeof(common)) != 0)
		return false;
	return message->n_pixels == (message->constant ? 1 : window_pixels(&message->window));
}

int pixel_message_unpack(struct block *block, const void *in, size_t bytes,
			 const struct scene *scene, const struct window *within, struct error *err)
{
	const struct pixel_message *message = in;

	if (!is_whole(message, bytes, within))
		return error_set(err, EX_SOFTWARE,
				 "a worker's pixels are malformed (%zu bytes); they are left out",
				 bytes);
	*block = (struct block){.scene = scene,
				.window = message->window,
				.n_pixels = message->n_pixels,
				.constant = message->constant};
	find_planes(block, message);
	return 0;
}
