/*
 * The read stage: fills a block's planes from the files of its scene, through whichever reader each
 * file needs. It knows bands, files and grids; formats are the readers' business, and so are the
 * meters of fetch and decode.
 */
#include "stages.h"

#include <stdlib.h>
#include <string.h>

#include "reader/reader.h"

/* Outlives the scene whose files are open, so it does not point into it. */
struct read_state {
	void *handle[SCENE_MAX_FILES]; /* NULL: not open */
	const struct reader *reader[SCENE_MAX_FILES];
};

static bool has_dataset_mask(const struct scene *scene, unsigned file)
{
	bool used = false;

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		used = used || (scene->has_band[slot] && scene->band[slot].file == file);
	return used && scene->files[file].info.has_mask;
}

/* The window of a coarser band's grid that covers a window of the scene. */
static struct window coarse_window(const struct window *w, uint32_t ratio)
{
	uint32_t x1 = (w->x_off + w->x_size - 1) / ratio, y1 = (w->y_off + w->y_size - 1) / ratio;
	struct window c = {w->x_off / ratio, w->y_off / ratio, 0, 0};

	c.x_size = x1 - c.x_off + 1;
	c.y_size = y1 - c.y_off + 1;
	return c;
}

/* Pixels of the scene along one pixel of a file's bands, which have one grid. */
static uint32_t file_ratio(const struct scene *scene, unsigned file)
{
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot] && scene->band[slot].file == file)
			return scene->band[slot].ratio;
	return 1;
}

/* --- memory --- */

static size_t plane_bytes(const struct band *band, uint32_t x_size, uint32_t y_size)
{
	return arena_cost(size_mul(size_mul(x_size, y_size), sample_size(band->type)));
}

static size_t read_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	size_t bytes = 0;

	(void)options;
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot])
			bytes = size_add(bytes, plane_bytes(&scene->band[slot], x_size, y_size));
	for (unsigned file = 0; file < scene->n_files; file++)
		if (has_dataset_mask(scene, file))
			bytes = size_add(bytes, arena_cost(size_mul(x_size, y_size)));
	return bytes;
}

static unsigned bands_of_file(const struct scene *scene, unsigned file, unsigned *slot)
{
	unsigned n = 0;

	for (unsigned r = 0; r < SCENE_MAX_BANDS; r++)
		if (scene->has_band[r] && scene->band[r].file == file)
			slot[n++] = r;
	return n;
}

/* One band at a time on its own grid, and the file's mask. */
static size_t coarse_bytes(const struct scene *scene, unsigned file, uint32_t cx, uint32_t cy)
{
	unsigned slot[SCENE_MAX_BANDS], n = bands_of_file(scene, file, slot);
	size_t most = 0;

	for (unsigned i = 0; i < n; i++) {
		size_t bytes = plane_bytes(&scene->band[slot[i]], cx, cy);

		most = bytes > most ? bytes : most;
	}
	return size_add(most, has_dataset_mask(scene, file) ? arena_cost(size_mul(cx, cy)) : 0);
}

static size_t read_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			   const struct options *options)
{
	size_t most = 0;

	(void)options;
	for (unsigned file = 0; file < scene->n_files; file++) {
		unsigned slot[SCENE_MAX_BANDS];
		unsigned n = bands_of_file(scene, file, slot);
		const struct reader *reader = reader_of(&scene->files[file].info, NULL);
		uint32_t ratio = file_ratio(scene, file);
		uint32_t cx = x_size / ratio + 2, cy = y_size / ratio + 2;
		size_t bytes;

		if (!n)
			continue;
		if (!reader || n > READ_MAX_BANDS)
			return SIZE_MAX;
		if (ratio == 1) {
			cx = x_size;
			cy = y_size;
		}
		bytes = reader->scratch(&scene->files[file].info, cx, cy, n,
					has_dataset_mask(scene, file));
		if (ratio > 1)
			bytes = size_add(bytes, coarse_bytes(scene, file, cx, cy));
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
	*state = (struct read_state){0};
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
	(void)env;
	*state = calloc(1, sizeof(struct read_state));
	return *state ? 0 : error_memory(err, "file handles", sizeof(struct read_state));
}

static void read_close(void *state)
{
	if (!state)
		return;
	read_leave(state);
	free(state);
}

/* --- reading --- */

static void replicate(unsigned char *out, const struct window *w, const unsigned char *coarse,
		      const struct window *c, uint32_t ratio, size_t size)
{
	for (uint32_t y = 0; y < w->y_size; y++) {
		const unsigned char *row =
			coarse + (size_t)((w->y_off + y) / ratio - c->y_off) * c->x_size * size;

		for (uint32_t x = 0; x < w->x_size; x++, out += size)
			memcpy(out, row + (size_t)((w->x_off + x) / ratio - c->x_off) * size, size);
	}
}

/* A band on a coarser grid: nearest neighbour, which for an integer ratio is replication. */
static int read_coarse(struct read_state *state, const struct stage_env *env, struct block *block,
		       const struct band *band, void *plane, uint8_t *mask, struct error *err)
{
	const struct reader *reader = open_file(state, block->scene, band->file, err);
	size_t mark = env->arena->used, size = sample_size(band->type);
	struct read_request request = {
		.window = coarse_window(&block->window, band->ratio),
		.n_bands = 1,
		.band = {band->index},
	};
	uint64_t coarse_pixels = window_pixels(&request.window);

	if (!reader)
		return -1;
	request.plane[0] = arena_alloc(env->arena, size_mul(coarse_pixels, size));
	request.mask = mask ? arena_alloc(env->arena, coarse_pixels) : NULL;
	if (!request.plane[0] || (mask && !request.mask))
		return error_set(err, EX_SOFTWARE, "read: the planned memory is too small");
	if (reader->read(state->handle[band->file], &request, env->arena, env->meter, err))
		return -1;
	if (request.constant)
		for (uint64_t i = 1; i < coarse_pixels; i++)
			memcpy((unsigned char *)request.plane[0] + i * size, request.plane[0],
			       size);
	replicate(plane, &block->window, request.plane[0], &request.window, band->ratio, size);
	if (mask)
		replicate(mask, &block->window, request.mask, &request.window, band->ratio, 1);
	arena_rewind(env->arena, mark);
	return 0;
}

/*
 * One file's share of a constant block. Files that are not open yet are opened; one that cannot be
 * is left to read_run(), with words.
 */
static bool constant_file(struct read_state *state, const struct stage_env *env,
			  struct block *block, unsigned file)
{
	const struct scene *scene = block->scene;
	uint32_t ratio = file_ratio(scene, file);
	unsigned slot[SCENE_MAX_BANDS];
	struct read_request request = {
		.window = coarse_window(&block->window, ratio),
		.n_bands = bands_of_file(scene, file, slot),
	};
	const struct reader *reader = open_file(state, scene, file, NULL);

	if (!reader || !reader->constant || has_dataset_mask(scene, file))
		return false;
	for (unsigned i = 0; i < request.n_bands; i++) {
		request.band[i] = scene->band[slot[i]].index;
		request.plane[i] = arena_alloc(env->arena, sample_size(scene->band[slot[i]].type));
		block->plane[slot[i]] = request.plane[i];
		if (!request.plane[i])
			return false;
	}
	return reader->constant(state->handle[file], &request);
}

static bool read_constant(void *state, const struct stage_env *env, struct block *block)
{
	struct block constant = *block;
	size_t mark = env->arena->used;

	for (unsigned file = 0; file < block->scene->n_files; file++)
		if (!constant_file(state, env, &constant, file)) {
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

/* All bands of one file on the scene's grid. *constant: the planes hold one value each. */
static int read_file(struct read_state *state, const struct stage_env *env, struct block *block,
		     unsigned file, void **plane, uint8_t *mask, bool *constant, struct error *err)
{
	const struct scene *scene = block->scene;
	const struct reader *reader = open_file(state, scene, file, err);
	unsigned slot[SCENE_MAX_BANDS];
	struct read_request request = {
		.window = block->window,
		.n_bands = bands_of_file(scene, file, slot),
		.mask = mask,
	};

	if (!reader)
		return -1;
	for (unsigned i = 0; i < request.n_bands; i++) {
		request.band[i] = scene->band[slot[i]].index;
		request.plane[i] = plane[slot[i]];
	}
	if (reader->read(state->handle[file], &request, env->arena, env->meter, err))
		return -1;
	*constant = request.constant;
	return 0;
}

/* Its bands one after the other; the file's mask comes with the first. */
static int read_coarse_file(struct read_state *state, const struct stage_env *env,
			    struct block *block, unsigned file, void **plane, uint8_t *mask,
			    struct error *err)
{
	unsigned slot[SCENE_MAX_BANDS];
	unsigned n = bands_of_file(block->scene, file, slot);

	for (unsigned i = 0; i < n; i++)
		if (read_coarse(state, env, block, &block->scene->band[slot[i]], plane[slot[i]],
				i ? NULL : mask, err))
			return -1;
	return 0;
}

static int alloc_planes(const struct stage_env *env, struct block *block, void **plane,
			uint8_t **mask, struct error *err)
{
	const struct scene *scene = block->scene;
	size_t n = window_pixels(&block->window);

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++) {
		if (!scene->has_band[slot])
			continue;
		plane[slot] =
			arena_alloc(env->arena, size_mul(n, sample_size(scene->band[slot].type)));
		if (!plane[slot])
			return error_set(err, EX_SOFTWARE, "read: the planned memory is too small");
		block->plane[slot] = plane[slot];
	}
	for (unsigned file = 0; file < scene->n_files; file++) {
		if (!has_dataset_mask(scene, file))
			continue;
		mask[file] = arena_alloc(env->arena, n);
		if (!mask[file])
			return error_set(err, EX_SOFTWARE, "read: the planned memory is too small");
	}
	return 0;
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
		if (scene->has_band[slot] && constant[scene->band[slot].file])
			spread(plane[slot], sample_size(scene->band[slot].type), block->n_pixels);
}

/* A pixel is masked where the mask of any of its files says so. */
static void join_masks(struct block *block, uint8_t *const *mask)
{
	uint8_t *joined = NULL;

	for (unsigned file = 0; file < block->scene->n_files; file++) {
		if (!mask[file])
			continue;
		for (size_t i = 0; joined && i < block->n_pixels; i++)
			joined[i] = joined[i] && mask[file][i];
		joined = joined ? joined : mask[file];
	}
	block->dataset_mask = joined;
}

static int read_run(void *state_ptr, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	struct read_state *state = state_ptr;
	const struct scene *scene = block->scene;
	void *plane[SCENE_MAX_BANDS] = {0};
	uint8_t *mask[SCENE_MAX_FILES] = {0};
	bool constant[SCENE_MAX_FILES] = {0};

	(void)result;
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && scene->band[slot].finer)
			return error_set(err, EX_UNAVAILABLE,
					 "%s: %s is finer than the grid, and averages are not "
					 "computed; leave out --grid coarse",
					 scene->name, scene->band[slot].name);
	if (alloc_planes(env, block, plane, mask, err))
		return -1;
	for (unsigned file = 0; file < scene->n_files; file++) {
		if (file_ratio(scene, file) > 1) {
			if (read_coarse_file(state, env, block, file, plane, mask[file], err))
				return -1;
		} else if (read_file(state, env, block, file, plane, mask[file], &constant[file],
				     err)) {
			return -1;
		}
	}
	settle_constant(block, plane, constant);
	join_masks(block, mask);
	return 0;
}

/* Files that are not open yet are opened; one that cannot be is left to read_run(), with words. */
static uint64_t read_ahead(void *state, const struct scene *scene, const struct window *window,
			   uint64_t most)
{
	uint64_t bytes = 0;

	for (unsigned file = 0; file < scene->n_files; file++) {
		const struct reader *reader = open_file(state, scene, file, NULL);
		unsigned slot[SCENE_MAX_BANDS];
		struct read_request request = {
			.window = coarse_window(window, file_ratio(scene, file)),
			.n_bands = bands_of_file(scene, file, slot),
		};

		if (!reader || !reader->ahead || !request.n_bands)
			continue;
		for (unsigned i = 0; i < request.n_bands; i++)
			request.band[i] = scene->band[slot[i]].index;
		bytes += reader->ahead(((struct read_state *)state)->handle[file], &request,
				       most - bytes);
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
