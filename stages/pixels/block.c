/*
 * Slices of a block: views of some of its rows. Nothing is copied.
 */
#include "quality.h"
#include "stages.h"

/*
 * Pixels of a slice, about: planes, classes and values of 2^16 pixels in 16 bits take 576 KiB,
 * which most L2 caches hold. From 2^12 to 2^16 pixels makes no difference that could be measured on
 * an uncompressed scene; whole tiles of 2^18 took 30 % more, with longer loops than now.
 */
enum { SLICE_PIXELS = 1 << 16 };

uint32_t block_slice_rows(uint32_t x_size, uint32_t y_size)
{
	uint32_t rows = x_size ? SLICE_PIXELS / x_size : y_size;

	return rows < 1 ? 1 : rows < y_size ? rows : y_size;
}

struct block block_slice(const struct block *block, uint32_t first, uint32_t rows)
{
	struct block slice = *block;
	size_t skip = (size_t)first * block->window.x_size;

	if (block->constant || rows == block->window.y_size)
		return slice;
	slice.window.y_off += first;
	slice.window.y_size = rows;
	slice.n_pixels = window_pixels(&slice.window);
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (block->plane[slot])
			slice.plane[slot] =
				(const unsigned char *)block->plane[slot] +
				skip * sample_size(plane_type(&block->scene->band[slot]));
	for (unsigned file = 0; file < block->scene->n_files; file++)
		if (block->file_mask[file])
			slice.file_mask[file] = block->file_mask[file] + skip;
	if (block->verdict)
		slice.verdict = block->verdict + skip;
	return slice;
}

uint32_t bands_read(const struct scene *scene, const struct recipe *recipe)
{
	uint32_t bands = quality_slots(scene);

	for (unsigned slot = 0; slot < recipe->n_bands; slot++)
		if (recipe->kept >> slot & 1 && scene->has_band[slot])
			bands |= 1u << slot;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (!value_is_missing(scene, v))
			bands |= recipe->value[v].reads;
	return bands;
}

size_t scene_pixel_bytes(const struct scene *scene)
{
	size_t bytes = 0;

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		bytes += scene->has_band[slot] ? sample_size(scene->band[slot].type) : 0;
	return bytes;
}
