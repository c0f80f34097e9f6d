/*
 * Figures of a sweep: spreads, and the chunk that a series over workers takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

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

/* A series by workers, from two on, with these times. */
static void make_series(struct series *series, struct sweep_sample *sample,
			struct sweep_point *point, const double *wall, unsigned n)
{
	*series = (struct series){.n = n};
	for (unsigned i = 0; i < n; i++) {
		sample[i] = (struct sweep_sample){.wall_s = wall[i], .running = 1};
		point[i] = (struct sweep_point){.workers = i + 2, .n = 1, .sample = &sample[i]};
		series->point[i] = &point[i];
	}
}

/* The best of a series, and its neighbours that are as good; not those beyond one that is not. */
static void test_best_and_flat(void **state)
{
	static const double wall[] = {2.02, 4, 2.08, 2, 2.05, 3, 2.01};
	struct sweep_sample sample[7];
	struct sweep_point point[7];
	const struct sweep_point *low, *high;
	struct series series;

	(void)state;
	make_series(&series, sample, point, wall, 7);
	assert_ptr_equal(series_best(&series), &point[3]);
	series_flat(&series, 0.05, &low, &high);
	assert_ptr_equal(low, &point[2]);
	assert_ptr_equal(high, &point[4]);
	series_flat(&series, 0.03, &low, &high);
	assert_ptr_equal(low, &point[3]);
	assert_ptr_equal(high, &point[4]);
	series_flat(&series, 2, &low, &high);
	assert_ptr_equal(low, &point[0]);
	assert_ptr_equal(high, &point[6]);
	sample[1].wall_s = 2; /* the fewest workers of those that are as good */
	assert_ptr_equal(series_best(&series), &point[1]);
	series.n = 0;
	assert_null(series_best(&series));
	series_flat(&series, 0.05, &low, &high);
	assert_true(!low && !high);
}

/* Times as fast as two workers, which were the fewest: one is not known. */
static void test_speed_up_without_one(void **state)
{
	static const double wall[] = {4, 3, 2};
	struct sweep_sample sample[3];
	struct sweep_point point[3];
	struct series series;

	(void)state;
	make_series(&series, sample, point, wall, 3);
	assert_true(series_base_time(&series) == 8);
	assert_false(series_has_one(&series));
	assert_true(isnan(series_speed_up(&series, 0)));
	assert_true(series_speed_up(&series, 2) == 2);
}

/* What is said of chunks of five sizes with these times, in the first sentence about them. */
static void expect_advice(const double *wall, const char *words)
{
	static const char *const chunk[] = {"64", "128", "256", "512", "1024"};
	static struct advice advice;
	struct sweep_sample sample[5];
	struct sweep_point point[5];
	struct sweep sweep = {.n_points = 5,
			      .point = point,
			      .n_scenes = 1,
			      .cores = 2,
			      .rounds = 1,
			      .n_compared = 5,
			      .same_numbers = true};

	for (unsigned i = 0; i < 5; i++) {
		sample[i] = (struct sweep_sample){.wall_s = wall[i], .running = 1};
		point[i] = (struct sweep_point){.chunk = chunk[i],
						.executor = "threads",
						.set = "block",
						.workers = 1,
						.chunks = 9,
						.n = 1,
						.sample = &sample[i]};
	}
	sweep_advise(&advice, &sweep);
	assert_int_equal(advice.n, 2); /* one worker: nothing on scaling */
	assert_string_equal(advice.text[0], "all 5 points: the same numbers (the summaries of 5 "
					    "runs have the same bytes)");
	assert_string_equal(advice.text[1], words);
}

static void test_advice_on_chunks(void **state)
{
	(void)state;
	expect_advice((double[]){3, 2, 2.04, 2.5, 2.02},
		      "threads, 1 worker: --chunk 128 is best (2.000 s); within 5 % of it: 128 to "
		      "256, 1024; the slowest, 64, takes 1.5 times as long");
	expect_advice((double[]){3, 2.5, 2, 2.5, 4},
		      "threads, 1 worker: --chunk 256 is best (2.000 s), no other comes within 5 % "
		      "of it; the slowest, 1024, takes 2.0 times as long");
	expect_advice((double[]){2.01, 2.02, 2, 2.03, 2.04},
		      "threads, 1 worker: all chunk sizes, 64 to 1024, are within 5 % of the best "
		      "(--chunk 256, 2.000 s): any will do");
}

static bool says(const struct advice *advice, const char *words)
{
	for (unsigned i = 0; i < advice->n; i++)
		if (strstr(advice->text[i], words))
			return true;
	return false;
}

/* Three runs each of three chunk sizes: lower, middle, upper. */
static void advise_on_runs(struct advice *advice, double running, const double wall[3][3])
{
	static const char *const chunk[3] = {"256", "512", "1024"};
	struct sweep_sample sample[3][3];
	struct sweep_point point[3];
	struct sweep sweep = {.n_points = 3,
			      .point = point,
			      .n_scenes = 1,
			      .cores = 2,
			      .n_compared = 9,
			      .same_numbers = true};

	for (unsigned i = 0; i < 3; i++) {
		for (unsigned j = 0; j < 3; j++)
			sample[i][j] =
				(struct sweep_sample){.wall_s = wall[i][j], .running = running};
		point[i] = (struct sweep_point){.chunk = chunk[i],
						.executor = "threads",
						.set = "block",
						.workers = 1,
						.chunks = 9,
						.n = 3,
						.sample = sample[i]};
	}
	sweep_advise(advice, &sweep);
}

/* A winner is one whose slowest run was faster than all of the others, on free cores. */
static void test_no_winner_among_runs_that_overlap(void **state)
{
	static const double all[3][3] = {
		{0.5, 0.6, 0.61}, {0.444, 0.5, 0.650}, {0.358, 0.424, 0.860}};
	static const double two[3][3] = {
		{0.9, 1.06, 1.2}, {0.444, 0.5, 0.650}, {0.358, 0.424, 0.860}};
	static const double apart[3][3] = {
		{0.9, 1, 1.2}, {0.744, 0.8, 0.850}, {0.358, 0.424, 0.560}};
	static struct advice advice;

	(void)state;
	advise_on_runs(&advice, 1, two);
	assert_false(says(&advice, "is best"));
	assert_true(says(&advice, "not told apart, as their runs overlap or are within 5 %: "
				  "--chunk 512 to 1024 (median 0.424 s for 1024); the slowest, "
				  "256, takes 2.5 times as long"));
	advise_on_runs(&advice, 1, all);
	assert_false(says(&advice, "is best"));
	assert_true(says(&advice, "or not told apart from it (--chunk 1024, 0.424 s): any will"));
	advise_on_runs(&advice, 1, apart);
	assert_true(says(&advice, "--chunk 1024 is best (0.424 s), no other comes within 5 %"));
	advise_on_runs(&advice, 0.5, apart);
	assert_false(says(&advice, "is best"));
	assert_true(says(&advice, "no chunk size is named best: cores were busy elsewhere in 9 "
				  "of its runs"));
}

static void test_winner(void **state)
{
	static const double wall[] = {3, 2, 2.5};
	struct sweep_sample sample[3];
	struct sweep_point point[3];
	struct series series;

	(void)state;
	make_series(&series, sample, point, wall, 3);
	assert_true(series_has_winner(&series, 4));
	sample[2].wall_s = 2; /* as fast */
	assert_false(series_has_winner(&series, 4));
	sample[2].wall_s = 2.5;
	sample[0].running = 0.5;
	assert_false(series_has_winner(&series, 4));
	assert_true(series_has_winner(&series, 1)); /* more workers than cores */
	series.n = 0;
	assert_false(series_has_winner(&series, 4));
}

static void test_description(void **state)
{
	struct sweep sweep = {.scene = "a",
			      .n_scenes = 1,
			      .x_size = 7,
			      .y_size = 5,
			      .store_x = 4,
			      .store_y = 2,
			      .n_points = 1,
			      .rounds = 3,
			      .cores = 2};
	char words[400];

	(void)state;
	sweep_describe(words, sizeof(words), &sweep);
	assert_string_equal(words, "a: 7 x 5 pixels, stored in blocks of 4 x 2; 1 point, 3 rounds "
				   "over all of them, each in another order; warm: the files were "
				   "read once before, which is not counted; 2 physical cores");
	sweep.n_scenes = 2;
	sweep.cold = true;
	sweep_describe(words, sizeof(words), &sweep);
	assert_non_null(strstr(words, "a and 1 more scene: 7 x 5 pixels"));
	sweep.n_scenes = 3;
	sweep_describe(words, sizeof(words), &sweep);
	assert_non_null(strstr(words, "a and 2 more scenes: 7 x 5 pixels"));
	assert_non_null(strstr(words, "cold: the system was asked to forget the files"));
}

static void test_speed_up(void **state)
{
	static struct series_list list;
	struct made_up m;

	(void)state;
	make(&m);
	series_by_workers(&list, &m.sweep);
	assert_true(series_has_one(&list.series[0]));
	assert_true(isnan(series_speed_up(&list.series[0], 0)));
	assert_true(series_speed_up(&list.series[0], 1) == 8.0 / 5);
}

/* Four cores; all runs but one had them for themselves. */
static void test_busy_cores(void **state)
{
	static struct advice advice;
	struct made_up m;
	double least;

	(void)state;
	make(&m);
	m.sweep.cores = 4;
	m.sweep.n_compared = 4;
	m.sweep.same_numbers = true;
	for (unsigned i = 0; i < 4; i++)
		m.sample[i].running = i == 1 ? NAN : 0.98;
	sweep_advise(&advice, &m.sweep);
	assert_true(says(&advice, "Amdahl's law: ") && !says(&advice, "busy elsewhere"));

	m.sample[2].running = 0.41;
	assert_int_equal(point_short_of_cores(&m.point[2], 4, &least), 1);
	assert_true(least == 0.41);
	assert_int_equal(point_short_of_cores(&m.point[1], 4, &least), 0); /* not known */
	sweep_advise(&advice, &m.sweep);
	assert_true(says(&advice, "cores were busy elsewhere in 1 of 4 runs"));
	assert_true(says(&advice, "only 41 % of the time"));
	assert_true(says(&advice, "no law of scaling") && !says(&advice, "Amdahl"));

	/* more workers than cores wait for each other: that is the sweep's own doing */
	m.sweep.cores = 2;
	assert_int_equal(point_short_of_cores(&m.point[2], 2, &least), 0);
	sweep_advise(&advice, &m.sweep);
	assert_true(says(&advice, "Amdahl's law: ") && !says(&advice, "busy elsewhere"));
}

/* What is said of 1, 2 and 4 workers that took so long; those beyond the cores are slower. */
static void advise_on(struct advice *advice, const double wall[3])
{
	struct sweep_sample sample[3];
	struct sweep_point point[3];
	struct sweep sweep = {.n_points = 3,
			      .point = point,
			      .n_scenes = 1,
			      .cores = 2,
			      .n_compared = 3,
			      .same_numbers = true};

	for (unsigned i = 0; i < 3; i++) {
		sample[i] = (struct sweep_sample){.wall_s = wall[i], .running = 1};
		point[i] = (struct sweep_point){.chunk = "tile",
						.executor = "threads",
						.set = "tile",
						.workers = 1u << i,
						.n = 1,
						.chunks = 9,
						.sample = &sample[i]};
	}
	sweep_advise(advice, &sweep);
}

/*
 * By hand: over 1/n = 1, 1/2, 1/4 the least squares through 1.12, 1, 1.08 are t = 1.02 + 0.08/n, so
 * t(1)/t(inf) = 1.10/1.02; with 1.12, 1, 1.2 the best slope is below 0, so it is 0 and all is
 * serial.
 */
static void test_no_ceiling_below_what_was_measured(void **state)
{
	static struct advice advice;

	(void)state;
	advise_on(&advice, (double[]){1.12, 1, 1.08});
	assert_false(says(&advice, "no number of workers"));
	assert_true(says(&advice,
			 "Amdahl's law, fitted to all these times, would allow no more than "
			 "1.08 times as fast as 1 worker, and 2 workers were 1.12 times as fast: "
			 "it does not describe them"));
	advise_on(&advice, (double[]){1.12, 1, 1.2});
	assert_false(says(&advice, "more workers are not faster"));
	assert_true(says(&advice, "1.00 times as fast as 1 worker, and 2 workers were 1.12"));

	advise_on(&advice, (double[]){2, 1.5, 1.25}); /* half is serial */
	assert_true(says(&advice, "50.0 % of the work of one worker is serial, so no number of "
				  "workers is more than 2 times as fast"));
	assert_false(says(&advice, "does not describe"));
}

/* One chunk, five chunks: no speed-up, and no law, of workers that have none. */
static void test_more_workers_than_chunks(void **state)
{
	static struct series_list list;
	static struct advice advice;
	struct made_up m;

	(void)state;
	make(&m);
	m.sweep.cores = 4;
	for (unsigned i = 0; i < 4; i++) {
		m.sample[i].running = 1;
		m.point[i].chunks = 1;
	}
	series_by_workers(&list, &m.sweep);
	assert_true(list.n == 1 && list.series[0].n == 1 && list.series[0].starved == 1);
	sweep_advise(&advice, &m.sweep);
	assert_true(says(&advice, "threads, chunk 256: 1 chunk: one worker works"));
	assert_false(says(&advice, "Amdahl"));

	for (unsigned i = 0; i < 4; i++)
		m.point[i].chunks = 3;
	sweep_advise(&advice, &m.sweep);
	assert_true(says(&advice, "3 chunks: no more than 3 workers have work"));
	assert_false(says(&advice, "Amdahl"));
	m.sweep.n_scenes = 2; /* six */
	sweep_advise(&advice, &m.sweep);
	assert_true(says(&advice, "Amdahl") && !says(&advice, "have work"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_ceiling_below_what_was_measured),
		cmocka_unit_test(test_more_workers_than_chunks),
		cmocka_unit_test(test_no_winner_among_runs_that_overlap),
		cmocka_unit_test(test_winner),
		cmocka_unit_test(test_median),
		cmocka_unit_test(test_speed_up),
		cmocka_unit_test(test_busy_cores),
		cmocka_unit_test(test_best_chunk),
		cmocka_unit_test(test_chunk_for_each_worker),
		cmocka_unit_test(test_chunk_measured_in_part),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_best_and_flat),
		cmocka_unit_test(test_speed_up_without_one),
		cmocka_unit_test(test_advice_on_chunks),
		cmocka_unit_test(test_description),
	};

	return cmocka_run_group_tests_name("sweep figures", tests, NULL, NULL);
}
