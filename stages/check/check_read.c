/*
 * The stage: each part of a block is read by the file's reader, and thrown away. Whether a block is
 * good is the reader's business, so that a file which passes is one that a run can read.
 */
#include "check_read.h"

#include <stdlib.h>

#include "check_cells.h"
#include "check_scene.h"
#include "reader/reader.h"

/* Outlives the file that is open. */
struct check_state {
	const struct result_layout *layout;
	void *handle; /* NULL: not open */
	const struct reader *reader;
	struct check_numbers numbers; /* of the chunk in hand */
};

/* --- handles --- */

static void check_leave(void *state_ptr)
{
	struct check_state *state = state_ptr;

	if (state->handle)
		state->reader->close(state->handle);
	state->handle = NULL;
}

static int open_file(struct check_state *state, const struct scene *scene, struct error *err)
{
	const struct scene_file *file = &scene->files[0];

	if (state->handle)
		return 0;
	state->reader = reader_of(&file->info, err);
	if (!state->reader)
		return -1;
	return state->reader->open(&state->handle, file->path, &file->info, err);
}

static int check_open(void **state, const struct stage_env *env, struct error *err)
{
	struct check_state *s = calloc(1, sizeof(*s));

	*state = s;
	if (!s)
		return error_memory(err, "a file handle", sizeof(*s));
	s->layout = env->layout;
	return 0;
}

static void check_close(void *state)
{
	if (!state)
		return;
	check_leave(state);
	free(state);
}

/* --- memory --- */

static size_t buffer_bytes(const struct raster_info *info, const struct check_part *part)
{
	size_t n = size_mul(part->window.x_size, part->window.y_size);

	if (part->mask)
		return arena_cost(n);
	return check_discards(info) ? 0 : arena_cost(size_mul(n, sample_size(info->type)));
}

static size_t part_bytes(const struct reader *reader, const struct raster_info *info,
			 const struct check_part *part)
{
	const struct window *w = &part->window;

	return size_add(buffer_bytes(info, part),
			reader->scratch(info, w->x_size, w->y_size, part->n_bands, part->mask));
}

static size_t check_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			    const struct options *options)
{
	const struct raster_info *info = &scene->files[0].info;
	const struct reader *reader = reader_of(info, NULL);
	const struct check_planes planes = check_planes(info);
	const struct check_part bands = {.window = {.x_size = x_size, .y_size = y_size},
					 .n_bands = planes.bands};
	const struct check_part mask = {.window = {.x_size = info->x_size, .y_size = y_size},
					.mask = true};
	size_t most, of_mask;

	(void)options;
	if (!reader)
		return SIZE_MAX;
	most = part_bytes(reader, info, &bands);
	of_mask = planes.mask ? part_bytes(reader, info, &mask) : 0;
	return of_mask > most ? of_mask : most;
}

/* --- reading --- */

static struct read_request request_of(const struct check_part *part)
{
	struct read_request request = {.window = part->window, .n_bands = part->n_bands};

	for (unsigned i = 0; i < part->n_bands; i++)
		request.band[i] = part->first_band + i;
	return request;
}

/* All bands into one place, one after another. */
static int set_buffer(struct read_request *request, const struct check_part *part,
		      const struct raster_info *info, struct arena *arena, struct error *err)
{
	size_t bytes = buffer_bytes(info, part);
	void *buffer =
		bytes ? arena_alloc(arena, size_mul(window_pixels(&part->window),
						    part->mask ? 1 : sample_size(info->type)))
		      : NULL;

	if (bytes && !buffer)
		return error_set(err, EX_SOFTWARE, "check: the planned memory is too small");
	if (part->mask)
		request->mask = buffer;
	for (unsigned i = 0; i < part->n_bands; i++)
		request->plane[i] = buffer;
	return 0;
}

/* What the readers count, since the worker began. */
static struct check_numbers metered(const struct meter *meter)
{
	return (struct check_numbers){
		.n = {
			[CHECK_DECODED] = meter->row[METER_DECODE].tiles,
			[CHECK_BYTES_IN] = meter->row[METER_FETCH].bytes_in,
			[CHECK_BYTES_OUT] = meter->row[METER_DECODE].bytes_out,
		}};
}

static int read_part(struct check_state *state, const struct stage_env *env,
		     const struct raster_info *info, const struct check_part *part,
		     struct error *err)
{
	struct read_request request = request_of(part);
	const struct check_numbers before = metered(env->meter);
	struct check_numbers after;
	size_t mark = env->arena->used;

	if (set_buffer(&request, part, info, env->arena, err) ||
	    state->reader->read(state->handle, &request, env->arena, env->meter, err))
		return -1;
	arena_rewind(env->arena, mark);
	after = metered(env->meter);
	for (unsigned i = 0; i < N_CHECK_NUMBERS; i++)
		state->numbers.n[i] += after.n[i] - before.n[i];
	return 0;
}

static int check_run(void *state_ptr, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	struct check_state *state = state_ptr;
	struct check_part part;
	uint32_t y = block->window.y_off;

	(void)result;
	if (open_file(state, block->scene, err))
		return -1;
	while (check_next_part(block->scene, &block->window, &y, &part))
		if (read_part(state, env, &block->scene->files[0].info, &part, err))
			return -1;
	return 0;
}

/* A file that cannot be opened is left to check_run(), with words. */
static bool check_constant(void *state_ptr, const struct stage_env *env, struct block *block)
{
	struct check_state *state = state_ptr;
	struct check_part part;
	uint32_t y = block->window.y_off;

	(void)env;
	if (open_file(state, block->scene, NULL) || !state->reader->constant)
		return false;
	while (check_next_part(block->scene, &block->window, &y, &part)) {
		struct read_request request = request_of(&part);

		if (part.mask || !check_discards(&block->scene->files[0].info) ||
		    !state->reader->constant(state->handle, &request))
			return false;
	}
	block->constant = true;
	block->n_pixels = 1;
	return true;
}

static uint64_t check_ahead(void *state_ptr, const struct scene *scene, const struct window *window,
			    uint64_t most)
{
	struct check_state *state = state_ptr;
	struct check_part part;
	uint32_t y = window->y_off;
	uint64_t bytes = 0;

	if (open_file(state, scene, NULL) || !state->reader->ahead)
		return 0;
	while (bytes < most && check_next_part(scene, window, &y, &part)) {
		const struct read_request request = request_of(&part);

		if (!part.mask)
			bytes += state->reader->ahead(state->handle, &request, most - bytes);
	}
	return bytes;
}

/* --- chunks --- */

/* Before the first block: what there should be, and whether all of it lies in the file. */
static int look_up(struct check_state *state, const struct scene *scene, struct error *err)
{
	struct raster_stored stored;
	uint64_t *n = state->numbers.n;

	if (open_file(state, scene, err) || state->reader->stored(state->handle, &stored, err))
		return -1;
	n[CHECK_BLOCKS] = stored.n_blocks;
	n[CHECK_SPARSE] = stored.n_sparse;
	n[CHECK_MASK_BLOCKS] = stored.n_mask_blocks;
	n[CHECK_MASK_SPARSE] = stored.n_mask_sparse;
	n[CHECK_OVERVIEWS] = stored.n_overviews;
	n[CHECK_PAGES] = stored.n_pages;
	return 0;
}

static int check_chunk_begin(void *state_ptr, const struct stage_env *env,
			     const struct scene *scene, const struct chunk_grid *grid,
			     const struct window *chunk, struct error *err)
{
	struct check_state *state = state_ptr;

	(void)env, (void)grid;
	state->numbers = (struct check_numbers){0};
	return chunk->x_off || chunk->y_off ? 0 : look_up(state, scene, err);
}

static void check_chunk_end(void *state_ptr, struct chunk_result *result)
{
	struct check_state *state = state_ptr;

	if (state && result->group && result->status == CHUNK_DONE)
		check_numbers_add(state->layout, result->group, &state->numbers);
}

const struct stage stage_check = {
	.name = "check",
	.meter = METER_DECODE,
	.meters_itself = true,
	.scratch = check_scratch,
	.open = check_open,
	.chunk_begin = check_chunk_begin,
	.run = check_run,
	.constant = check_constant,
	.ahead = check_ahead,
	.chunk_end = check_chunk_end,
	.leave = check_leave,
	.close = check_close,
};
