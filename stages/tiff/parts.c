/*
 * Which stored blocks meet a window, and the small questions that each way of reading one asks. It
 * reads no pixel.
 */
#include "parts.h"

int tiff_each_part(const struct tiff_job *job,
		   int (*act)(const struct tiff_job *, const struct tiff_part *))
{
	struct tiff_image *image = &job->handle->image;
	const struct window *w = &job->request->window;
	uint32_t last_column = (w->x_off + w->x_size - 1) / image->block_x_size;
	uint32_t last_row = (w->y_off + w->y_size - 1) / image->block_y_size;
	unsigned planes = image->planar ? job->request->n_bands : 1;

	for (uint32_t row = w->y_off / image->block_y_size; row <= last_row; row++)
		for (unsigned p = 0; p < planes; p++)
			for (uint32_t column = w->x_off / image->block_x_size;
			     column <= last_column; column++) {
				struct tiff_part part = {
					.first = p,
					.n_bands = image->planar ? 1 : job->request->n_bands,
				};
				uint16_t plane =
					image->planar ? (uint16_t)(job->request->band[p] - 1) : 0;

				if (tiff_block_find(image, column, row, plane, &part.block,
						    job->err))
					return -1;
				if (!window_intersect(&part.block.window, w, &part.window))
					continue;
				if (act(job, &part))
					return -1;
			}
	return 0;
}

void *tiff_take(const struct tiff_job *job, size_t bytes)
{
	void *memory = arena_alloc(job->arena, bytes);

	if (!memory)
		(void)error_set(job->err, EX_SOFTWARE,
				"%s: the planned memory is too small for a block (%zu bytes)",
				job->handle->image.path, bytes);
	return memory;
}

bool tiff_same_rows(const struct tiff_job *job, const struct tiff_part *part)
{
	const struct tiff_image *image = &job->handle->image;

	return image->block_samples == 1 && part->n_bands == 1 &&
	       job->request->window.x_size == image->block_x_size &&
	       part->window.x_size == image->block_x_size;
}

/*
 * What was decoded of the requested bands, in bytes. Padding beyond the image and bands that were
 * not asked for are left out, so 1.0 bytes decoded for each one needed means aligned windows.
 */
void tiff_count_decoded(const struct tiff_job *job, const struct tiff_part *part, uint64_t rows)
{
	job->meter->bytes_decoded += rows * part->block.window.x_size * part->n_bands * job->size;
}
