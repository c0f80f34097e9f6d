/*
 * A big sum: x_i = i mod 1000 + 0.5 for i from 0 to N - 1, made and then added; all in one array or
 * chunk by chunk. Half-integers far below 2^52 add up in double precision without rounding, so
 * every order gives the same bits. Single precision does not; that is shown beside it.
 */
#include "lab_stages.h"

#include <stdlib.h>

#include "base/simd.h"
#include "pixels/stages.h"

enum { PERIOD = 1000 };

static size_t make_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	(void)scene;
	(void)options;
	return arena_cost(size_mul(size_mul(x_size, y_size), sizeof(double)));
}

static int make_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	struct lab_range range = lab_range(env->options->lab, block);
	double *x = lab_alloc(env, range.n, sizeof(*x), err);
	unsigned value = (unsigned)(range.first % PERIOD);

	(void)state;
	(void)result;
	if (!x)
		return -1;
	for (size_t i = 0; i < range.n; i++) {
		x[i] = value + 0.5;
		value = value + 1 == PERIOD ? 0 : value + 1;
	}
	block->plane[0] = x;
	env->meter->row[METER_INDEX].bytes_out += range.n * sizeof(*x);
	return 0;
}

SIMD_KERNEL(add_doubles, (double *sum_out, const double *x, size_t n), (sum_out, x, n))
{
	double sum = 0;

#pragma omp simd reduction(+ : sum)
	for (size_t i = 0; i < n; i++)
		sum += x[i];
	*sum_out = sum;
}

static int add_run(void *state, const struct stage_env *env, struct block *block,
		   struct chunk_result *result, struct error *err)
{
	struct lab_range range = lab_range(env->options->lab, block);
	struct lab_cells cells = lab_cells(env->layout, result->group);
	double sum;

	(void)state;
	(void)err;
	add_doubles(&sum, block->plane[0], range.n);
	*cells.sum += (int128)(2 * sum);
	*cells.n_valid += range.n;
	env->meter->row[METER_STATS].bytes_in += range.n * sizeof(double);
	return 0;
}

/* --- single precision --- */

/* Sums of 2^k neighbours that wait for their own neighbour: bit k of `n` says there is one. */
struct pairs {
	uint64_t n;
	float sum[64];
};

struct float_state {
	struct lab_floats floats;
	float chunk; /* sum of the chunk under way */
	uint64_t in_chunk;
	struct pairs pairs;
};

static int float_open(void **state, const struct stage_env *env, struct error *err)
{
	(void)env;
	*state = calloc(1, sizeof(struct float_state));
	return *state ? 0 : error_memory(err, "the sums", sizeof(struct float_state));
}

static void add_pair(struct pairs *pairs, float value)
{
	unsigned k = 0;

	for (; pairs->n >> k & 1; k++)
		value = pairs->sum[k] + value;
	pairs->sum[k] = value;
	pairs->n++;
}

static float pairs_total(const struct pairs *pairs)
{
	float total = 0;

	for (unsigned k = 0; k < 64; k++)
		if (pairs->n >> k & 1)
			total = pairs->sum[k] + total;
	return total;
}

static int float_run(void *state, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	struct float_state *s = state;
	const struct lab *lab = env->options->lab;
	struct lab_range range = lab_range(lab, block);
	const double *x = block->plane[0];

	(void)err;
	for (size_t i = 0; i < range.n; i++) {
		float value = (float)x[i];

		s->floats.running += value;
		s->chunk += value;
		add_pair(&s->pairs, value);
		if (++s->in_chunk == lab->chunk || range.first + i + 1 == lab->n) {
			s->floats.by_chunk += s->chunk;
			s->chunk = 0;
			s->in_chunk = 0;
		}
	}
	if (range.n && range.first + range.n == lab->n) {
		s->floats.pairwise = pairs_total(&s->pairs);
		lab->line->floats = s->floats;
	}
	return add_run(NULL, env, block, result, err);
}

static const struct stage stage_make = {
	.name = "make", .meter = METER_INDEX, .kept = make_kept, .run = make_run};
static const struct stage stage_add = {.name = "add", .meter = METER_STATS, .run = add_run};
static const struct stage stage_floats = {
	.name = "add", .meter = METER_STATS, .open = float_open, .run = float_run, .close = free};
static const struct stage *const sum_stages[] = {&stage_make, &stage_add};
static const struct stage *const float_stages[] = {&stage_make, &stage_floats};

static const char *const sum_names[N_METER_STAGES] = {
	[METER_DISCOVER] = "lay out", [METER_CLAIM] = "claim",   [METER_INDEX] = "make",
	[METER_STATS] = "add",        [METER_REDUCE] = "reduce", [METER_WRITE] = "write",
};

const struct workload workload_sum = {
	.name = "sum", .stage = sum_stages, .n_stages = 2, .stage_names = sum_names, LAB_WORKLOAD};
const struct workload workload_floats = {.name = "sum",
					 .stage = float_stages,
					 .n_stages = 2,
					 .stage_names = sum_names,
					 LAB_WORKLOAD};
