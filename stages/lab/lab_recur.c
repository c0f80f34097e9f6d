/*
 * A recurrence: exponential smoothing of a time series, pixel by pixel, as in filling its gaps. A
 * step needs the one before, so tasks that are steps wait for each other (workload.sequential);
 * tasks that are pixels do not. Both do the same operations on each pixel, so both give the same
 * bits.
 */
#include "lab_stages.h"

#include <string.h>

#include "lab_random.h"
#include "pixels/stages.h"

/* Pixels that go through all steps before the next ones: 2^12 doubles stay in L1. */
enum { AT_ONCE = 1 << 12 };

static const double first_state = 0.5;

/* States of all pixels after the last step that was done: LAB_TIME's, shared by all workers. */
static double *states(const struct lab *lab)
{
	return (double *)lab->shared;
}

static void fill(double *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s[i] = first_state;
}

void lab_states_init(struct lab_shared *shared, uint64_t n)
{
	fill((double *)shared, n);
}

static size_t pixels_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			  const struct options *options)
{
	(void)scene;
	(void)options;
	return arena_cost(size_mul(size_mul(x_size, y_size), sizeof(double)));
}

static int pixels_run(void *state, const struct stage_env *env, struct block *block,
		      struct chunk_result *result, struct error *err)
{
	const struct lab *lab = env->options->lab;
	struct lab_range range = lab_range(lab, block);
	double *s = lab_alloc(env, range.n, sizeof(*s), err);

	(void)state;
	(void)result;
	if (!s)
		return -1;
	fill(s, range.n);
	for (size_t i = 0; i < range.n; i += AT_ONCE) {
		size_t n = range.n - i < AT_ONCE ? range.n - i : AT_ONCE;

		for (uint64_t t = 0; t < lab->steps; t++)
			philox_smooth(s + i, range.first + i, n, (uint32_t)t, lab->seed);
	}
	block->plane[0] = s;
	return 0;
}

/* A row of the made-up scene is a step; a block, some of its pixels. */
static int step_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	const struct lab *lab = env->options->lab;
	const struct window *w = &block->window;

	(void)state;
	(void)result;
	(void)err;
	philox_smooth(states(lab) + w->x_off, w->x_off, w->x_size, w->y_off, lab->seed);
	block->plane[0] = states(lab) + w->x_off;
	return 0;
}

static void sum_states(const struct lab_cells *cells, const double *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &s[i], sizeof(bits));
		*cells->sum_sq += bits;
		*cells->sum += (int64_t)(s[i] * 0x1p40);
	}
	*cells->n_valid += n;
}

static int check_run(void *state, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	const struct lab *lab = env->options->lab;
	const struct window *w = &block->window;
	struct lab_cells cells = lab_cells(env->layout, result->group);

	(void)state;
	(void)err;
	if (lab->mode == LAB_PIXELS)
		sum_states(&cells, block->plane[0], lab_range(lab, block).n);
	else if (w->y_off + 1 == lab->steps)
		sum_states(&cells, block->plane[0], w->x_size);
	return 0;
}

static const struct stage stage_pixels = {
	.name = "smooth", .meter = METER_INDEX, .kept = pixels_kept, .run = pixels_run};
static const struct stage stage_step = {.name = "smooth", .meter = METER_INDEX, .run = step_run};
static const struct stage stage_check = {.name = "check", .meter = METER_STATS, .run = check_run};
static const struct stage *const pixels_stages[] = {&stage_pixels, &stage_check};
static const struct stage *const time_stages[] = {&stage_step, &stage_check};

static const char *const recur_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "lay out", [METER_CLAIM] = "claim",   [METER_INDEX] = "smooth",
	[METER_STATS] = "check",      [METER_REDUCE] = "reduce", [METER_WRITE] = "write",
};

const struct workload workload_over_pixels = {.name = "recur",
					      .stage = pixels_stages,
					      .n_stages = 2,
					      .stage_names = recur_names,
					      LAB_WORKLOAD};
const struct workload workload_over_time = {.name = "recur",
					    .stage = time_stages,
					    .n_stages = 2,
					    .sequential = true,
					    .stage_names = recur_names,
					    LAB_WORKLOAD};
