/*
 * The stats stage: exact sums, extremes and histogram of the values of a block, tile by tile. How a
 * run of values is added is value_run.c's.
 */
#include "stages.h"
#include "teach.h"

#include <stdlib.h>
#include <string.h>

#include "recipe.h"
#include "value_run.h"

enum {
	MOST_PENDING = 1 << 30, /* 32-bit counts cannot overflow below this */
	HIST_LANES = 2,         /* neighbours hit the same bin: two tables break the dependency */
};

struct stats_state {
	uint32_t count[HIST_LANES][HIST_SLOTS];
	uint64_t pending;     /* pixels in `count` */
	struct piece *target; /* that they belong to; NULL: there are none */
	bool float_sums;      /* --teach float-sums */
	bool direct;          /* few pixels: counted in the piece at once, as a flush costs more */
	struct value_rule rule; /* of the value that is added */
	struct value_run run;
};

static void count_slots(struct stats_state *state, struct histogram *h, size_t n)
{
	const uint16_t *slot = state->run.slot;
	size_t i = 0;

	if (state->direct) {
		for (; i < n; i++)
			h->count[slot[i]]++;
		return;
	}
	for (; i + 1 < n; i += 2) {
		state->count[0][slot[i]]++;
		state->count[1][slot[i + 1]]++;
	}
	if (i < n)
		state->count[0][slot[i]]++;
}

/* Move the 32-bit counts into the piece they belong to. */
static void flush_histogram(struct stats_state *state)
{
	struct histogram *h = state->target ? &state->target->histogram : NULL;

	if (!h || !state->pending)
		return;
	for (unsigned slot = 0; slot < HIST_SLOTS; slot++)
		h->count[slot] += (uint64_t)state->count[0][slot] + state->count[1][slot];
	memset(state->count, 0, sizeof(state->count));
	state->pending = 0;
}

/* Consecutive pixels in memory. */
static void add_pixels(struct stats_state *state, struct piece *piece, const float *value,
		       const uint8_t *class, size_t n)
{
	for (size_t i = 0; i < n; i += VALUE_RUN) {
		size_t run = n - i < VALUE_RUN ? n - i : VALUE_RUN;

		if (value_run_add(&state->run, &state->rule, &piece->accum, &piece->histogram,
				  value + i, class + i, run))
			count_slots(state, &piece->histogram, run);
		if (state->float_sums)
			float_sums_add(&piece->float_sums, value + i, run);
		state->pending += state->direct ? 0 : run;
		if (state->pending > MOST_PENDING)
			flush_histogram(state);
	}
}

static void add_part(struct stats_state *state, struct piece *piece, const struct block *block,
		     const struct window *part)
{
	size_t width = block->window.x_size, rows = part->y_size, n = part->x_size;
	size_t first = (size_t)(part->y_off - block->window.y_off) * width +
		       (part->x_off - block->window.x_off);

	state->direct = state->target != piece && window_pixels(part) < HIST_SLOTS;
	if (!state->direct && state->target != piece) {
		flush_histogram(state);
		state->target = piece;
	}
	if (n == width) { /* rows follow one another */
		n *= rows;
		rows = 1;
	}
	for (size_t y = 0; y < rows; y++)
		add_pixels(state, piece, block->value + first + y * width,
			   block->pixel_class + first + y * width, n);
}

/* A constant block: its one pixel stands for all of the part. */
static void add_constant(const struct stats_state *state, struct piece *piece,
			 const struct block *block, uint64_t pixels)
{
	for (uint64_t i = 0; state->float_sums && i < pixels; i++)
		float_sums_add(&piece->float_sums, block->value, 1);
	if (block->pixel_class[0] != PIXEL_VALID) {
		piece->accum.n[block->pixel_class[0]] += pixels;
		return;
	}
	accum_add(&piece->accum, &state->rule.grid, block->value[0], pixels);
	piece->histogram.count[value_rule_slot(&state->rule, block->value[0])] += pixels;
}

static void add_piece(struct stats_state *state, struct piece *piece, const struct block *block,
		      const struct window *part)
{
	if (block->constant)
		add_constant(state, piece, block, window_pixels(part));
	else
		add_part(state, piece, block, part);
}

/* The tiles that meet the block, each into its piece. */
static void add_by_tile(struct stats_state *state, const struct block *block,
			struct chunk_result *result)
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
				add_piece(state, &result->piece[i], block, &part);
		}
	}
}

static void stats_chunk_end(void *state_ptr, struct chunk_result *result)
{
	struct stats_state *state = state_ptr;

	(void)result; /* state->target is one of its pieces */
	flush_histogram(state);
	state->target = NULL;
}

static int stats_open(void **state, const struct stage_env *env, struct error *err)
{
	struct stats_state *s = calloc(1, sizeof(*s));

	*state = s;
	if (!s)
		return error_memory(err, "histograms", sizeof(*s));
	value_rule_make(&s->rule, &recipe_ndvi.value[0].grid);
	s->float_sums = teaches(&env->options->teach, TEACH_FLOAT_SUMS);
	return 0;
}

static int stats_run(void *state, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	struct meter_row *row = &env->meter->row[METER_STATS];

	(void)err;
	row->bytes_in += block->n_pixels * (sizeof(float) + 1);
	if (result->by_tile)
		add_by_tile(state, block, result);
	else
		add_piece(state, &result->piece[0], block, &block->window);
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
