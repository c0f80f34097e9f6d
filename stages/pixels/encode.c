/*
 * The encode stage: pixels of each map become stored samples, and tiles of the scene's files. Tiles
 * are made by stages/output; here is what is stored, and what is counted of it.
 */
#include "stages.h"

#include <math.h>
#include <stdlib.h>

#include "band_values.h"
#include "output/map_classes.h"
#include "output/scene_maps.h"
#include "output/tile_maker.h"
#include "reader/reader.h"
#include "stored.h"
#include "value_run.h"

#include <sys/uio.h>

enum { STRIP = 512 };

struct encode_state {
	const struct maps *maps;
	struct tile_maker_env env;
	struct tile_maker *maker[MAPS_MOST]; /* of this chunk; NULL: the scene has no such map */
	size_t at[MAPS_MOST];                /* cells */
	/* Bands as reals; NULL: there are none. */
	struct band_run {
		struct value_rule rule;
		struct value_run run;
		struct mask_counts masked_by; /* not wanted */
		struct histogram histogram;   /* likewise */
	} * bands;
};

static enum map_type widest(const struct maps *maps)
{
	enum map_type type = MAP_UINT8;

	for (unsigned i = 0; i < maps->n; i++)
		type = map_sample_bytes(maps->map[i].type) > map_sample_bytes(type)
			       ? maps->map[i].type
			       : type;
	return type;
}

static bool any_band(const struct maps *maps)
{
	bool any = false;

	for (unsigned i = 0; i < maps->n; i++)
		any |= maps->map[i].kind == MAP_BAND;
	return any;
}

/* --- memory --- */

static size_t encode_open_bytes(const struct options *options)
{
	return size_add(tile_encoder_bytes(&options->maps->format, widest(options->maps)),
			any_band(options->maps) ? sizeof(struct band_run) : 0);
}

static size_t encode_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			     const struct options *options)
{
	const size_t n = size_mul(x_size, y_size);
	size_t bytes = arena_cost(size_mul(n, map_sample_bytes(widest(options->maps))));

	(void)scene;
	if (any_band(options->maps))
		bytes = size_add(bytes, arena_cost(size_mul(n, sizeof(float))));
	return size_add(bytes, any_band(options->maps) ? arena_cost(n) : 0);
}

static size_t encode_chunk_kept(const struct scene *scene, const struct chunk_grid *grid,
				const struct options *options)
{
	const struct maps *maps = options->maps;
	size_t records = size_mul(tile_maker_artifacts(maps, grid), sizeof(struct artifact));
	size_t bytes = size_add(arena_cost(records), arena_cost(tile_maker_room(maps)));

	bytes = size_add(bytes, arena_cost(sizeof(struct geo_tags)));
	for (unsigned i = 0; i < maps->n; i++)
		if (scene_has_map(scene, &maps->map[i]))
			bytes = size_add(bytes, tile_maker_bytes(maps, i, grid));
	return bytes;
}

/* --- a chunk --- */

static int put_geo(struct encode_state *state, const struct stage_env *env,
		   const struct scene *scene, struct error *err)
{
	const struct artifact what = {.kind = ARTIFACT_GEO};
	const struct scene_file *file = scene_grid_file(scene);
	const struct reader *reader = file ? reader_of(&file->info, err) : NULL;
	struct geo_tags *geo = arena_alloc(env->arena, sizeof(*geo));
	struct iovec part = {geo, 0};

	if (!file)
		return 0;
	if (!reader)
		return -1;
	if (!geo)
		return error_set(err, EX_SOFTWARE, "encode: the planned memory is too small");
	if (!reader->geo_tags)
		return 0;
	if (reader->geo_tags(file->path, &file->info, geo, err))
		return -1;
	part.iov_len = geo_tags_bytes(geo);
	return geo->n ? tile_maker_append(&state->env, &what, &part, 1, err) : 0;
}

static int begin_env(struct encode_state *state, const struct stage_env *env,
		     const struct scene *scene, const struct chunk_grid *grid, struct error *err)
{
	struct tile_maker_env *own = &state->env;

	own->spools = env->spools;
	own->scene_id = scene->id;
	own->arena = env->arena;
	own->n = 0;
	own->most = tile_maker_artifacts(state->maps, grid);
	own->artifact = arena_alloc(env->arena, own->most * sizeof(*own->artifact));
	own->room = arena_alloc(env->arena, tile_maker_room(state->maps));
	if (own->artifact && own->room)
		return 0;
	return error_set(err, EX_SOFTWARE, "encode: the planned memory is too small");
}

static int encode_chunk_begin(void *state_ptr, const struct stage_env *env,
			      const struct scene *scene, const struct chunk_grid *grid,
			      const struct window *chunk, struct error *err)
{
	struct encode_state *state = state_ptr;
	struct meter_row *row = &env->meter->row[METER_ENCODE];
	size_t used = env->arena->used;
	int status;

	state->env.meter = env->meter;
	state->env.span = meter_begin();
	status = begin_env(state, env, scene, grid, err);

	for (unsigned i = 0; !status && i < state->maps->n; i++) {
		state->maker[i] = NULL;
		if (!scene_has_map(scene, &state->maps->map[i]))
			continue;
		state->maker[i] = tile_maker_begin(&state->env, i, grid, chunk, err);
		status = state->maker[i] ? 0 : -1;
	}
	if (!status && chunk->x_off == 0 && chunk->y_off == 0)
		status = put_geo(state, env, scene, err);
	used = env->arena->used - used;
	row->reserved_peak = used > row->reserved_peak ? used : row->reserved_peak;
	meter_lap(env->meter, METER_ENCODE, &state->env.span);
	return status;
}

static void encode_chunk_end(void *state_ptr, struct chunk_result *result)
{
	struct encode_state *state = state_ptr;

	if (result->status != CHUNK_DONE)
		return;
	result->n_artifacts = (uint32_t)state->env.n;
	result->artifact = state->env.artifact;
}

/* --- a slice --- */

/* The pixels of one map, and what they are. */
struct pixels {
	const float *value;
	const uint8_t *pixel_class;
	size_t n;
	uint64_t times; /* that the first one stands for; 1 where each stands for itself */
};

static void code_classes(const struct pixels *pixels, uint8_t *out)
{
	uint8_t code[UINT8_MAX + 1];

	for (unsigned i = 0; i <= UINT8_MAX; i++)
		code[i] = map_class_code((enum pixel_class)(i & CLASS_ONLY),
					 (enum mask_reason)(i >> CLASS_BITS));
	for (size_t i = 0; i < pixels->n; i++)
		out[i] = code[pixels->pixel_class[i]];
}

/* Codes have statistics like other numbers. */
static void sum_codes(const struct map_def *map, const uint8_t *code, size_t n,
		      struct stored_sums *sums)
{
	uint64_t count[UINT8_MAX + 1] = {0};

	for (size_t i = 0; i < n; i++)
		count[code[i]]++;
	for (int i = 0; i <= UINT8_MAX; i++) {
		if (!count[i] || i == (int)map->nodata)
			continue;
		sums->least = sums->n && sums->least < i ? sums->least : i;
		sums->most = sums->n && sums->most > i ? sums->most : i;
		sums->n += count[i];
		sums->sum += (int64_t)count[i] * i;
		sums->sum_of_squares += (int128)count[i] * i * i;
	}
}

/* Of one pixel to those of as many. */
static void repeat_sums(struct stored_sums *sums, uint64_t times)
{
	sums->n *= times;
	sums->clamped *= times;
	sums->sum *= (int64_t)times;
	sums->sum_of_squares *= times;
}

static void band_accum(struct band_run *bands, const struct pixels *pixels, struct accum *accum)
{
	const struct run_cells to = {accum, &bands->masked_by, &bands->histogram, NULL};

	if (pixels->times > 1) {
		if (pixels->pixel_class[0] == PIXEL_VALID)
			accum_add(accum, &bands->rule.grid, pixels->value[0], pixels->times);
		return;
	}
	for (size_t i = 0; i < pixels->n; i += VALUE_RUN) {
		size_t n = pixels->n - i < VALUE_RUN ? pixels->n - i : VALUE_RUN;

		(void)value_run_add(&bands->run, &bands->rule, &to, pixels->value + i,
				    pixels->pixel_class + i, n);
	}
}

static void convert(struct encode_state *state, const struct map_def *map,
		    const struct pixels *pixels, void *samples, struct stored_cell *cell)
{
	struct stored_sums sums = {.n = 0};
	struct stored_cell more;

	if (map->kind == MAP_CLASSES) {
		code_classes(pixels, samples);
		sum_codes(map, samples, pixels->n, &sums);
	} else {
		convert_values(map, pixels->value, pixels->pixel_class, pixels->n, samples, &sums);
	}
	repeat_sums(&sums, pixels->times);
	reducer_stored.clear(&more);
	more.sums = sums;
	if (has_own_accum(map))
		band_accum(state->bands, pixels, &more.accum);
	reducer_stored.merge(cell, &more);
}

/* A band's own values in single precision. A zero has no sign. */
static void read_band(const struct block *block, unsigned slot, float *value, uint8_t *class)
{
	double strip[STRIP];

	band_classes(block, slot, class);
	for (size_t i = 0; i < block->n_pixels; i += STRIP) {
		size_t n = block->n_pixels - i < STRIP ? block->n_pixels - i : STRIP;

		band_physical(block, slot, i, n, strip);
		for (size_t p = 0; p < n; p++) {
			float v = (float)strip[p] + 0.0f;

			if (class[i + p] == PIXEL_VALID && !isfinite(v))
				class[i + p] = PIXEL_NONFINITE;
			value[i + p] = class[i + p] == PIXEL_VALID ? v : 0;
		}
	}
}

/* *pixels of this map; -1 without memory. */
static int find_pixels(struct pixels *pixels, const struct map_def *map,
		       const struct stage_env *env, const struct block *block)
{
	const struct value_plane *plane = &block->out[map->item];
	float *value;
	uint8_t *class;

	*pixels = (struct pixels){
		.n = block->n_pixels,
		.times = block->constant ? window_pixels(&block->window) : 1,
	};
	if (map->kind != MAP_BAND) {
		pixels->value = plane->value;
		pixels->pixel_class = plane->pixel_class;
		return 0;
	}
	value = arena_alloc(env->arena, block->n_pixels * sizeof(*value));
	class = arena_alloc(env->arena, block->n_pixels);
	if (!value || !class)
		return -1;
	read_band(block, map->item, value, class);
	pixels->value = value;
	pixels->pixel_class = class;
	return 0;
}

static int encode_map(struct encode_state *state, const struct stage_env *env, unsigned i,
		      const struct block *block, struct chunk_result *result, struct error *err)
{
	const struct map_def *map = &state->maps->map[i];
	const size_t mark = env->arena->used;
	void *samples = arena_alloc(env->arena, block->n_pixels * map_sample_bytes(map->type));
	struct pixels pixels;
	int status;

	if (!samples || find_pixels(&pixels, map, env, block))
		return error_set(err, EX_SOFTWARE, "encode: the planned memory is too small");
	convert(state, map, &pixels, samples, group_cell(result->group, state->at[i]));
	status = tile_maker_put(state->maker[i], &state->env, &block->window, samples,
				block->constant, err);
	env->meter->row[METER_ENCODE].bytes_in += block->n_pixels * map_sample_bytes(map->type);
	arena_rewind(env->arena, mark);
	return status;
}

static int encode_run(void *state_ptr, const struct stage_env *env, struct block *block,
		      struct chunk_result *result, struct error *err)
{
	struct encode_state *state = state_ptr;
	struct meter_row *row = &env->meter->row[METER_ENCODE];
	int status = 0;

	state->env.spooled = state->env.n_tiles = 0;
	state->env.span = meter_begin();
	for (unsigned i = 0; !status && i < state->maps->n; i++)
		if (state->maker[i])
			status = encode_map(state, env, i, block, result, err);
	meter_lap(env->meter, METER_ENCODE, &state->env.span);
	row->bytes_out += state->env.spooled;
	row->tiles += state->env.n_tiles;
	return status;
}

/* --- a worker --- */

static void encode_close(void *state_ptr)
{
	struct encode_state *state = state_ptr;

	if (!state)
		return;
	tile_encoder_free(state->env.encoder);
	free(state->bands);
	free(state);
}

static int encode_open(void **out, const struct stage_env *env, struct error *err)
{
	const struct maps *maps = env->options->maps;
	struct encode_state *state = calloc(1, sizeof(*state));

	*out = state;
	if (!state)
		return error_memory(err, "tiles", sizeof(*state));
	state->maps = state->env.maps = maps;
	for (unsigned i = 0; i < maps->n; i++)
		state->at[i] = layout_find(env->layout, i, &reducer_stored);
	if (any_band(maps)) {
		state->bands = calloc(1, sizeof(*state->bands));
		if (!state->bands)
			return error_memory(err, "bands", sizeof(*state->bands));
		value_rule_make(&state->bands->rule, &stored_grid);
	}
	state->env.encoder = tile_encoder_new(&maps->format, widest(maps), err);
	return state->env.encoder ? 0 : -1;
}

const struct stage stage_encode = {
	.name = "encode",
	.meter = METER_ENCODE,
	.meters_itself = true,
	.by_slice = true,
	.scratch = encode_scratch,
	.open = encode_open,
	.open_bytes = encode_open_bytes,
	.chunk_kept = encode_chunk_kept,
	.chunk_begin = encode_chunk_begin,
	.run = encode_run,
	.chunk_end = encode_chunk_end,
	.close = encode_close,
};
