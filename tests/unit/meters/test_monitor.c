/*
 * The live view as text: it fits every screen, and says what it was told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "meters/monitor.h"
#include "pixels/stages.h"

enum { WORKERS = 40, CORES = 8 };

static char text[16384];

static struct monitor_view view_of(unsigned columns, unsigned rows)
{
	static uint8_t worker[WORKERS];
	static float busy[WORKERS], core[CORES];
	static uint64_t seen[N_ACTIVITIES];

	for (unsigned i = 0; i < WORKERS; i++) {
		worker[i] = i % 2 ? METER_DECODE : ACTIVITY_WAIT + WAIT_MEMORY;
		busy[i] = (float)i / WORKERS;
	}
	for (unsigned i = 0; i < CORES; i++)
		core[i] = 0.5F;
	memset(seen, 0, sizeof(seen));
	seen[METER_DECODE] = 75;
	seen[ACTIVITY_WAIT + WAIT_MEMORY] = 25;
	seen[ACTIVITY_NONE] = 1000;
	return (struct monitor_view){
		.stage_names = pixel_stage_names,
		.columns = columns,
		.rows = rows,
		.share = 0.5,
		.seconds = 2,
		.seconds_left = 2,
		.rate = 100e6,
		.scenes_done = 3,
		.n_scenes = 7,
		.chunks = 99,
		.n_chunks = 198,
		.n_workers = WORKERS,
		.worker = worker,
		.busy = busy,
		.n_cores = CORES,
		.core = core,
		.budget = 64 << 20,
		.reserved = 32 << 20,
		.resident = 16 << 20,
		.seen = seen,
	};
}

static void fits_every_screen(void **state)
{
	(void)state;
	for (unsigned columns = 20; columns < 300; columns += 7)
		for (unsigned rows = 6; rows < 60; rows++) {
			struct monitor_view view = view_of(columns, rows);
			unsigned lines = monitor_draw(text, sizeof(text), &view), seen = 0;

			assert_in_range(lines, 1, rows - 1);
			for (char *at = text, *end; *at; at = end + 1) {
				end = strchr(at, '\n');
				assert_non_null(end);
				assert_true((unsigned)(end - at) < columns);
				seen++;
			}
			assert_int_equal(seen, lines);
		}
}

static void says_what_it_was_told(void **state)
{
	struct monitor_view view = view_of(100, 60);

	(void)state;
	assert_int_equal(monitor_draw(text, sizeof(text), &view), WORKERS + 5);
	assert_non_null(strstr(text, " 50 %  3 of 7 scenes, 99 of 198 chunks"));
	assert_non_null(strstr(text, "2.0 s, 100 MB/s, 2 s left"));
	assert_non_null(strstr(text, "worker 1  decode"));
	assert_non_null(strstr(text, "worker 2  wait memory"));
	assert_non_null(strstr(text, "16.0 MiB resident, 32.0 MiB reserved, of 64.0 MiB"));
	assert_non_null(strstr(text, "decode 75 %, wait memory 25 %\n"));
	view.rows = 20; /* 14 lines of workers, the last one for the rest */
	assert_int_equal(monitor_draw(text, sizeof(text), &view), 19);
	assert_non_null(strstr(text, "27 more: 14 decode 13 wait memory"));
}

/* The first bar has this at its ends. */
static void check_bar(double share, char first, char last)
{
	struct monitor_view view = view_of(100, 60);
	const char *bar;

	view.share = share;
	(void)monitor_draw(text, sizeof(text), &view);
	bar = strchr(text, '[');
	assert_non_null(bar);
	assert_int_equal(bar[1], first);
	assert_int_equal(strchr(bar, ']')[-1], last);
}

/* What cannot be is drawn as the nearest that can: shares beyond 0 to 1, activities of no name. */
static void takes_what_cannot_be(void **state)
{
	struct monitor_view view = view_of(100, 20);
	uint8_t worker[WORKERS];

	(void)state;
	check_bar(-3, '.', '.');
	check_bar(0, '.', '.');
	check_bar(0.5, '#', '.');
	check_bar(1, '#', '#');
	check_bar(3, '#', '#');
	for (unsigned i = 0; i < WORKERS; i++)
		worker[i] = i % 2 ? ACTIVITY_NONE : N_ACTIVITIES;
	view.worker = worker;
	assert_int_equal(monitor_draw(text, sizeof(text), &view), 19);
	assert_non_null(strstr(text, "27 more: 27 "));
}

static void small_room_is_kept_to(void **state)
{
	struct monitor_view view = view_of(80, 24);
	char small[100];

	(void)state;
	memset(small, 'x', sizeof(small));
	assert_int_equal(monitor_draw(small, 90, &view), 1);
	assert_int_equal(small[90], 'x');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fits_every_screen),
		cmocka_unit_test(says_what_it_was_told),
		cmocka_unit_test(takes_what_cannot_be),
		cmocka_unit_test(small_room_is_kept_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
