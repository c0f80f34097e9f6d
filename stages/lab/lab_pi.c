/*
 * pi by random numbers: of N points in the unit square, those inside the quarter circle are pi / 4.
 * Two stages, draw and count; the counts of all chunks are added.
 */
#include "lab_stages.h"

#include <errno.h>
#include <pthread.h>

#include "lab_random.h"
#include "base/simd.h"
#include "pixels/stages.h"

/* The one generator of LAB_SHARED, in memory that worker processes share. */
struct lab_shared {
	pthread_mutex_t lock; /* guards generator */
	struct pcg64 generator;
};

size_t lab_generator_bytes(void)
{
	return sizeof(struct lab_shared);
}

void lab_generator_init(struct lab_shared *shared, uint64_t seed)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
	/* A process that dies with the lock must not leave the others waiting. */
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&shared->lock, &attributes);
	pthread_mutexattr_destroy(&attributes);
	pcg64_seed(&shared->generator, seed);
}

/* As rand() of a C library has it: the lock is taken for each number. */
static double next_shared(struct lab_shared *shared)
{
	double value;

	if (pthread_mutex_lock(&shared->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&shared->lock);
	value = pcg64_double(&shared->generator);
	pthread_mutex_unlock(&shared->lock);
	return value;
}

static void draw_shared(double *x, double *y, size_t n, struct lab_shared *shared)
{
	for (size_t i = 0; i < n; i++) {
		x[i] = next_shared(shared);
		y[i] = next_shared(shared);
	}
}

/* Draws 2 i and 2 i + 1 are point i's. */
static void draw_own(double *x, double *y, const struct lab_range *range, uint64_t seed)
{
	struct pcg64 own;

	pcg64_seed(&own, seed);
	pcg64_skip(&own, 2 * range->first);
	for (size_t i = 0; i < range->n; i++) {
		x[i] = pcg64_double(&own);
		y[i] = pcg64_double(&own);
	}
}

static bool by_words(const struct options *options)
{
	return options->lab->mode == LAB_VECTOR;
}

static size_t draw_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	size_t size = by_words(options) ? sizeof(uint32_t) : sizeof(double);

	(void)scene;
	return size_mul(2, arena_cost(size_mul(size_mul(x_size, y_size), size)));
}

static int draw_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	const struct lab *lab = env->options->lab;
	struct lab_range range = lab_range(lab, block);
	size_t size = by_words(env->options) ? sizeof(uint32_t) : sizeof(double);
	void *x = lab_alloc(env, range.n, size, err), *y = lab_alloc(env, range.n, size, err);

	(void)state;
	(void)result;
	if (!x || !y)
		return -1;
	block->plane[0] = x;
	block->plane[1] = y;
	env->meter->row[METER_INDEX].bytes_out += 2 * size * range.n;
	if (lab->mode == LAB_VECTOR)
		philox_points(x, y, range.first, range.n, lab->seed);
	else if (lab->mode == LAB_OWN)
		draw_own(x, y, &range, lab->seed);
	else
		draw_shared(x, y, range.n, lab->shared);
	return 0;
}

SIMD_KERNEL(count_doubles, (uint64_t * inside, const double *x, const double *y, size_t n),
	    (inside, x, y, n))
{
	uint64_t count = 0;

#pragma omp simd reduction(+ : count)
	for (size_t i = 0; i < n; i++)
		count += x[i] * x[i] + y[i] * y[i] < 1.0;
	*inside = count;
}

/* Words are coordinates in cells of 2^-30: an odd number is the middle of a cell. No rounding. */
SIMD_KERNEL(count_words, (uint64_t * inside, const uint32_t *x, const uint32_t *y, size_t n),
	    (inside, x, y, n))
{
	uint64_t count = 0;

#pragma omp simd reduction(+ : count)
	for (size_t i = 0; i < n; i++) {
		uint64_t a = x[i] >> 1 | 1, b = y[i] >> 1 | 1;

		count += a * a + b * b < (uint64_t)1 << 62;
	}
	*inside = count;
}

static int count_run(void *state, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	struct lab_range range = lab_range(env->options->lab, block);
	struct lab_cells cells = lab_cells(env->layout, result->group);
	uint64_t inside;

	(void)state;
	(void)err;
	if (by_words(env->options))
		count_words(&inside, block->plane[0], block->plane[1], range.n);
	else
		count_doubles(&inside, block->plane[0], block->plane[1], range.n);
	*cells.n_valid += inside;
	*cells.n_masked += range.n - inside;
	return 0;
}

static const struct stage stage_draw = {
	.name = "draw", .meter = METER_INDEX, .kept = draw_kept, .run = draw_run};
static const struct stage stage_count = {.name = "count", .meter = METER_STATS, .run = count_run};
static const struct stage *const pi_stages[] = {&stage_draw, &stage_count};

static const char *const pi_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "lay out", [METER_CLAIM] = "claim",   [METER_INDEX] = "draw",
	[METER_STATS] = "count",      [METER_REDUCE] = "reduce", [METER_WRITE] = "write",
};

const struct workload workload_pi = {
	.name = "pi", .stage = pi_stages, .n_stages = 2, .stage_names = pi_names, LAB_WORKLOAD};
