/*
 * The read stage: fills a block's planes from the files of its scene, through whichever reader each
 * file needs. It knows bands, files and grids; formats are the readers' business, and so are the
 * meters of fetch and decode.
 */
#include "stages.h"

#include <stdlib.h>
#include <string.h>

#include "reader/reader.h"
#include "resample.h"

/* Outlives the scene whose files are open, so it does not point into it. */
struct read_state {
	const struct recipe *recipe;
	void *handle[SCENE_MAX_FILES]; /* NULL: not open */
	const struct reader *reader[SCENE_MAX_FILES];
};

/* Pixels of the scene along one of the file's, or of the file along one of the scene's. */
struct file_grid {
	uint32_t ratio; /* 1: the file's pixels are not larger */
	uint32_t finer; /* 0: nor smaller */
};

/* The bands of a file that are read. */
struct file_bands {
	unsigned n, slot[SCENE_MAX_BANDS];
	struct file_grid grid; /* one, as it is one file */
	bool masked;           /* and the file's mask */
};

static struct file_bands bands_of_file(const struct scene *scene, const struct recipe *recipe,
				       unsigned file)
{
	struct file_bands bands = {.grid = {.ratio = 1}};
	uint32_t read = bands_read(scene, recipe);

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++) {
		const struct band *band = &scene->band[slot];

		if (!(read >> slot & 1) || band->file != file)
			continue;
		bands.slot[bands.n++] = slot;
		bands.grid = (struct file_grid){band->ratio, band->finer};
		bands.masked |= slot != SCENE_QA && scene->files[file].info.has_mask;
	}
	return bands;
}

static bool on_grid(const struct file_grid *grid)
{
	return grid->ratio == 1 && !grid->finer;
}

/* A window of the scene in the file's pixels. */
static struct window file_window(const struct window *w, const struct file_grid *grid)
{
	return grid->finer ? window_finer(w, grid->finer) : window_coarser(w, grid->ratio);
}

/* --- memory --- */

static size_t plane_bytes(enum sample_type type, uint32_t x_size, uint32_t y_size)
{
	return arena_cost(size_mul(size_mul(x_size, y_size), sample_size(type)));
}

static size_t read_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	uint32_t read = bands_read(scene, options->recipe);
	size_t bytes = 0;

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (read >> slot & 1)
			bytes = size_add(
				bytes, plane_bytes(plane_type(&scene->band[slot]), x_size, y_size));
	for (unsigned file = 0; file < scene->n_files; file++)
		if (bands_of_file(scene, options->recipe, file).masked)
			bytes = size_add(bytes, arena_cost(size_mul(x_size, y_size)));
	return bytes;
}

/* Most pixels of a file along one side of a block, wherever it lies. */
static uint32_t file_pixels(uint32_t pixels, const struct file_grid *grid)
{
	uint64_t n = grid->finer       ? (uint64_t)pixels * grid->finer
		     : grid->ratio > 1 ? pixels / grid->ratio + 2
				       : pixels;

	return n < UINT32_MAX ? (uint32_t)n : UINT32_MAX;
}

/* Its bands and its mask as they are stored, where that is not the scene's grid. */
static size_t stored_bytes(const struct scene *scene, unsigned file, const struct file_bands *bands,
			   uint32_t x_size, uint32_t y_size)
{
	size_t mask = bands->masked ? arena_cost(size_mul(x_size, y_size)) : 0;

	if (on_grid(&bands->grid))
		return 0;
	return size_add(mask, size_mul(bands->n,
				       plane_bytes(scene->files[file].info.type, x_size, y_size)));
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

static size_t read_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
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

/* --- handles --- */

static void read_leave(void *state_ptr)
{
	struct read_state *state = state_ptr;

	for (unsigned file = 0; file < SCENE_MAX_FILES; file++)
		if (state->handle[file])
			state->reader[file]->close(state->handle[file]);
	*state = (struct read_state){.recipe = state->recipe};
}

/* The reader of a file, with its handle open; NULL with err set. */
static const struct reader *open_file(struct read_state *state, const struct scene *scene,
				      unsigned file, struct error *err)
{
	const struct scene_file *f = &scene->files[file];

	if (state->handle[file])
		return state->reader[file];
	state->reader[file] = reader_of(&f->info, err);
	if (!state->reader[file] ||
	    state->reader[file]->open(&state->handle[file], f->path, &f->info, err))
		return NULL;
	return state->reader[file];
}

static int read_open(void **state, const struct stage_env *env, struct error *err)
{
	struct read_state *s = calloc(1, sizeof(*s));

	*state = s;
	if (!s)
		return error_memory(err, "file handles", sizeof(*s));
	s->recipe = env->options->recipe;
	return 0;
}

static void read_close(void *state)
{
	if (!state)
		return;
	read_leave(state);
	free(state);
}

/* --- reading --- */

static int no_memory(struct error *err)
{
	return error_set(err, EX_SOFTWARE, "read: the planned memory is too small");
}

/* A request for all bands of a file; the planes are the caller's. */
static struct read_request request_of(const struct scene *scene, const struct file_bands *bands,
				      const struct window *window)
{
	struct read_request request = {
		.window = file_window(window, &bands->grid),
		.n_bands = bands->n,
	};

	for (unsigned i = 0; i < bands->n; i++)
		request.band[i] = scene->band[bands->slot[i]].index;
	return request;
}

/* Planes of the file's own grid for it. False without memory. */
static bool alloc_stored(const struct stage_env *env, struct read_request *request, size_t n,
			 size_t size, bool masked)
{
	for (unsigned i = 0; i < request->n_bands; i++) {
		request->plane[i] = arena_alloc(env->arena, size_mul(n, size));
		if (!request->plane[i])
			return false;
	}
	request->mask = masked ? arena_alloc(env->arena, n) : NULL;
	return !masked || request->mask;
}

/* A plane of the scene's grid from one of the file's; `w` is one pixel where both hold but one. */
static void resample(void *plane, const struct window *w, const void *stored, enum sample_type type,
		     const struct band *band, const uint8_t *mask, bool one)
{
	size_t size = sample_size(type);

	if (band->finer)
		average(plane, w, stored, type, band, mask, one ? 1 : band->finer);
	else if (one)
		memcpy(plane, stored, size);
	else
		replicate(plane, w, stored, band->ratio, size);
}

static void resample_file(const struct scene *scene, unsigned file, const struct file_bands *bands,
			  const struct window *window, const struct read_request *request,
			  void *const *plane, uint8_t *mask)
{
	static const struct window pixel = {.x_size = 1, .y_size = 1};
	const struct file_grid *grid = &bands->grid;
	bool one = request->constant;

	for (unsigned i = 0; i < bands->n; i++)
		resample(plane[bands->slot[i]], one ? &pixel : window, request->plane[i],
			 scene->files[file].info.type, &scene->band[bands->slot[i]], request->mask,
			 one);
	if (mask && grid->finer)
		average_mask(mask, window, request->mask, grid->finer);
	else if (mask)
		replicate(mask, window, request->mask, grid->ratio, 1);
}

/* All bands of one file on the scene's grid. *constant: the planes hold one value each. */
static int read_file(struct read_state *state, const struct stage_env *env,
		     const struct block *block, unsigned file, void **plane, uint8_t *mask,
		     bool *constant, struct error *err)
{
	const struct scene *scene = block->scene;
	const struct file_bands bands = bands_of_file(scene, state->recipe, file);
	struct read_request request = request_of(scene, &bands, &block->window);
	bool direct = on_grid(&bands.grid);
	size_t mark = env->arena->used;
	const struct reader *reader;

	*constant = true;
	if (!bands.n)
		return 0;
	reader = open_file(state, scene, file, err);
	if (!reader)
		return -1;
	for (unsigned i = 0; i < bands.n; i++)
		request.plane[i] = plane[bands.slot[i]];
	request.mask = mask;
	if (!direct && !alloc_stored(env, &request, window_pixels(&request.window),
				     sample_size(scene->files[file].info.type), mask))
		return no_memory(err);
	if (reader->read(state->handle[file], &request, env->arena, env->meter, err))
		return -1;
	if (!direct)
		resample_file(scene, file, &bands, &block->window, &request, plane, mask);
	*constant = request.constant;
	arena_rewind(env->arena, mark);
	return 0;
}

/* n samples of each band that is read, of its plane's type. False without memory. */
static bool alloc_planes(const struct stage_env *env, struct block *block, size_t n, void **plane)
{
	uint32_t read = bands_read(block->scene, env->options->recipe);

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++) {
		size_t size = sample_size(plane_type(&block->scene->band[slot]));

		if (!(read >> slot & 1))
			continue;
		block->plane[slot] = plane[slot] = arena_alloc(env->arena, size_mul(n, size));
		if (!plane[slot])
			return false;
	}
	return true;
}

static bool alloc_masks(const struct stage_env *env, struct block *block, uint8_t **mask)
{
	size_t n = window_pixels(&block->window);

	for (unsigned file = 0; file < block->scene->n_files; file++) {
		if (!bands_of_file(block->scene, env->options->recipe, file).masked)
			continue;
		block->file_mask[file] = mask[file] = arena_alloc(env->arena, n);
		if (!mask[file])
			return false;
	}
	return true;
}

/*
 * One file's share of a constant block. Files that are not open yet are opened; one that cannot be
 * is left to read_run(), with words.
 */
static bool constant_file(struct read_state *state, const struct stage_env *env,
			  const struct block *block, unsigned file, void **plane)
{
	const struct scene *scene = block->scene;
	const struct file_bands bands = bands_of_file(scene, state->recipe, file);
	struct read_request request = request_of(scene, &bands, &block->window);
	size_t mark = env->arena->used, size = sample_size(scene->files[file].info.type);
	const struct reader *reader;

	if (!bands.n)
		return true;
	reader = open_file(state, scene, file, NULL);
	if (!reader || !reader->constant || bands.masked ||
	    !alloc_stored(env, &request, 1, size, false) ||
	    !reader->constant(state->handle[file], &request))
		return false;
	request.constant = true;
	resample_file(scene, file, &bands, &block->window, &request, plane, NULL);
	arena_rewind(env->arena, mark);
	return true;
}

static bool read_constant(void *state, const struct stage_env *env, struct block *block)
{
	struct block constant = *block;
	void *plane[SCENE_MAX_BANDS] = {0};
	size_t mark = env->arena->used;
	bool all = alloc_planes(env, &constant, 1, plane);

	for (unsigned file = 0; all && file < block->scene->n_files; file++)
		all = constant_file(state, env, &constant, file, plane);
	if (!all) {
		arena_rewind(env->arena, mark);
		return false;
	}
	*block = constant;
	block->constant = true;
	block->n_pixels = 1;
	return true;
}

/* Spread the one value of a constant plane over all pixels of the block. */
static void spread(void *plane, size_t size, size_t n)
{
	for (size_t i = 1; i < n; i++)
		memcpy((unsigned char *)plane + i * size, plane, size);
}

/* The block is constant where every file says so; else constant files are spread out. */
static void settle_constant(struct block *block, void **plane, const bool *constant)
{
	const struct scene *scene = block->scene;
	bool all = true;

	for (unsigned file = 0; file < scene->n_files; file++)
		all = all && constant[file];
	block->constant = all;
	block->n_pixels = all ? 1 : window_pixels(&block->window);
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS && !all; slot++)
		if (plane[slot] && constant[scene->band[slot].file])
			spread(plane[slot], sample_size(plane_type(&scene->band[slot])),
			       block->n_pixels);
}

static int read_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	void *plane[SCENE_MAX_BANDS] = {0};
	uint8_t *mask[SCENE_MAX_FILES] = {0};
	bool constant[SCENE_MAX_FILES] = {0};

	(void)result;
	if (!alloc_planes(env, block, window_pixels(&block->window), plane) ||
	    !alloc_masks(env, block, mask))
		return no_memory(err);
	for (unsigned file = 0; file < block->scene->n_files; file++)
		if (read_file(state, env, block, file, plane, mask[file], &constant[file], err))
			return -1;
	settle_constant(block, plane, constant);
	return 0;
}

/* Files that are not open yet are opened; one that cannot be is left to read_run(), with words. */
static uint64_t read_ahead(void *state_ptr, const struct scene *scene, const struct window *window,
			   uint64_t most)
{
	struct read_state *state = state_ptr;
	uint64_t bytes = 0;

	for (unsigned file = 0; file < scene->n_files; file++) {
		const struct file_bands bands = bands_of_file(scene, state->recipe, file);
		const struct read_request request = request_of(scene, &bands, window);
		const struct reader *reader = bands.n ? open_file(state, scene, file, NULL) : NULL;

		if (reader && reader->ahead)
			bytes += reader->ahead(state->handle[file], &request, most - bytes);
	}
	return bytes;
}

const struct stage stage_read = {
	.name = "read",
	.meter = METER_DECODE,
	.meters_itself = true,
	.kept = read_kept,
	.scratch = read_scratch,
	.open = read_open,
	.run = read_run,
	.constant = read_constant,
	.ahead = read_ahead,
	.leave = read_leave,
	.close = read_close,
};
