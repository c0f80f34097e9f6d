/*
 * Runs of values by vectors against accum_add() and histogram_slot() one by one, for random grids
 * and ranges; slots against their edges. With arguments it is the program behind
 * tests/oracle/accum.py: GRID_EXPONENT LO HI and single-precision numbers on stdin give their
 * statistics, by runs.
 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/simd.h"
#include "pixels/value_run.h"
#include "../random.h"

enum { N_GRIDS = 420, RUNS = 6, N_MOST = RUNS * VALUE_RUN };

static double random_sign(void)
{
	return random_bits() & 1 ? -1 : 1;
}

static float finite_bits(void)
{
	uint32_t bits = (uint32_t)random_bits();
	float v;

	memcpy(&v, &bits, sizeof(v));
	return isfinite(v) ? v : 0;
}

static struct value_grid random_grid(int kind)
{
	struct value_grid grid = {.exponent = (int)(random_bits() % 41)};
	double one = ldexp(1, grid.exponent), a, b;

	switch (kind % 6) {
	case 0:
		a = -one;
		b = one;
		break;
	case 1:
		a = 0;
		b = one * random_unit();
		break;
	case 2: /* edges that are whole */
		a = -8;
		b = 8184;
		break;
	case 3: /* narrow, far from 0 */
		a = one * (1 + random_unit()) * random_sign();
		b = a + fabs(a) * 0x1p-18 * (1 + random_unit());
		break;
	case 4: /* as wide as can be */
		a = -one * 65536 * random_unit();
		b = one * 65536;
		break;
	default:
		a = one * random_unit() * random_sign();
		b = one * random_unit() * random_sign();
	}
	grid.lo = a < b ? a : b;
	grid.hi = a < b ? b : a;
	if (!value_grid_valid(&grid))
		grid = (struct value_grid){grid.exponent, -1, 1};
	return grid;
}

/* The single-precision number at an edge of a slot, or a neighbour. */
static float near_an_edge(const struct value_grid *grid)
{
	const struct accum none = {0};
	float v = (float)histogram_edge(grid, &none,
					1 + (unsigned)(random_bits() % (HIST_SLOTS - 1)));

	switch (random_bits() % 3) {
	case 0:
		return v;
	case 1:
		return nextafterf(v, INFINITY);
	default:
		return nextafterf(v, -INFINITY);
	}
}

static float inside(const struct value_grid *grid)
{
	float v = (float)(grid->lo + (grid->hi - grid->lo) * random_unit());

	return (double)v < grid->lo || (double)v > grid->hi ? 0 : v;
}

/* Mixtures, so that each choice of loops is met. */
static float random_value(const struct value_grid *grid, unsigned kind)
{
	static const float special[] = {0,        -0.0f,    FLT_MAX, -FLT_MAX, FLT_TRUE_MIN,
					-FLT_MIN, 65536.0f, 0x1p-31f};
	float near = value_grid_near(grid);

	switch (kind) {
	case 0:
		return inside(grid);
	case 1: /* near, most of them beyond 2^e */
		return (float)((double)near * random_unit() * random_unit() * random_sign());
	case 2:
		return random_bits() % 50 ? inside(grid) : finite_bits();
	case 3:
		return near_an_edge(grid);
	case 4: /* halves of the grid's step */
		return (float)(ldexp((double)(random_bits() % 1000), grid->exponent - 31) *
			       random_sign());
	case 5:
		return special[random_bits() % 8];
	default:
		return finite_bits();
	}
}

struct whole {
	struct accum a;
	struct mask_counts by;
	struct histogram h;
};

/* Slots are counted by value_run_add(), and added at the end; or here, where counts is NULL. */
static void add_by_runs(struct whole *whole, const struct value_grid *grid, const float *value,
			const uint8_t *class, size_t n, size_t most, struct slot_counts *counts)
{
	const struct run_cells to = {&whole->a, &whole->by, &whole->h, counts};
	static struct value_run run;
	struct value_rule rule;

	value_rule_make(&rule, grid);
	for (size_t i = 0; i < n; i += most) {
		size_t part = n - i < most ? n - i : most;

		if (value_run_add(&run, &rule, &to, value + i, class + i, part))
			for (size_t k = 0; k < part; k++)
				whole->h.count[run.slot[k]]++;
	}
	for (size_t slot = 0; counts && slot < HIST_SLOTS; slot++)
		whole->h.count[slot] += (uint64_t)counts->n[0][slot] + counts->n[1][slot];
}

static void clear(struct whole *whole)
{
	accum_clear(&whole->a);
	histogram_clear(&whole->h);
	whole->by = (struct mask_counts){0};
}

static void one_by_one(struct whole *whole, const struct value_grid *grid, const float *value,
		       const uint8_t *class, size_t n)
{
	clear(whole);
	for (size_t i = 0; i < n; i++) {
		if (class[i] != PIXEL_VALID) {
			whole->a.n[class[i] & 7]++;
			whole->by.n[class[i] >> 3] += (class[i] & 7) == PIXEL_MASKED;
			continue;
		}
		accum_add(&whole->a, grid, value[i], 1);
		whole->h.count[histogram_slot(grid, value[i])]++;
	}
}

/* A class that does not count: of masked pixels with one of the reasons above its three bits. */
static uint8_t any_hole(void)
{
	uint8_t class = 1 + random_bits() % (N_PIXEL_CLASSES - 1);

	return class == PIXEL_MASKED ? (uint8_t)(class | random_bits() % N_MASK_REASONS << 3)
				     : class;
}

/* 5 * 10^6 values with each instruction set. */
static void runs_are_sums_of_values(void **state)
{
	enum { N_LENGTHS = 7 };
	static const size_t lengths[N_LENGTHS] = {VALUE_RUN, 1, 37, 1000, 64, 129, 2047};
	static float value[N_MOST];
	static uint8_t class[N_MOST];
	static struct whole expect, got, counted;
	static struct slot_counts counts;

	(void)state;
	for (int i = 0; i < N_GRIDS; i++) {
		struct value_grid grid = random_grid(i);
		bool holes = i % 5 == 3;
		size_t n = N_MOST - random_bits() % 100;

		for (size_t k = 0; k < n; k++) {
			class[k] = holes && random_bits() % 5 == 0 ? any_hole() : PIXEL_VALID;
			value[k] = class[k] ? 0 : random_value(&grid, (k / VALUE_RUN + i) % 7);
		}
		one_by_one(&expect, &grid, value, class, n);
		clear(&got);
		add_by_runs(&got, &grid, value, class, n, lengths[i % N_LENGTHS], NULL);
		memset(&counts, 0, sizeof(counts));
		clear(&counted);
		add_by_runs(&counted, &grid, value, class, n, lengths[i % N_LENGTHS], &counts);
		if (memcmp(&got, &expect, sizeof(got)) != 0 ||
		    memcmp(&counted, &expect, sizeof(counted)) != 0)
			fail_msg("grid %d: exponent %d, %a to %a", i, grid.exponent, grid.lo,
				 grid.hi);
	}
}

/* Which of these pixels count. */
static bool is_hole(unsigned kind, size_t i, size_t n)
{
	switch (kind) {
	case 0:
		return false;
	case 1:
		return i < 2;
	case 2:
		return i % 5 == 3;
	default:
		return i + 1 < n;
	}
}

/* Where all values have one sign, min and max tell whether a 0 counts, and which. */
static void zeros_count_where_pixels_do(void **state)
{
	static const struct value_grid grids[] = {{0, -1, 1}, {0, 0.25, 1}, {0, -1, -0.25}};
	static const float sets[][3] = {{0.5f, 0.75f, 0.625f}, {-0.5f, -0.75f, -0.625f},
					{0, 0.5f, 0.75f},      {-0.5f, -0.0f, -0.75f},
					{-0.0f, 0.5f, 0.5f},   {-0.0f, -0.0f, -0.0f}};
	static const size_t lengths[] = {3, 64, 200};
	enum { N_SETS = sizeof(sets) / sizeof(sets[0]), CASES = 3 * N_SETS * 4 * 3 };
	static struct whole expect, got;
	uint8_t class[200];
	float value[200];

	(void)state;
	for (unsigned i = 0; i < CASES; i++) {
		const struct value_grid *grid = &grids[i % 3];
		const float *set = sets[i / 3 % N_SETS];
		size_t n = lengths[i / 3 / N_SETS / 4];

		for (size_t k = 0; k < n; k++) {
			class[k] = is_hole(i / 3 / N_SETS % 4, k, n) ? PIXEL_NODATA : PIXEL_VALID;
			value[k] = class[k] ? 0 : set[k % 3];
		}
		one_by_one(&expect, grid, value, class, n);
		clear(&got);
		add_by_runs(&got, grid, value, class, n, n, NULL);
		if (memcmp(&got, &expect, sizeof(got)) != 0)
			fail_msg("case %u: min %a, not %a; max %a, not %a", i, (double)got.a.min,
				 (double)expect.a.min, (double)got.a.max, (double)expect.a.max);
	}
}

static void slots_lie_between_their_edges(void **state)
{
	(void)state;
	for (int i = 0; i < N_GRIDS; i++) {
		struct value_grid grid = random_grid(i);
		struct accum ends = {.min = -FLT_MAX, .max = FLT_MAX};
		double step = grid.hi == -grid.lo ? ldexp(1, grid.exponent - 31) : 0;

		for (unsigned k = 0; k < 2000; k++) {
			float v = random_value(&grid, k % 7);
			unsigned slot = histogram_slot(&grid, v);
			bool outside = (double)v < grid.lo || (double)v > grid.hi;

			assert_in_range(slot, 0, HIST_SLOTS - 1);
			assert_true((double)v >= histogram_edge(&grid, &ends, slot) - step);
			assert_true((double)v <= histogram_edge(&grid, &ends, slot + 1) + step);
			assert_int_equal(outside,
					 slot < HIST_FIRST || slot >= HIST_FIRST + HIST_BINS);
		}
	}
}

/* Does v belong to this slot or a later one? Edges belong to the slot that is nearer to the middle.
 */
static bool reaches(const struct value_grid *grid, unsigned slot, double edge, float v)
{
	bool by_q = grid->lo == -grid->hi && grid->hi == ldexp(1, grid->exponent);

	if (slot < HIST_FIRST || slot == HIST_FIRST + HIST_BINS)
		return (double)v > edge;
	if (by_q && slot > HIST_FIRST && slot < HIST_FIRST + HIST_BINS)
		return value_grid_q(grid, fmin((double)v, grid->hi)) >= value_grid_q(grid, edge);
	return (double)v >= edge;
}

static void edges_part_slots(void **state)
{
	(void)state;
	for (int i = 0; i < 60; i++) {
		struct value_grid grid = random_grid(i);
		struct accum ends = {.min = -FLT_MAX, .max = FLT_MAX};

		for (unsigned slot = 1; slot < HIST_SLOTS; slot++) {
			double edge = histogram_edge(&grid, &ends, slot);
			float v = (float)edge;
			const float around[] = {nextafterf(v, -INFINITY), v,
						nextafterf(v, INFINITY)};

			assert_true(edge > histogram_edge(&grid, &ends, slot - 1));
			for (int k = 0; k < 3; k++)
				assert_int_equal(histogram_slot(&grid, around[k]) >= slot,
						 reaches(&grid, slot, edge, around[k]));
		}
	}
}

static void grids_that_cannot_be(void **state)
{
	static const struct value_grid bad[] = {{-1, -1, 1},
						{41, -1, 1},
						{0, 1, 1},
						{0, 1, -1},
						{0, NAN, 1},
						{0, 0, NAN},
						{0, -INFINITY, 1},
						{0, 0, INFINITY},
						{0, 0, 65536.01},
						{3, -0x1.01p19, 0},
						{0, 1000, 1000.0009},
						{0, 0, 0x1p-127},
						{0, -DBL_MAX, DBL_MAX}};
	static const struct value_grid good[] = {
		{0, -1, 1}, {0, 0, 65536}, {40, 0, 0x1p56}, {0, 1000, 1000.001}, {40, 0, 0x1p-126}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (value_grid_valid(&bad[i]))
			fail_msg("grid %zu is taken", i);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!value_grid_valid(&good[i]))
			fail_msg("grid %zu is refused", i);
}

/* --- for tests/oracle/accum.py --- */

static void print_words(const char *name, const uint64_t *word, unsigned n)
{
	printf(",\"%s\":\"", name);
	while (n--)
		printf("%016" PRIx64, word[n]);
	printf("\"");
}

static void print_whole(const struct whole *whole, const struct value_grid *grid)
{
	const struct accum *a = &whole->a;
	uint64_t sum[2] = {(uint64_t)a->sum, (uint64_t)((uint128)a->sum >> 64)};
	uint64_t sq[2] = {(uint64_t)a->sum_sq, (uint64_t)(a->sum_sq >> 64)};
	struct summary s;

	summary_make(&s, a, &whole->h, NAN, grid);
	printf("{\"n\":%" PRIu64 ",\"n_outside\":%" PRIu64 ",\"n_far\":%" PRIu64, a->n[PIXEL_VALID],
	       a->n_outside, a->n_far);
	printf(",\"min\":%.17g,\"max\":%.17g,\"mean\":%.17g,\"std\":%.17g", s.min, s.max, s.mean,
	       s.std);
	print_words("sum", sum, 2);
	print_words("sum_sq", sq, 2);
	print_words("far_pos", a->far_pos, 4);
	print_words("far_neg", a->far_neg, 4);
	print_words("far_sq", a->far_sq, 6);
	for (unsigned i = 0; i < N_PERCENTILES; i++)
		printf("%s%.17g", i ? "," : ",\"percentiles\":[", s.percentile[i]);
	for (unsigned i = 0, any = 0; i < HIST_SLOTS; i++)
		if (whole->h.count[i])
			printf("%s%u,%" PRIu64 "]", any++ ? ",[" : "],\"slots\":[[", i,
			       whole->h.count[i]);
	printf("]}\n");
}

static int evaluate(char **args)
{
	struct value_grid grid = {atoi(args[1]), strtod(args[2], NULL), strtod(args[3], NULL)};
	static float value[VALUE_RUN];
	static uint8_t class[VALUE_RUN];
	static struct whole whole;
	size_t n;

	if (!value_grid_valid(&grid))
		return 65;
	clear(&whole);
	while ((n = fread(value, sizeof(value[0]), VALUE_RUN, stdin)) > 0)
		add_by_runs(&whole, &grid, value, class, n, n, NULL);
	print_whole(&whole, &grid);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(runs_are_sums_of_values),
		cmocka_unit_test(zeros_count_where_pixels_do),
		cmocka_unit_test(slots_lie_between_their_edges),
		cmocka_unit_test(edges_part_slots),
		cmocka_unit_test(grids_that_cannot_be),
	};
	int failed = 0;

	if (argc == 4)
		return evaluate(argv);
	/* Every instruction set against the same reference, so against one another. */
	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
