/*
 * Figures of a sweep: spreads, and the chunk that a series over workers takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "sweep/sweep_stats.h"

static void test_median(void **state)
{
	struct sweep_sample sample[4] = {
		{.wall_s = 4}, {.wall_s = 1}, {.wall_s = 2}, {.wall_s = 16}};
	struct sweep_point point = {.n = 4, .sample = sample};
	struct spread spread = point_spread(&point, SWEEP_WALL);

	(void)state;
	assert_true(spread.min == 1 && spread.median == 3 && spread.max == 16);
	point.n = 3;
	spread = point_spread(&point, SWEEP_WALL);
	assert_true(spread.min == 1 && spread.median == 2 && spread.max == 4);
	sample[0].wall_s = NAN; /* a run that does not know it */
	spread = point_spread(&point, SWEEP_WALL);
	assert_true(spread.min == 1 && spread.median == 1.5 && spread.max == 2);
	point.n = 0;
	assert_true(isnan(point_spread(&point, SWEEP_WALL).median));
}

/* Two numbers of workers by two chunks; the first chunk is faster. */
struct made_up {
	struct sweep_sample sample[4];
	struct sweep_point point[4];
	struct sweep sweep;
};

static void make(struct made_up *m)
{
	static const double wall[4] = {8, 10, 5, 6};

	*m = (struct made_up){.sweep = {.n_points = 4, .n_scenes = 1}};
	m->sweep.point = m->point;
	for (unsigned i = 0; i < 4; i++) {
		m->sample[i].wall_s = wall[i];
		m->point[i] = (struct sweep_point){.chunk = i % 2 ? "128" : "256",
						   .executor = "threads",
						   .set = "block",
						   .workers = i < 2 ? 1 : 4,
						   .n = 1,
						   .sample = &m->sample[i],
						   .chunks = i % 2 ? 16 : 4};
	}
}

static void expect_chunk(const struct made_up *m, const char *chunk)
{
	static struct series_list list;

	series_by_workers(&list, &m->sweep);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.series[0].n, 2);
	assert_string_equal(list.series[0].point[0]->chunk, chunk);
	assert_int_equal(list.series[0].point[0]->workers, 1);
	assert_int_equal(list.series[0].point[1]->workers, 4);
}

static void test_best_chunk(void **state)
{
	struct made_up m;

	(void)state;
	make(&m);
	expect_chunk(&m, "256");
	m.sample[1].wall_s = 1; /* best together: 1 x 6 */
	expect_chunk(&m, "128");
}

/* A chunk that leaves workers without work loses, however fast; chunks of all scenes count. */
static void test_chunk_for_each_worker(void **state)
{
	struct made_up m;

	(void)state;
	make(&m);
	m.point[0].chunks = m.point[2].chunks = 3;
	expect_chunk(&m, "128");
	m.sweep.n_scenes = 2;
	expect_chunk(&m, "256");
}

/* A chunk that was not measured everywhere cannot be compared. */
static void test_chunk_measured_in_part(void **state)
{
	struct made_up m;
	static struct series_list list;

	(void)state;
	make(&m);
	m.point[2].n = 0;
	series_by_workers(&list, &m.sweep);
	assert_string_equal(list.series[0].point[0]->chunk, "128");
}

static void test_edges(void **state)
{
	struct sweep_point point = {.chunk = "100x400", .chunk_x = 3, .chunk_y = 12};

	(void)state;
	assert_true(point_edge(&point) == 200);
	point.chunk = "64";
	assert_true(point_edge(&point) == 64);
	point.chunk = "auto";
	assert_true(point_edge(&point) == 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_best_chunk),
		cmocka_unit_test(test_chunk_for_each_worker),
		cmocka_unit_test(test_chunk_measured_in_part),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests_name("sweep figures", tests, NULL, NULL);
}
