/*
 * What is read of each file, and what memory that takes: planes of the scene's grid, which later
 * stages see, and on top of them, one file at a time, what is stored on another grid or only
 * judged.
 */
#include "read_plan.h"

#include "quality.h"
#include "reader/reader.h"
#include "resample.h"
#include "stages.h"

struct file_bands bands_of_file(const struct scene *scene, const struct recipe *recipe,
				unsigned file)
{
	struct file_bands bands = {.grid = {.ratio = 1}};
	uint32_t read = bands_read(scene, recipe);

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++) {
		const struct band *band = &scene->band[slot];

		if (!(read >> slot & 1) || band->file != file)
			continue;
		bands.slot[bands.n++] = slot;
		bands.n_planes += slot < SCENE_QA;
		bands.grid = (struct file_grid){band->ratio, band->finer};
		bands.masked = scene->files[file].info.has_mask;
	}
	return bands;
}

struct window file_window(const struct window *w, const struct file_grid *grid)
{
	return grid->finer ? window_finer(w, grid->finer) : window_coarser(w, grid->ratio);
}

static size_t plane_bytes(enum sample_type type, uint32_t x_size, uint32_t y_size)
{
	return arena_cost(size_mul(size_mul(x_size, y_size), sample_size(type)));
}

size_t read_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
		 const struct options *options)
{
	uint32_t read = bands_read(scene, options->recipe);
	size_t byte = arena_cost(size_mul(x_size, y_size)), bytes = 0;

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (read >> slot & 1)
			bytes = size_add(
				bytes, plane_bytes(plane_type(&scene->band[slot]), x_size, y_size));
	for (unsigned file = 0; file < scene->n_files; file++) {
		const struct file_bands bands = bands_of_file(scene, options->recipe, file);

		bytes = size_add(bytes, keeps_mask(&bands) ? byte : 0);
	}
	return size_add(bytes, quality_slots(scene) ? byte : 0);
}

/* Most pixels of a file along one side of a block, wherever it lies. */
static uint32_t file_pixels(uint32_t pixels, const struct file_grid *grid)
{
	uint64_t n = grid->finer       ? (uint64_t)pixels * grid->finer
		     : grid->ratio > 1 ? pixels / grid->ratio + 2
				       : pixels;

	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* What is read of it as it is stored, and not into the block; and codes of its quality bands. */
static size_t stored_bytes(const struct scene *scene, unsigned file, const struct file_bands *bands,
			   uint32_t x_size, uint32_t y_size)
{
	enum sample_type type = scene->files[file].info.type;
	size_t byte = arena_cost(size_mul(x_size, y_size)), bytes = 0;
	bool direct = on_grid(&bands->grid);

	for (unsigned i = 0; i < bands->n; i++)
		if (!is_direct(bands, i))
			bytes = size_add(bytes, plane_bytes(type, x_size, y_size));
	if (bands->masked && !(direct && bands->n_planes))
		bytes = size_add(bytes, byte);
	return size_add(bytes, bands->n > bands->n_planes && !direct ? byte : 0);
}

static size_t file_scratch(const struct scene *scene, unsigned file, const struct file_bands *bands,
			   uint32_t x_size, uint32_t y_size)
{
	const struct raster_info *info = &scene->files[file].info;
	const struct reader *reader = reader_of(info, NULL);

	if (!bands->n)
		return 0;
	if (!reader)
		return SIZE_MAX;
	x_size = file_pixels(x_size, &bands->grid);
	y_size = file_pixels(y_size, &bands->grid);
	return size_add(reader->scratch(info, x_size, y_size, bands->n, bands->masked),
			stored_bytes(scene, file, bands, x_size, y_size));
}

size_t read_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
		    const struct options *options)
{
	size_t most = 0;

	for (unsigned file = 0; file < scene->n_files; file++) {
		const struct file_bands bands = bands_of_file(scene, options->recipe, file);
		size_t bytes = file_scratch(scene, file, &bands, x_size, y_size);

		most = bytes > most ? bytes : most;
	}
	return most;
}
