/*
 * Contradictions in a partial, for any grid: numbers that values give are taken, whatever the grid
 * and the range; changed ones are not. (Those of NDVI in files: tests/fault/parts.py.)
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "accum.h"
#include "recipe.h"
#include "report/partial.h"
#include "../random.h"

/* Sums of near values up to 1 and far ones beyond 2^16; the range in the middle, at the end, and
 * so narrow that near values lie in the open slots. */
static const struct value_grid grids[] = {{0, -1, 1},       {3, -8, 8},         {0, 0, 1},
					  {5, 0, 30},       {0, 60000, 65536},  {0, -65536, 65536},
					  {0, 0.5, 0.53},   {2, -250000, -1},   {10, 650.25, 780.1},
					  {40, 0, 0x1p-10}, {0, -65536, -65535}};
enum { N_GRIDS = sizeof(grids) / sizeof(grids[0]), N_RANDOM = 200, N_VALUES = 64 };

struct made {
	struct scene scene;
	struct histogram histogram;
	struct scene_result result;
};

static void begin(struct made *made)
{
	memset(made, 0, sizeof(*made));
	accum_clear(&made->result.value[0].accum);
	made->scene.y_size = 1;
	made->scene.has_band[0] = made->scene.has_band[1] = true;
	made->result.scene = &made->scene;
	made->result.value[0].histogram = &made->histogram;
	made->result.value[0].area_m2 = NAN;
}

static void add(struct made *made, const struct value_grid *grid, float v, uint32_t times)
{
	accum_add(&made->result.value[0].accum, grid, v, times);
	made->histogram.count[histogram_slot(grid, v)] += times;
	made->scene.x_size += times;
}

/* Near the range, near values, their end and its neighbours, a little beyond, anywhere. */
static float random_value(const struct value_grid *grid)
{
	float near = value_grid_near(grid), sign = random_bits() & 1 ? -1 : 1;

	switch (random_bits() % 8) {
	case 0:
		return sign * near;
	case 1:
		return sign * nextafterf(near, INFINITY);
	case 2:
		return sign * nextafterf(near, 0);
	case 3:
		return sign * near * (float)(1 + random_unit());
	case 4:
		return sign * (float)(random_unit() * (double)near);
	case 5:
		return sign * FLT_MAX * (float)random_unit();
	default:
		return (float)(grid->lo + random_unit() * (grid->hi - grid->lo));
	}
}

static bool taken(const struct made *made, const struct value_grid *grid)
{
	struct error err;

	return partial_check_value(&made->scene, &made->result.value[0], grid, &err) == 0;
}

static void what_values_give_is_taken(void **state)
{
	static struct made made;
	struct error err;

	(void)state;
	for (int g = 0; g < N_GRIDS; g++) {
		assert_true(value_grid_valid(&grids[g]));
		for (int i = 0; i < N_RANDOM; i++) {
			begin(&made);
			for (uint64_t n = 1 + random_bits() % (i % 2 ? N_VALUES : 4); n; n--)
				add(&made, &grids[g], random_value(&grids[g]),
				    1 + (uint32_t)(random_bits() % 9));
			if (partial_check_value(&made.scene, &made.result.value[0], &grids[g],
						&err))
				fail_msg("grid %d, case %d: %s", g, i, err.text);
		}
	}
}

static void expect_refused(struct made *made, const struct value_grid *grid, const char *what)
{
	struct error err;

	if (partial_check_value(&made->scene, &made->result.value[0], grid, &err) == 0)
		fail_msg("%s is taken, exponent %d, %g to %g", what, grid->exponent, grid->lo,
			 grid->hi);
	if (!strstr(err.text, what))
		fail_msg("%s: %s", what, err.text);
}

/* One value of the range, which alone decides all; then each of its numbers one off. */
static void one_value_decides(const struct value_grid *grid)
{
	static struct made good, bad;
	float v = (float)(grid->lo + (grid->hi - grid->lo) * 0.7);
	struct accum *a = &bad.result.value[0].accum;

	begin(&good);
	add(&good, grid, v, 3);
	assert_true(taken(&good, grid));
#define BAD(change, what)                                       \
	do {                                                    \
		bad = good;                                     \
		bad.result.scene = &bad.scene;                  \
		bad.result.value[0].histogram = &bad.histogram; \
		change;                                         \
		expect_refused(&bad, grid, what);               \
	} while (0)
	BAD(bad.result.value[0].masked_by.n[REASON_SNOW]++, "its reasons");
	BAD(a->sum++, "its sum");
	BAD(a->sum--, "its sum");
	BAD(a->sum_sq++, "its sum of squares");
	BAD(a->sum_sq--, "its sum of squares");
	BAD(a->n_far++, "count of far values");
	BAD(a->far_pos[0]++, "far values");
	BAD(a->far_neg[3]++, "far values");
	BAD(a->far_sq[5]++, "far values");
	BAD(a->n_outside++, "outside the range");
	BAD(a->min = nextafterf((float)grid->lo, -INFINITY), "extremes");
	BAD(a->max = value_grid_near(grid) * 2, "extremes");
#undef BAD
}

static void changed_numbers_are_refused(void **state)
{
	(void)state;
	for (int g = 0; g < N_GRIDS; g++)
		one_value_decides(&grids[g]);
}

/*
 * The range is 100 times narrower than near values reach: far values share outer slots with near
 * ones, 64 each side of the end of near values.
 */
static void far_values_in_outer_slots(void **state)
{
	const struct value_grid grid = {0, 0, 1000};
	static struct made made;
	struct accum *a = &made.result.value[0].accum;
	float near = value_grid_near(&grid), above = nextafterf(near, INFINITY);

	(void)state;
	begin(&made);
	add(&made, &grid, 1e30f, 2);
	add(&made, &grid, above, 3);
	add(&made, &grid, near, 4);
	add(&made, &grid, 70000, 5); /* of a slot that has far values only */
	assert_int_equal(histogram_slot(&grid, near), histogram_slot(&grid, above));
	assert_true(taken(&made, &grid));
	a->n_far = 6; /* 7 are in slots of far values only */
	expect_refused(&made, &grid, "count of far values");
	a->n_far = 15; /* there are 14 */
	expect_refused(&made, &grid, "count of far values");
	a->n_far = 7; /* could be, but not with these sums */
	expect_refused(&made, &grid, "its sum");
	a->n_far = 10;
	assert_true(taken(&made, &grid));
	a->sum++; /* the 4 near ones are at most 2^16 */
	expect_refused(&made, &grid, "its sum is not");
	a->sum -= 4 * ((int128)1 << 46) / 50; /* 2 % less, and their slot is 1.6 % wide */
	expect_refused(&made, &grid, "its sum is not");
}

/* The same below: the slot's other end counts. */
static void far_values_below(void **state)
{
	const struct value_grid grid = {0, -1000, 0};
	static struct made made;
	struct accum *a = &made.result.value[0].accum;
	float near = -value_grid_near(&grid);

	(void)state;
	begin(&made);
	add(&made, &grid, -1e30f, 2);
	add(&made, &grid, nextafterf(near, -INFINITY), 3);
	add(&made, &grid, near, 4);
	add(&made, &grid, -70000, 5);
	assert_true(taken(&made, &grid));
	a->n_far = 6;
	expect_refused(&made, &grid, "count of far values");
	a->n_far = 15;
	expect_refused(&made, &grid, "count of far values");
	a->n_far = 10;
	a->sum--;
	expect_refused(&made, &grid, "its sum is not");
	a->sum += 4 * ((int128)1 << 46) / 50;
	expect_refused(&made, &grid, "its sum is not");
}

/* The value of the slot of `near` that is nearest to 0. */
static float least_of_slot(const struct value_grid *grid, float near)
{
	unsigned slot = histogram_slot(grid, near);
	float v = near;

	while (histogram_slot(grid, nextafterf(v, 0)) == slot)
		v = nextafterf(v, 0);
	return v;
}

/*
 * Both sides have a slot with near and far values, and the range is not in the middle: how small
 * squares can be depends on how many far values are above.
 */
static void take_both_sides(const struct value_grid *grid)
{
	float near = value_grid_near(grid), far = nextafterf(near, INFINITY);
	float above = least_of_slot(grid, near), below = least_of_slot(grid, -near);
	static struct made made;

	assert_true(above != -below);
	for (uint32_t n = 1; n < 20; n += 18) { /* far values above: one, or all but one */
		begin(&made);
		add(&made, grid, far, n);
		add(&made, grid, above, 20 - n);
		add(&made, grid, -far, 20 - n);
		add(&made, grid, below, n);
		assert_true(taken(&made, grid));
	}
}

static void far_values_on_both_sides(void **state)
{
	const struct value_grid right = {0, 100, 1100}, left = {0, -1100, -100};

	(void)state;
	take_both_sides(&right);
	take_both_sides(&left);
}

/* Numbers of one grid are not those of another with the same range. */
static void another_exponent_is_refused(void **state)
{
	const struct value_grid grid = {5, 0, 30}, other = {6, 0, 30};
	static struct made made;

	(void)state;
	begin(&made);
	add(&made, &grid, 12.5f, 7);
	assert_true(taken(&made, &grid));
	expect_refused(&made, &other, "its sum is not");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_values_give_is_taken),
		cmocka_unit_test(changed_numbers_are_refused),
		cmocka_unit_test(far_values_in_outer_slots),
		cmocka_unit_test(far_values_below),
		cmocka_unit_test(far_values_on_both_sides),
		cmocka_unit_test(another_exponent_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
