/*
 * The read stage: fills a block's planes from the files of its scene, through whichever reader each
 * file needs. It knows bands, files and grids; formats are the readers' business, and so are the
 * meters of fetch and decode.
 */
#include "stages.h"

#include <stdlib.h>
#include <string.h>

#include "quality.h"
#include "read_plan.h"
#include "reader/reader.h"
#include "resample.h"
#include "quality_seen.h"

/* Outlives the scene whose files are open, so it does not point into it. */
struct read_state {
	const struct options *options;
	struct seen_cell seen;         /* of the chunk in hand */
	size_t seen_at;                /* its cell; SIZE_MAX: there is none */
	void *handle[SCENE_MAX_FILES]; /* NULL: not open */
	const struct reader *reader[SCENE_MAX_FILES];
};

/* --- handles --- */

static void read_leave(void *state_ptr)
{
	struct read_state *state = state_ptr;

	for (unsigned file = 0; file < SCENE_MAX_FILES; file++)
		if (state->handle[file])
			state->reader[file]->close(state->handle[file]);
	memset(state->handle, 0, sizeof(state->handle));
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
	s->options = env->options;
	s->seen_at = layout_find(env->layout, 0, &reducer_seen);
	reducer_seen.clear(&s->seen);
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

/* What is filled of a block, on the scene's grid. */
struct planes {
	void *band[SCENE_QA];
	uint8_t *mask[SCENE_MAX_FILES];
	uint8_t *verdict;
};

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

/*
 * Planes for it: the block's, or of n pixels of the file's own grid. *code: of these pixels, where
 * the block has no such plane. False without memory.
 */
static bool alloc_stored(const struct stage_env *env, struct read_request *request,
			 const struct file_bands *bands, const struct planes *planes, unsigned file,
			 size_t size, size_t n, uint8_t **code)
{
	bool direct = on_grid(&bands->grid), judged = bands->n > bands->n_planes;

	for (unsigned i = 0; i < bands->n; i++) {
		request->plane[i] = is_direct(bands, i)
					    ? planes->band[bands->slot[i]]
					    : arena_alloc(env->arena, size_mul(n, size));
		if (!request->plane[i])
			return false;
	}
	if (bands->masked)
		request->mask =
			direct && bands->n_planes ? planes->mask[file] : arena_alloc(env->arena, n);
	*code = direct || !judged ? planes->verdict : arena_alloc(env->arena, n);
	return (!bands->masked || request->mask) && (!judged || *code);
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
			  const struct planes *planes)
{
	static const struct window pixel = {.x_size = 1, .y_size = 1};
	const struct file_grid *grid = &bands->grid;
	bool one = request->constant;

	for (unsigned i = 0; i < bands->n_planes; i++)
		resample(planes->band[bands->slot[i]], one ? &pixel : window, request->plane[i],
			 scene->files[file].info.type, &scene->band[bands->slot[i]], request->mask,
			 one);
	if (planes->mask[file] && grid->finer)
		average_mask(planes->mask[file], window, request->mask, grid->finer);
	else if (planes->mask[file])
		replicate(planes->mask[file], window, request->mask, grid->ratio, 1);
}

/* Codes of n stored pixels, by all quality bands of the file. */
static void judge_stored(struct read_state *state, const struct scene *scene,
			 const struct file_bands *bands, const struct window *window,
			 const struct read_request *request, uint8_t *code, size_t n)
{
	for (unsigned i = bands->n_planes; i < bands->n; i++) {
		quality_judge(code, scene, bands->slot[i], request->plane[i], n);
		if (state->seen_at != SIZE_MAX)
			quality_seen_add(&state->seen, scene, bands->slot[i], window,
					 &request->window, request->plane[i], request->constant);
		if (request->mask)
			quality_hide(code, &scene->masks, bands->slot[i], request->mask, n);
	}
}

/* The file's quality bands have their say on the `n` pixels of the verdict. */
static void judge_file(struct read_state *state, const struct scene *scene,
		       const struct file_bands *bands, const struct window *window,
		       const struct read_request *request, uint8_t *code, uint8_t *verdict,
		       size_t n)
{
	const struct file_grid *grid = &bands->grid;
	size_t n_stored = window_pixels(&request->window);

	if (request->constant) {
		uint8_t one = QUALITY_KEPT;

		judge_stored(state, scene, bands, window, request, &one, 1);
		quality_lower(verdict, one, n);
		return;
	}
	if (code != verdict)
		memset(code, QUALITY_KEPT, n_stored);
	judge_stored(state, scene, bands, window, request, code, n_stored);
	if (grid->finer)
		quality_gather(verdict, window, code, grid->finer);
	else if (code != verdict)
		quality_repeat(verdict, window, code, grid->ratio);
}

/* All bands of one file on the scene's grid. *constant: the planes hold one value each. */
static int read_file(struct read_state *state, const struct stage_env *env,
		     const struct block *block, unsigned file, const struct planes *planes,
		     bool *constant, struct error *err)
{
	const struct scene *scene = block->scene;
	const struct file_bands bands = bands_of_file(scene, state->options->recipe, file);
	struct read_request request = request_of(scene, &bands, &block->window);
	size_t size = sample_size(scene->files[file].info.type), mark = env->arena->used;
	const struct reader *reader;
	uint8_t *code;

	*constant = true;
	if (!bands.n)
		return 0;
	reader = open_file(state, scene, file, err);
	if (!reader)
		return -1;
	if (!alloc_stored(env, &request, &bands, planes, file, size, window_pixels(&request.window),
			  &code))
		return no_memory(err);
	if (reader->read(state->handle[file], &request, env->arena, env->meter, err))
		return -1;
	if (!on_grid(&bands.grid))
		resample_file(scene, file, &bands, &block->window, &request, planes);
	if (bands.n > bands.n_planes) {
		struct meter_span span = meter_begin();

		judge_file(state, scene, &bands, &block->window, &request, code, planes->verdict,
			   window_pixels(&block->window));
		meter_lap(env->meter, METER_MASK, &span);
	}
	*constant = request.constant;
	arena_rewind(env->arena, mark);
	return 0;
}

/* n samples of each band that is read, of its plane's type. False without memory. */
static bool alloc_planes(const struct stage_env *env, struct block *block, size_t n,
			 struct planes *planes)
{
	uint32_t read = bands_read(block->scene, env->options->recipe);

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		size_t size = sample_size(plane_type(&block->scene->band[slot]));

		if (!(read >> slot & 1))
			continue;
		block->plane[slot] = planes->band[slot] =
			arena_alloc(env->arena, size_mul(n, size));
		if (!planes->band[slot])
			return false;
	}
	if (!(read >> SCENE_QA))
		return true;
	block->verdict = planes->verdict = arena_alloc(env->arena, n);
	if (planes->verdict)
		memset(planes->verdict, QUALITY_KEPT, n);
	return planes->verdict;
}

static bool alloc_masks(const struct stage_env *env, struct block *block, struct planes *planes)
{
	size_t n = window_pixels(&block->window);

	for (unsigned file = 0; file < block->scene->n_files; file++) {
		const struct file_bands bands =
			bands_of_file(block->scene, env->options->recipe, file);

		if (!keeps_mask(&bands))
			continue;
		block->file_mask[file] = planes->mask[file] = arena_alloc(env->arena, n);
		if (!planes->mask[file])
			return false;
	}
	return true;
}

/*
 * One file's share of a constant block. Files that are not open yet are opened; one that cannot be
 * is left to read_run(), with words.
 */
static bool constant_file(struct read_state *state, const struct stage_env *env,
			  const struct block *block, unsigned file, const struct planes *planes)
{
	const struct scene *scene = block->scene;
	const struct file_bands bands = bands_of_file(scene, state->options->recipe, file);
	struct read_request request = request_of(scene, &bands, &block->window);
	size_t mark = env->arena->used, size = sample_size(scene->files[file].info.type);
	const struct reader *reader;
	uint8_t *code;

	if (!bands.n)
		return true;
	reader = open_file(state, scene, file, NULL);
	if (!reader || !reader->constant || bands.masked ||
	    !alloc_stored(env, &request, &bands, planes, file, size, 1, &code) ||
	    !reader->constant(state->handle[file], &request))
		return false;
	request.constant = true;
	if (!on_grid(&bands.grid))
		resample_file(scene, file, &bands, &block->window, &request, planes);
	if (bands.n > bands.n_planes)
		judge_file(state, scene, &bands, &block->window, &request, code, planes->verdict,
			   1);
	arena_rewind(env->arena, mark);
	return true;
}

static bool read_constant(void *state, const struct stage_env *env, struct block *block)
{
	struct block constant = *block;
	struct planes planes = {0};
	size_t mark = env->arena->used;
	bool all = alloc_planes(env, &constant, 1, &planes);

	for (unsigned file = 0; all && file < block->scene->n_files; file++)
		all = constant_file(state, env, &constant, file, &planes);
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
static void settle_constant(struct block *block, const struct planes *planes, const bool *constant)
{
	const struct scene *scene = block->scene;
	bool all = true;

	for (unsigned file = 0; file < scene->n_files; file++)
		all = all && constant[file];
	block->constant = all;
	block->n_pixels = all ? 1 : window_pixels(&block->window);
	for (unsigned slot = 0; slot < SCENE_QA && !all; slot++)
		if (planes->band[slot] && constant[scene->band[slot].file])
			spread(planes->band[slot], sample_size(plane_type(&scene->band[slot])),
			       block->n_pixels);
}

static int read_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	struct planes planes = {0};
	bool constant[SCENE_MAX_FILES] = {0};

	(void)result;
	if (!alloc_planes(env, block, window_pixels(&block->window), &planes) ||
	    !alloc_masks(env, block, &planes))
		return no_memory(err);
	for (unsigned file = 0; file < block->scene->n_files; file++)
		if (read_file(state, env, block, file, &planes, &constant[file], err))
			return -1;
	settle_constant(block, &planes, constant);
	return 0;
}

/* Files that are not open yet are opened; one that cannot be is left to read_run(), with words. */
static uint64_t read_ahead(void *state_ptr, const struct scene *scene, const struct window *window,
			   uint64_t most)
{
	struct read_state *state = state_ptr;
	uint64_t bytes = 0;

	for (unsigned file = 0; file < scene->n_files; file++) {
		const struct file_bands bands = bands_of_file(scene, state->options->recipe, file);
		const struct read_request request = request_of(scene, &bands, window);
		const struct reader *reader = bands.n ? open_file(state, scene, file, NULL) : NULL;

		if (reader && reader->ahead)
			bytes += reader->ahead(state->handle[file], &request, most - bytes);
	}
	return bytes;
}

/* What was seen goes into the chunk's first group, whatever tiles it was in. */
static void read_chunk_end(void *state_ptr, struct chunk_result *result)
{
	struct read_state *state = state_ptr;

	if (!state || state->seen_at == SIZE_MAX)
		return;
	if (result->group)
		reducer_seen.merge(group_cell(result->group, state->seen_at), &state->seen);
	reducer_seen.clear(&state->seen);
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
	.chunk_end = read_chunk_end,
	.leave = read_leave,
	.close = read_close,
};
