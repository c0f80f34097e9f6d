/*
 * The stats stage: exact sums, extremes and histogram of the values of a block, tile by tile.
 *
 * Values in [-1, 1] take the fast path: put on the grid as 32-bit integers, in runs that fit L1, by
 * loops without branches. The few outside go through accum_add(). Both give what accum.h promises,
 * so a run's result does not depend on where runs begin or end.
 */
#include "stages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "simd.h"

enum {
	RUN = 2048,              /* pixels a pass: 2048 * (4 + 4 + 2) bytes of L1 */
	HIST_TRASH = HIST_SLOTS, /* where pixels that do not count are tallied */
	MOST_PENDING = 1 << 30,  /* 32-bit counts cannot overflow below this */
	HIST_LANES = 2,          /* neighbours hit the same bin: two tables break the dependency */
};

struct stats_state {
	uint32_t count[HIST_LANES][HIST_SLOTS + 1];
	uint64_t pending;     /* pixels in `count` */
	struct piece *target; /* that they belong to; NULL: there are none */
	bool direct;          /* few pixels: counted in the piece at once, as a flush costs more */
	int32_t q[RUN];
	uint16_t slot[RUN];
};

/* Sums of one run: fewer than 2^12 pixels, so 64 bits hold them all. */
struct run_sums {
	uint64_t n_valid, n_outside;
	int64_t sum;
	uint64_t sq_low, sq_high; /* of the low and high halves of q*q < 2^61 */
	float min, max;
};

/*
 * q = v * 2^30 rounded to even: adding 1.5 * 2^52 to a double leaves the rounded integer in its low
 * bits (|q| <= 2^30 here). Pixels outside [-1, 1] and those that do not count get q = 0.
 */
SIMD_KERNEL(run_grid,
	    (int32_t * q, uint16_t *slot, const float *value, const uint8_t *class, size_t n),
	    (q, slot, value, class, n))
{
	const double magic = 0x1.8p52;

	for (size_t i = 0; i < n; i++) {
		float v = value[i];
		bool inside = class[i] == PIXEL_VALID && fabsf(v) <= 1;
		double shifted = (inside ? (double)v : 0.0) * (1 << ACCUM_GRID_BITS) + magic;
		int64_t bits;
		int32_t grid, bin;

		memcpy(&bits, &shifted, sizeof(bits));
		grid = (int32_t)bits;
		bin = (int32_t)(((uint32_t)grid + (1u << ACCUM_GRID_BITS)) >>
				(ACCUM_GRID_BITS + 1 - HIST_BITS));
		bin = bin < HIST_BINS ? bin : HIST_BINS - 1;
		q[i] = grid;
		slot[i] = (uint16_t)(inside ? HIST_FIRST + bin : HIST_TRASH);
	}
}

SIMD_KERNEL(run_sum, (struct run_sums * s, const int32_t *q, size_t n), (s, q, n))
{
	int64_t sum = 0;
	uint64_t low = 0, high = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t magnitude = (uint32_t)(q[i] < 0 ? -q[i] : q[i]);
		uint64_t square = (uint64_t)magnitude * magnitude;

		sum += q[i];
		low += (uint32_t)square;
		high += square >> 32;
	}
	*s = (struct run_sums){.sum = sum, .sq_low = low, .sq_high = high};
}

/*
 * A float's bits as an integer of the same order (no NaN is among the values, and no -0): integer
 * minima are vectorised, float ones would need leave to reorder. Its own inverse.
 */
static inline int32_t ordered(int32_t bits)
{
	return bits ^ (bits < 0 ? INT32_MAX : 0);
}

static float from_ordered(int32_t key)
{
	int32_t bits = ordered(key);
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

SIMD_KERNEL(run_extremes, (struct run_sums * s, const float *value, const uint8_t *class, size_t n),
	    (s, value, class, n))
{
	int32_t min = INT32_MAX, max = INT32_MIN;
	int32_t valid = 0, outside = 0;

#pragma omp simd reduction(min : min) reduction(max : max) reduction(+ : valid, outside)
	for (size_t i = 0; i < n; i++) {
		int32_t counts = class[i] == PIXEL_VALID ? -1 : 0; /* all bits, or none */
		int32_t bits, key, low, high;

		memcpy(&bits, &value[i], sizeof(bits));
		key = ordered(bits);
		low = (key & counts) | (INT32_MAX & ~counts);
		high = (key & counts) | (INT32_MIN & ~counts);
		min = low < min ? low : min;
		max = high > max ? high : max;
		valid -= counts;
		outside += (bits & INT32_MAX) > 0x3f800000; /* |v| > 1 */
	}
	s->min = valid ? from_ordered(min) : INFINITY;
	s->max = valid ? from_ordered(max) : -INFINITY;
	s->n_valid = (uint64_t)valid;
	s->n_outside = (uint64_t)outside;
}

SIMD_KERNEL(run_count, (uint64_t * total, const uint8_t *class, size_t n, uint8_t which),
	    (total, class, n, which))
{
	uint32_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += class[i] == which;
	*total += count;
}

static void count_slots(struct stats_state *state, struct histogram *h, size_t n)
{
	const uint16_t *slot = state->slot;
	size_t i = 0;

	if (state->direct) {
		for (; i < n; i++)
			if (slot[i] != HIST_TRASH)
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

/* The rare values outside [-1, 1], one by one; run_add() has not counted them. */
static void run_outside(struct piece *piece, const float *value, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (fabsf(value[i]) > 1) {
			accum_add(&piece->accum, value[i], 1);
			piece->histogram.count[histogram_slot(value[i])]++;
		}
	}
}

static void run_add(struct stats_state *state, struct piece *piece, const float *value,
		    const uint8_t *class, size_t n)
{
	struct accum *a = &piece->accum;
	struct run_sums s;

	run_grid(state->q, state->slot, value, class, n);
	run_sum(&s, state->q, n);
	run_extremes(&s, value, class, n);
	count_slots(state, &piece->histogram, n);
	if (s.n_outside)
		run_outside(piece, value, n);
	a->n[PIXEL_VALID] += s.n_valid - s.n_outside;
	a->sum += s.sum;
	a->sum_sq += ((uint128)s.sq_high << 32) + s.sq_low;
	a->min = s.min < a->min ? s.min : a->min;
	a->max = s.max > a->max ? s.max : a->max;
	if (s.n_valid == n)
		return;
	for (uint8_t c = PIXEL_VALID + 1; c < N_PIXEL_CLASSES; c++)
		run_count(&a->n[c], class, n, c);
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
static void add_constant(struct piece *piece, const struct block *block, uint64_t pixels)
{
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
		add_constant(piece, block, window_pixels(part));
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
	(void)env;
	*state = calloc(1, sizeof(struct stats_state));
	return *state ? 0 : error_memory(err, "histograms", sizeof(struct stats_state));
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
