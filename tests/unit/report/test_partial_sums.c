/*
 * Quick bounds of sums: what they take is possible, also by the exact ones; and what scenes are
 * made of is taken, or their quickness were worth nothing.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../random.h"
#include "accum.h"
#include "recipe.h"
#include "report/partial.h"
#include "report/partial_sums.h"

/* The last one is finer than its sums are: rounding leaves open what is in them. */
static const struct value_grid grids[] = {
	{0, -1, 1},     {3, -8, 8},          {0, 0, 1},  {5, 0, 30},     {0, 0.5, 0.53},
	{2, -9000, -1}, {10, 650.25, 780.1}, {1, -2, 0}, {0, -0.001, 3}, {40, 0, 0x1p-10}};
enum { N_GRIDS = sizeof(grids) / sizeof(grids[0]), N_CASES = 150 };

struct made {
	struct scene scene;
	struct histogram histogram;
	struct value_result value;
};

/* n values of the range, every tenth a little outside where `wide` says so. */
static void make(struct made *made, const struct value_grid *grid, uint64_t n, bool wide)
{
	const double half = grid->hi / 2 - grid->lo / 2, mid = grid->hi / 2 + grid->lo / 2;
	const double at = random_unit() * 0.6 - 0.3, spread = random_unit();

	memset(made, 0, sizeof(*made));
	accum_clear(&made->value.accum);
	made->value.histogram = &made->histogram;
	made->value.area_m2 = NAN;
	made->scene.y_size = 1;
	for (uint64_t i = 0; i < n; i++) {
		double x = at + (random_unit() * 2 - 1) * spread * 0.7;
		float v = (float)(mid + half * x * (wide && i % 10 == 0 ? 3 : 1));

		accum_add(&made->value.accum, grid, v, 1);
		made->histogram.count[histogram_slot(grid, v)]++;
		made->scene.x_size++;
	}
}

static bool exactly(const struct made *made, const struct value_grid *grid)
{
	struct error err;

	return partial_check_value(&made->scene, &made->value, grid, &err) == 0;
}

static bool quickly(const struct made *made, const struct value_grid *grid)
{
	return partial_sums_surely(grid, &made->value.accum, &made->histogram);
}

static void ordinary_scenes_are_taken(void **state)
{
	static struct made made;

	(void)state;
	for (int g = 0; g < N_GRIDS - 1; g++)
		for (int i = 0; i < N_CASES; i++) {
			make(&made, &grids[g], 200 + random_bits() % 4000, i % 2);
			assert_true(exactly(&made, &grids[g]));
			if (made.value.accum.n_far == 0 && !quickly(&made, &grids[g]))
				fail_msg("grid %d, case %d is left open", g, i);
		}
}

/* What slots give at the least and at the most, in integers: of near values alone. */
struct bounds {
	int128 sum_least, sum_most, sq_least, sq_most;
};

static struct bounds bounds_of(const struct made *made, const struct value_grid *grid)
{
	const struct accum *a = &made->value.accum;
	struct bounds b = {.sum_least = 0};

	for (unsigned slot = 0; slot < HIST_SLOTS; slot++) {
		const int128 n = (int128)made->histogram.count[slot];
		int128 low, high;

		if (!n)
			continue;
		low = value_grid_q(grid, fmax(histogram_edge(grid, a, slot), (double)a->min));
		high = value_grid_q(grid, fmin(histogram_edge(grid, a, slot + 1), (double)a->max));
		b.sum_least += n * low;
		b.sum_most += n * high;
		b.sq_least += low <= 0 && high >= 0     ? 0
			      : low * low < high * high ? n * low * low
							: n * high * high;
		b.sq_most += low * low > high * high ? n * low * low : n * high * high;
	}
	return b;
}

/* As far from what it was as it is taken, by halving. */
static void push_sum(struct made *made, const struct value_grid *grid, int sign)
{
	struct accum *a = &made->value.accum;

	for (int bit = 60; bit >= 0; bit--) {
		const int128 step = sign * ((int128)1 << bit);

		a->sum += step;
		if (!quickly(made, grid))
			a->sum -= step;
	}
}

static void push_squares(struct made *made, const struct value_grid *grid, bool up)
{
	struct accum *a = &made->value.accum;

	for (int bit = 100; bit >= 0; bit--) {
		const uint128 step = (uint128)1 << bit, sq = a->sum_sq;

		if (!up && sq < step)
			continue;
		a->sum_sq = up ? sq + step : sq - step;
		if (!quickly(made, grid))
			a->sum_sq = sq;
	}
}

/* Nothing is taken that is not between the bounds; and the furthest is not far from them. */
static void what_is_taken_is_possible(void **state)
{
	static struct made made;
	const struct accum *a = &made.value.accum;

	(void)state;
	for (int g = 0; g < N_GRIDS; g++)
		for (int i = 0; i < 4 * 30; i++) {
			struct bounds b;
			int128 sum, squares;

			make(&made, &grids[g], 100 + random_bits() % 2000, i % 3 == 0);
			if (!quickly(&made, &grids[g]))
				continue;
			b = bounds_of(&made, &grids[g]);
			sum = a->sum;
			squares = (int128)a->sum_sq;
			if (i % 4 < 2)
				push_sum(&made, &grids[g], i % 2 ? 1 : -1);
			else
				push_squares(&made, &grids[g], i % 2);
			assert_true(a->sum >= b.sum_least && a->sum <= b.sum_most);
			assert_true((int128)a->sum_sq >= b.sq_least &&
				    (int128)a->sum_sq <= b.sq_most);
			if (g < N_GRIDS - 1 && i % 4 < 2)
				assert_true(a->sum != sum);
			else if (g < N_GRIDS - 1)
				assert_true((int128)a->sum_sq != squares);
		}
}

/* Of these nothing is said. */
static void others_are_left_open(void **state)
{
	static struct made made;

	(void)state;
	make(&made, &grids[0], 500, false);
	assert_true(quickly(&made, &grids[0]));
	made.value.accum.far_sq[5] = 1;
	assert_false(quickly(&made, &grids[0]));
	made.value.accum.far_sq[5] = 0;
	made.value.accum.n_far = 1;
	assert_false(quickly(&made, &grids[0]));
	made.value.accum.n_far = 0;
	made.value.accum.max = value_grid_near(&grids[0]) * 2;
	assert_false(quickly(&made, &grids[0]));
	make(&made, &grids[0], 500, false);
	made.value.accum.n[PIXEL_VALID] = UINT64_C(1) << 36;
	assert_false(quickly(&made, &grids[0]));
	memset(&made, 0, sizeof(made));
	accum_clear(&made.value.accum);
	assert_false(quickly(&made, &grids[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_scenes_are_taken),
		cmocka_unit_test(what_is_taken_is_possible),
		cmocka_unit_test(others_are_left_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
