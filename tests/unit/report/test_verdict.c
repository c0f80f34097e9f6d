/*
 * The verdict says what crafted meters show, and no more.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "report/report.h"
#include "pixels/stages.h"
#include "report/verdict.h"

/* Two workers, 2 s, decoding for 80 % of it and running for 90 %. */
struct fixture {
	struct options options;
	struct plan plan;
	struct meter worker[2];
	struct pixel_totals pixels;
	struct value_totals value;
	struct run_totals totals;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->plan = (struct plan){.budget = {64 << 20, "--memory"},
				.workers_asked = 2,
				.workers = 2,
				.stage_names = pixel_stage_names};
	f->totals = (struct run_totals){.wall_ns = 2000000000,
					.cpu_ns = 3600000000,
					.n_scenes = 2,
					.n_ok = 2,
					.n_workers = 2,
					.worker = f->worker};
	for (int i = 0; i < 2; i++) {
		struct meter *m = &f->worker[i];

		m->begin_ns = 1;
		m->end_ns = 2000000001;
		m->row[METER_DECODE] = (struct meter_row){
			.chunks = 10, .busy_ns = 1600000000, .cpu_ns = 1600000000};
		m->row[METER_STATS].pixels = 1000;
		m->bytes_needed = m->bytes_decoded = 4000;
		meter_merge(&f->totals.meter, m);
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void expect_verdict(const struct fixture *f, const char *words)
{
	struct verdict verdict;

	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	for (unsigned i = 0; i < verdict.n; i++)
		if (strstr(verdict.sentence[i], words))
			return;
	fail_msg("not said: %s (said first: %s)", words, verdict.sentence[0]);
}

static void test_verdict_good(void **state)
{
	struct fixture *f = *state;
	struct verdict verdict;

	expect_verdict(f, "decode-bound: 80 %");
	expect_verdict(f, "parallel efficiency 90 %, nothing to change");
	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	assert_int_equal(verdict.n, 2);
}

static void test_verdict_advice(void **state)
{
	struct fixture *f = *state;
	struct meter *m = &f->totals.meter;

	m->row[METER_FETCH].wait_ns[WAIT_MEMORY] = 400000000;
	expect_verdict(f, "10 % of worker time went to waiting for memory");
	m->row[METER_REDUCE].wait_ns[WAIT_PEER] = 800000000;
	expect_verdict(f, "20 % of worker time went to locks");
	m->row[METER_DECODE].chunks = 1000;
	expect_verdict(f, "20 % of worker time went to handing out 1000 chunks of 2 pixels");
	m->row[METER_REDUCE].wait_ns[WAIT_IDLE] = 3300000000;
	expect_verdict(f, "wait-bound");
	m->row[METER_REDUCE].wait_ns[WAIT_IDLE] = 0;
	m->bytes_decoded = 23 * m->bytes_needed / 10;
	f->plan.workers_asked = 9;
	expect_verdict(f, "2 of 9 workers fit in the budget of 64");
	f->options.chunk_kind = CHUNK_PIXELS;
	m->row[METER_FETCH].wait_ns[WAIT_MEMORY] = 0;
	expect_verdict(f, "2.30 bytes were decoded for each byte needed; chunks cut");
	m->bytes_decoded = m->bytes_needed;
	m->row[METER_DECODE].cpu_ns /= 4;
	expect_verdict(f, "cores were busy elsewhere");
	f->totals.wall_ns = 1000000;
	expect_verdict(f, "too short to judge");
}

/*
 * Two workers of 2 s: 3.2 s at work, 1.6 s of it on a CPU, 0.4 s waiting, 0.4 s in no meter. So 80
 * %, 50 %, 10 %; and the process' 1.7 s of CPU are 42.5 % of the 4 s.
 */
static void test_verdict_says_of_what_a_share_is(void **state)
{
	struct fixture *f = *state;
	struct meter *m = &f->totals.meter;
	struct verdict verdict;

	m->row[METER_DECODE].cpu_ns /= 2;
	m->row[METER_REDUCE].wait_ns[WAIT_PEER] = 400000000;
	f->totals.cpu_ns = 1700000000;
	expect_verdict(f,
		       "workers with work to do (80 % of their time) had a CPU only 50 % of that "
		       "time");
	expect_verdict(f, "10 % of worker time is unaccounted (start-up, opening files, or not");
	expect_verdict(f, "parallel efficiency 42 % (CPU time / wall time / 2 workers)");

	m->row[METER_DECODE].cpu_ns *= 2; /* nobody was held up: 10 % are not worth a word */
	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	for (unsigned i = 0; i < verdict.n; i++)
		assert_null(strstr(verdict.sentence[i], "unaccounted"));
}

/* Timings that are not to be compared are no ground for advice. */
static void test_verdict_no_advice_from_bad_timings(void **state)
{
	struct fixture *f = *state;
	struct meter *m = &f->totals.meter;
	struct verdict verdict;

	m->row[METER_FETCH].wait_ns[WAIT_MEMORY] = 400000000;
	m->row[METER_REDUCE].wait_ns[WAIT_PEER] = 800000000;
	m->row[METER_DECODE].cpu_ns /= 4;
	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	assert_int_equal(verdict.n, 2);
	assert_non_null(strstr(verdict.sentence[0], "do not compare these timings"));
	assert_non_null(strstr(verdict.sentence[1], "parallel efficiency 90 %"));
	assert_int_equal(verdict.figure, 1);
}

static void test_verdict_few_chunks(void **state)
{
	struct fixture *f = *state;

	f->totals.meter.row[METER_DECODE].chunks = 1;
	/* one of the two had nothing to do from half the time on */
	f->totals.meter.row[METER_REDUCE].wait_ns[WAIT_IDLE] = 1000000000;
	expect_verdict(f, "1 chunk cannot keep 2 workers busy");
}

/* Advice on chunks names a size: that of whole tiles, on a scene of 1024 x 1024 in tiles of 256. */
static void test_verdict_names_chunk(void **state)
{
	struct fixture *f = *state;
	struct meter *m = &f->totals.meter;

	f->plan.auto_x = f->plan.auto_y = 512;
	f->plan.auto_chunks = 4;
	f->plan.store_x = f->plan.store_y = 256;
	f->options.chunk_kind = CHUNK_PIXELS;
	m->row[METER_STATS].pixels = 1 << 20;
	m->bytes_decoded = 16 * m->bytes_needed;
	expect_verdict(f, "cut stored tiles of 256 x 256");
	expect_verdict(f, "whole tiles avoid the last (--chunk 512)");
	m->bytes_decoded = m->bytes_needed;
	m->row[METER_DECODE].chunks = 4096;
	m->row[METER_REDUCE].wait_ns[WAIT_PEER] = 800000000;
	expect_verdict(f, "use larger chunks (--chunk 512)");
	f->options.chunk_kind = CHUNK_AUTO; /* the plan's own were too small */
	expect_verdict(f, "use larger chunks (--chunk 1024)");
	f->options.chunk_kind = CHUNK_PIXELS;
	m->row[METER_DECODE].chunks = 1;
	m->row[METER_REDUCE].wait_ns[WAIT_PEER] = 0;
	m->row[METER_REDUCE].wait_ns[WAIT_IDLE] = 1000000000;
	expect_verdict(f, "use smaller chunks (--chunk 512) or fewer workers");
	f->options.chunk_kind = CHUNK_AUTO;
	expect_verdict(f, "use smaller chunks (--chunk 256) or fewer workers");
}

/* Twice as many chunks as workers are enough: what was idle then is the end. */
static void test_verdict_enough_chunks(void **state)
{
	struct fixture *f = *state;

	f->totals.meter.row[METER_REDUCE].wait_ns[WAIT_IDLE] = 1000000000;
	f->totals.meter.row[METER_DECODE].chunks = 3;
	expect_verdict(f, "3 chunks cannot keep 2 workers busy");
	f->totals.meter.row[METER_DECODE].chunks = 4;
	expect_verdict(f, "idle at the end");
}

/* Waiting for storage is no lack of cores. */
static void test_verdict_reading(void **state)
{
	struct fixture *f = *state;
	struct meter *m = &f->totals.meter;

	m->row[METER_FETCH].busy_ns = 2000000000;
	m->row[METER_DECODE].busy_ns = 1200000000;
	m->row[METER_DECODE].cpu_ns = 1200000000;
	expect_verdict(f, "input-bound: 50 %");
	m->row[METER_FETCH].cpu_ns = 1900000000;
	expect_verdict(f, "the bytes came from the page cache");
	m->row[METER_DECODE].cpu_ns = 600000000; /* half of what was not reading had no core */
	expect_verdict(f, "had a CPU only 50 % of that time");
}

/* Where there is advice, something is to be changed, however well the workers were used. */
static void test_verdict_advice_and_efficiency(void **state)
{
	struct fixture *f = *state;

	f->totals.meter.bytes_decoded = 13 * f->totals.meter.bytes_needed / 10;
	expect_verdict(f, "1.30 bytes were decoded for each byte needed");
	expect_verdict(f, "parallel efficiency 90 % (CPU time");
}

/* The first sentence names the largest share, whether a meter covers it or not. */
static void test_verdict_names_the_largest_share(void **state)
{
	struct fixture *f = *state;
	struct meter *m = &f->totals.meter;
	struct verdict verdict;

	m->row[METER_DECODE].busy_ns = m->row[METER_DECODE].cpu_ns = 1160000000;
	m->row[METER_STATS].busy_ns = m->row[METER_STATS].cpu_ns = 1000000000;
	m->row[METER_DECODE].chunks = 1000;
	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	assert_string_equal(verdict.sentence[0],
			    "46 % of worker time is unaccounted: in no stage and no wait "
			    "(start-up, opening files, work around each chunk, or not running); "
			    "the largest stage, decode, took 29 %; each of the 1000 chunks of 2 "
			    "pixels has some of it, so larger ones (--chunk) may have less");
	assert_int_equal(verdict.n, 2); /* told once */
	m->row[METER_DECODE].busy_ns = m->row[METER_DECODE].cpu_ns = 2000000000;
	m->row[METER_STATS].busy_ns = m->row[METER_STATS].cpu_ns = 800000000;
	verdict_make(&verdict, &f->totals, &f->plan, &f->options);
	assert_non_null(strstr(verdict.sentence[0], "decode-bound: 50 %"));
	expect_verdict(f, "30 % of worker time is unaccounted (start-up");
}

/* Two workers with every finding at once, none of them too large to let the others be said. */
static void everything_wrong(struct fixture *f)
{
	struct meter *m = &f->totals.meter;

	m->row[METER_DECODE].busy_ns = m->row[METER_DECODE].cpu_ns = 1200000000;
	m->bytes_decoded = 13 * m->bytes_needed / 10;
	m->row[METER_FETCH].wait_ns[WAIT_MEMORY] = 300000000;
	m->row[METER_REDUCE].wait_ns[WAIT_PEER] = 300000000;
	m->row[METER_DISCOVER].wait_ns[WAIT_ORDER] = 300000000;
	m->row[METER_WRITE].wait_ns[WAIT_WRITER] = 300000000;
	f->plan.workers_asked = 9;
}

/*
 * More findings than there is room for: the later ones are the less important and go, the
 * efficiency is always the last. Costs of --teach come first, so each mode takes a place.
 */
static void test_verdict_of_everything(void **state)
{
	static const char *const costs[] = {
		"gil: ",    "task-overhead: ", "ship-pixels: ", "no-backpressure: ",
		"static: ", "float-sums: "};
	static const unsigned modes[] = {TEACH_GIL,         TEACH_TASK_OVERHEAD,
					 TEACH_SHIP_PIXELS, TEACH_NO_BACKPRESSURE,
					 TEACH_STATIC,      TEACH_FLOAT_SUMS};
	static const char *const findings[] = {"40 % of worker time is unaccounted: in no stage",
					       "read amplification: 1.30 bytes",
					       "2 of 9 workers fit",
					       "8 % of worker time went to waiting for memory",
					       "8 % of worker time went to locks",
					       "8 % of worker time went to waiting for a scene",
					       "8 % of worker time went to waiting for the writer"};
	enum { N_FINDINGS = sizeof(findings) / sizeof(findings[0]) };
	struct fixture *f = *state;
	struct {
		struct verdict verdict;
		char behind[VERDICT_BYTES];
	} room;

	everything_wrong(f);
	f->plan.layout.recipe = &recipe_ndvi;
	f->pixels =
		(struct pixel_totals){.n_values = 1, .value = &f->value, .layout = &f->plan.layout};
	f->totals.pixels = &f->pixels;
	for (unsigned n = 0; n <= sizeof(modes) / sizeof(modes[0]); n++) {
		unsigned all = n + N_FINDINGS + 1, last;

		memset(&room, 'x', sizeof(room));
		if (n)
			f->options.teach.modes |= modes[n - 1];
		verdict_make(&room.verdict, &f->totals, &f->plan, &f->options);
		assert_int_equal(room.verdict.n, all < VERDICT_MAX ? all : VERDICT_MAX);
		last = room.verdict.n - 1;
		for (unsigned i = 0; i < last; i++) {
			const char *words = i < n ? costs[i] : findings[i - n];

			if (strncmp(room.verdict.sentence[i], words, strlen(words)) != 0)
				fail_msg("%u of %u: %s", i, n, room.verdict.sentence[i]);
		}
		assert_non_null(strstr(room.verdict.sentence[last], "parallel efficiency 90 % ("));
		for (size_t i = 0; i < sizeof(room.behind); i++)
			assert_int_equal(room.behind[i], 'x');
	}
}

#define WITH_RUN(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_RUN(test_verdict_good),
		WITH_RUN(test_verdict_advice),
		WITH_RUN(test_verdict_says_of_what_a_share_is),
		WITH_RUN(test_verdict_few_chunks),
		WITH_RUN(test_verdict_no_advice_from_bad_timings),
		WITH_RUN(test_verdict_names_chunk),
		WITH_RUN(test_verdict_enough_chunks),
		WITH_RUN(test_verdict_reading),
		WITH_RUN(test_verdict_advice_and_efficiency),
		WITH_RUN(test_verdict_names_the_largest_share),
		WITH_RUN(test_verdict_of_everything),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
