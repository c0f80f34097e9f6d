/*
 * The stats stage: exact sums, extremes and histogram of each value of a block, tile by tile. How a
 * run of values is added is value_run.c's.
 */
#include "stages.h"
#include "teach.h"

#include <stdlib.h>
#include <string.h>

#include "ground_sum.h"
#include "preview.h"
#include "recipe.h"
#include "value_run.h"

enum { MOST_PENDING = 1 << 30 }; /* 32-bit counts cannot overflow below this */

/* One value: its counts on their way into the cells of one group. */
struct lanes {
	struct slot_counts counts;
	uint64_t pending;         /* pixels in `counts` */
	struct histogram *target; /* that they belong to; NULL: there are none */
	struct value_offsets at;
	size_t preview; /* SIZE_MAX: the run has none */
	struct value_rule rule;
};

struct stats_state {
	unsigned n_values;
	bool direct; /* few pixels: counted in the cell at once, as a flush costs more */
	struct value_run run;
	struct lanes lanes[]; /* n_values */
};

/* Move the 32-bit counts into the cell they belong to. */
static void flush_histogram(struct lanes *lanes)
{
	struct histogram *h = lanes->target;

	if (!h || !lanes->pending)
		return;
	for (unsigned slot = 0; slot < HIST_SLOTS; slot++)
		h->count[slot] += (uint64_t)lanes->counts.n[0][slot] + lanes->counts.n[1][slot];
	memset(&lanes->counts, 0, sizeof(lanes->counts));
	lanes->pending = 0;
}

static void count_at_once(struct histogram *h, const uint16_t *slot, size_t n)
{
	for (size_t i = 0; i < n; i++)
		h->count[slot[i]]++;
}

/* Consecutive pixels in memory. */
static void add_pixels(struct stats_state *state, struct lanes *lanes,
		       const struct value_cells *cells, const float *value, const uint8_t *class,
		       size_t n)
{
	const struct run_cells to = {cells->accum, cells->masked_by, cells->histogram,
				     state->direct ? NULL : &lanes->counts};

	for (size_t i = 0; i < n; i += VALUE_RUN) {
		size_t run = n - i < VALUE_RUN ? n - i : VALUE_RUN;

		if (value_run_add(&state->run, &lanes->rule, &to, value + i, class + i, run))
			count_at_once(cells->histogram, state->run.slot, run);
		if (cells->float_sums)
			float_sums_add(cells->float_sums, value + i, run);
		lanes->pending += state->direct ? 0 : run;
		if (lanes->pending > MOST_PENDING)
			flush_histogram(lanes);
	}
}

static void add_part(struct stats_state *state, struct lanes *lanes,
		     const struct value_cells *cells, const struct block *block,
		     const struct value_plane *plane, const struct window *part)
{
	size_t width = block->window.x_size, rows = part->y_size, n = part->x_size;
	size_t first = (size_t)(part->y_off - block->window.y_off) * width +
		       (part->x_off - block->window.x_off);

	state->direct = lanes->target != cells->histogram && window_pixels(part) < HIST_SLOTS;
	if (!state->direct && lanes->target != cells->histogram) {
		flush_histogram(lanes);
		lanes->target = cells->histogram;
	}
	if (n == width) { /* rows follow one another */
		n *= rows;
		rows = 1;
	}
	for (size_t y = 0; y < rows; y++)
		add_pixels(state, lanes, cells, plane->value + first + y * width,
			   plane->pixel_class + first + y * width, n);
}

/* A constant block: its one pixel stands for all of the part. */
static void add_constant(const struct value_rule *rule, const struct value_cells *cells,
			 const struct value_plane *plane, uint64_t pixels)
{
	unsigned class = plane->pixel_class[0] & CLASS_ONLY;
	unsigned reason = plane->pixel_class[0] >> CLASS_BITS;

	for (uint64_t i = 0; cells->float_sums && i < pixels; i++)
		float_sums_add(cells->float_sums, plane->value, 1);
	if (class == PIXEL_MASKED && reason < N_MASK_REASONS)
		cells->masked_by->n[reason] += pixels;
	if (class != PIXEL_VALID) {
		if (class < N_PIXEL_CLASSES)
			cells->accum->n[class] += pixels;
		return;
	}
	accum_add(cells->accum, &rule->grid, plane->value[0], pixels);
	cells->histogram->count[value_rule_slot(rule, plane->value[0])] += pixels;
}

/* Only of scenes whose pixels vary in area; all others have one area for all. */
static void add_ground(uint128 *sum, const struct block *block, const struct value_plane *plane,
		       const struct window *part)
{
	size_t width = block->window.x_size;
	size_t first = (size_t)(part->y_off - block->window.y_off) * width +
		       (part->x_off - block->window.x_off);

	ground_sum(sum, block->scene, part, plane->pixel_class + (block->constant ? 0 : first),
		   width, block->constant);
}

/* All values of a part of the block into its group. */
static void add_group(struct stats_state *state, const struct cell_group *group,
		      const struct block *block, const struct window *part)
{
	for (unsigned v = 0; v < state->n_values; v++) {
		const struct value_plane *plane = &block->out[v];
		struct lanes *lanes = &state->lanes[v];
		const struct value_cells cells = value_cells(&lanes->at, group);

		if (!plane->value)
			continue;
		if (block->constant)
			add_constant(&lanes->rule, &cells, plane, window_pixels(part));
		else
			add_part(state, lanes, &cells, block, plane, part);
		if (block->scene->ground.n_x)
			add_ground(cells.ground, block, plane, part);
	}
}

/* The tiles that meet the block, each into its group. */
static void add_by_tile(struct stats_state *state, const struct stage_env *env,
			const struct block *block, const struct chunk_result *result)
{
	const struct scene *scene = block->scene;
	const struct window *w = &block->window;
	uint32_t x1 = (w->x_off + w->x_size - 1) / scene->tile_x_size;
	uint32_t y1 = (w->y_off + w->y_size - 1) / scene->tile_y_size;

	for (uint32_t y = w->y_off / scene->tile_y_size; y <= y1; y++) {
		for (uint32_t x = w->x_off / scene->tile_x_size; x <= x1; x++) {
			size_t i = (size_t)(y - result->tile_y0) * result->tiles_across +
				   (x - result->tile_x0);
			uint32_t number = y * scene_tiles_across(scene) + x;
			struct window tile = scene_tile_window(scene, number), part;

			if (window_intersect(&tile, w, &part))
				add_group(state, result_group(env->layout, result, i), block,
					  &part);
		}
	}
}

/* Of the whole chunk in its first group: the scene's cells are all of them together. */
static void add_previews(const struct stats_state *state, const struct stage_env *env,
			 const struct block *block, const struct chunk_result *result)
{
	const struct scene *scene = block->scene;

	for (unsigned v = 0; v < state->n_values && v < PREVIEW_VALUES; v++) {
		const struct preview_pixels pixels = {block->out[v].value,
						      block->out[v].pixel_class, block->window,
						      block->constant};

		if (state->lanes[v].preview != SIZE_MAX && pixels.value)
			preview_add(group_cell(result->group, state->lanes[v].preview),
				    &env->layout->recipe->value[v].grid, scene->x_size,
				    scene->y_size, &pixels);
	}
}

static void stats_chunk_end(void *state_ptr, struct chunk_result *result)
{
	struct stats_state *state = state_ptr;

	(void)result; /* the lanes' targets are in its groups */
	for (unsigned v = 0; v < state->n_values; v++) {
		flush_histogram(&state->lanes[v]);
		state->lanes[v].target = NULL;
	}
}

static int stats_open(void **state, const struct stage_env *env, struct error *err)
{
	unsigned n = env->layout->n_values;
	size_t bytes = sizeof(struct stats_state) + n * sizeof(struct lanes);
	struct stats_state *s = calloc(1, bytes);

	*state = s;
	if (!s)
		return error_memory(err, "histograms", bytes);
	s->n_values = n;
	for (unsigned v = 0; v < n; v++) {
		s->lanes[v].at = value_offsets(env->layout, v);
		s->lanes[v].preview = layout_find(env->layout, v, &reducer_preview);
		value_rule_make(&s->lanes[v].rule, &env->layout->recipe->value[v].grid);
	}
	return 0;
}

static int stats_run(void *state_ptr, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	struct stats_state *state = state_ptr;
	struct meter_row *row = &env->meter->row[METER_STATS];

	(void)err;
	for (unsigned v = 0; v < state->n_values; v++)
		row->bytes_in += block->out[v].value ? block->n_pixels * (sizeof(float) + 1) : 0;
	if (result->by_tile)
		add_by_tile(state, env, block, result);
	else
		add_group(state, result->group, block, &block->window);
	add_previews(state, env, block, result);
	return 0;
}

const struct stage stage_stats = {
	.name = "stats",
	.meter = METER_STATS,
	.by_slice = true,
	.open = stats_open,
	.run = stats_run,
	.chunk_end = stats_chunk_end,
	.close = free,
};
