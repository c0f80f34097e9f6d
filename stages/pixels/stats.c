/*
 * The stats stage: exact sums, extremes and histogram of the values of a block, tile by tile.
 *
 * Values in [-1, 1] take the fast path: put on the grid as 32-bit integers, in runs that fit L1, by
 * loops without branches or classes. The few outside go through accum_add(). Both give what accum.h
 * promises, so a run's result does not depend on where runs begin or end.
 */
#include "stages.h"
#include "teach.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/simd.h"

enum {
	RUN = 2048,                             /* pixels a pass: 2048 * (4 + 4 + 2) bytes of L1 */
	ZERO_SLOT = HIST_FIRST + HIST_BINS / 2, /* of the value 0 */
	MOST_PENDING = 1 << 30,                 /* 32-bit counts cannot overflow below this */
	HIST_LANES = 2, /* neighbours hit the same bin: two tables break the dependency */
};

struct stats_state {
	uint32_t count[HIST_LANES][HIST_SLOTS];
	uint64_t pending;     /* pixels in `count` */
	struct piece *target; /* that they belong to; NULL: there are none */
	bool float_sums;      /* --teach float-sums */
	bool direct;          /* few pixels: counted in the piece at once, as a flush costs more */
	int32_t q[RUN];
	uint16_t slot[RUN];
	float inside[RUN]; /* values of a run that has some outside [-1, 1] */
};

/* Of one run: fewer than 2^12 pixels, so 64 bits hold all sums. */
struct run_sums {
	int64_t sum;
	uint64_t sq_low, sq_high; /* of the low and high halves of q*q <= 2^60 */
};

/*
 * q = v * 2^30 rounded to even, for |v| <= 1. The scaling is exact. Below 2^23 adding 2^23 to the
 * magnitude leaves no digits behind the point, and rounds to even; from there on floats are whole.
 */
SIMD_KERNEL(run_grid, (int32_t * q, uint16_t *slot, const float *value, size_t n),
	    (q, slot, value, n))
{
	const float scale = 1 << ACCUM_GRID_BITS, whole = 0x1p23f;

	for (size_t i = 0; i < n; i++) {
		float magnitude = fabsf(value[i]) * scale;
		float rounded = (magnitude + whole) - whole;
		int32_t grid =
			(int32_t)copysignf(magnitude < whole ? rounded : magnitude, value[i]);
		int32_t bin = (int32_t)(((uint32_t)grid + (1u << ACCUM_GRID_BITS)) >>
					(ACCUM_GRID_BITS + 1 - HIST_BITS));

		bin = bin < HIST_BINS ? bin : HIST_BINS - 1;
		q[i] = grid;
		slot[i] = (uint16_t)(HIST_FIRST + bin);
	}
}

SIMD_KERNEL(run_sum, (struct run_sums * s, const int32_t *q, size_t n), (s, q, n))
{
	int64_t sum = 0;
	uint64_t low = 0, high = 0;

#pragma omp simd reduction(+ : sum, low, high)
	for (size_t i = 0; i < n; i++) {
		int64_t wide = q[i];
		uint64_t square = (uint64_t)(wide * wide);

		sum += wide;
		low += (uint32_t)square;
		high += square >> 32;
	}
	*s = (struct run_sums){sum, low, high};
}

/*
 * Of all values but 0, which pixels that do not count have too; and how many are 0. There is no NaN
 * and no -0 among them, so the order of comparing does not matter.
 */
SIMD_KERNEL(run_extremes,
	    (float *min_out, float *max_out, size_t *zeros_out, const float *value, size_t n),
	    (min_out, max_out, zeros_out, value, n))
{
	float min = INFINITY, max = -INFINITY;
	uint32_t zeros = 0;

#pragma omp simd reduction(min : min) reduction(max : max) reduction(+ : zeros)
	for (size_t i = 0; i < n; i++) {
		float low = value[i] == 0 ? INFINITY : value[i];
		float high = value[i] == 0 ? -INFINITY : value[i];

		zeros += value[i] == 0;
		min = low < min ? low : min;
		max = high > max ? high : max;
	}
	*min_out = min;
	*max_out = max;
	*zeros_out = zeros;
}

SIMD_KERNEL(run_count, (uint64_t * total, const uint8_t *class, size_t n, uint8_t which),
	    (total, class, n, which))
{
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += class[i] == which;
	*total += count;
}

/* Pixels of the other classes, `left` of them in all. */
static void count_others(struct accum *a, const uint8_t *class, size_t n, uint64_t left)
{
	for (uint8_t c = PIXEL_VALID + 1; left && c < N_PIXEL_CLASSES; c++) {
		uint64_t count = 0;

		run_count(&count, class, n, c);
		a->n[c] += count;
		left -= count;
	}
}

static void count_slots(struct stats_state *state, struct histogram *h, size_t n)
{
	const uint16_t *slot = state->slot;
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

/* The rare values outside [-1, 1], one by one; a 0 that does not count takes their places. */
static size_t take_outside(struct stats_state *state, struct piece *piece, const float *value,
			   size_t n)
{
	size_t outside = 0;

	for (size_t i = 0; i < n; i++) {
		bool inside = fabsf(value[i]) <= 1;

		state->inside[i] = inside ? value[i] : 0;
		if (inside)
			continue;
		outside++;
		accum_add(&piece->accum, value[i], 1);
		piece->histogram.count[histogram_slot(value[i])]++;
	}
	return outside;
}

/*
 * Pixels that do not count have the value 0: they add nothing to the sums, and are taken back from
 * the bin of 0 (which wraps below zero, and comes back when the counts are flushed into the piece).
 */
static void add_values(struct stats_state *state, struct piece *piece, const float *value, size_t n,
		       size_t n_valid)
{
	struct accum *a = &piece->accum;
	struct run_sums s;

	run_grid(state->q, state->slot, value, n);
	run_sum(&s, state->q, n);
	count_slots(state, &piece->histogram, n);
	piece->histogram.count[ZERO_SLOT] -= n - n_valid;
	a->n[PIXEL_VALID] += n_valid;
	a->sum += s.sum;
	a->sum_sq += ((uint128)s.sq_high << 32) + s.sq_low;
}

static void run_add(struct stats_state *state, struct piece *piece, const float *value,
		    const uint8_t *class, size_t n)
{
	struct accum *a = &piece->accum;
	uint64_t valid = 0;
	size_t zeros;
	float min, max;

	run_count(&valid, class, n, PIXEL_VALID);
	count_others(a, class, n, n - valid);
	if (!valid)
		return;
	run_extremes(&min, &max, &zeros, value, n);
	if (zeros > n - valid) { /* one that counts is 0 */
		min = min < 0 ? min : 0;
		max = max > 0 ? max : 0;
	}
	if (min < -1 || max > 1) {
		valid -= take_outside(state, piece, value, n);
		value = state->inside;
	}
	a->min = min < a->min ? min : a->min;
	a->max = max > a->max ? max : a->max;
	add_values(state, piece, value, n, valid);
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
	for (size_t i = 0; i < n; i += RUN) {
		size_t run = n - i < RUN ? n - i : RUN;

		run_add(state, piece, value + i, class + i, run);
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
	accum_add(&piece->accum, block->value[0], pixels);
	piece->histogram.count[histogram_slot(block->value[0])] += pixels;
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
