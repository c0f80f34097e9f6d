/*
 * What sweeps show of measurements that other programs have spoilt, on the terminal and the page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "sweep/sweep_kinds.h"

/* What a way of showing it writes. */
static char *shown(void (*show)(FILE *out, const struct sweep *sweep), const struct sweep *sweep)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	show(out, sweep);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void expect_shown(void (*show)(FILE *out, const struct sweep *sweep),
			 const struct sweep *sweep, const char *has, const char *lacks)
{
	char *text = shown(show, sweep);

	if (!strstr(text, has) || strstr(text, lacks))
		fail_msg("no %s, or %s, in %s", has, lacks, text);
	free(text);
}

/* 8 s with one worker, 5 with four; where other programs ran, that is no speed-up of 1.60. */
static void test_busy_cores_are_seen(void **state)
{
	static const char told[] = "speed-up 1.60, efficiency 40 %", hollow[] = "do not compare";
	const struct options options = {.scale = 1};
	struct sweep_sample sample[2] = {{.wall_s = 8}, {.wall_s = 5}};
	struct sweep_point point[2];
	const struct sweep sweep = {
		.n_points = 2, .point = point, .options = &options, .n_scenes = 1, .cores = 4};

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		sample[i].running = 0.98;
		point[i] = (struct sweep_point){.chunk = "256",
						.executor = "threads",
						.set = "tile",
						.workers = i ? 4 : 1,
						.n = 1,
						.sample = &sample[i],
						.chunks = 4};
	}
	expect_shown(sweep_text, &sweep, told, "busy");
	expect_shown(sweep_page, &sweep, "threads, chunk 256, 4 workers: 1.6<", hollow);

	sample[1].running = 0.41;
	expect_shown(sweep_text, &sweep, "5.000 s  cores busy in 1 of 1 run: no speed-up\n", told);
	expect_shown(sweep_text, &sweep, "          4 :::", "          1 :::");
	expect_shown(sweep_page, &sweep,
		     "threads, chunk 256, 4 workers: 1.6; cores were busy elsewhere<",
		     "1 workers: 1; cores");
	expect_shown(sweep_page, &sweep, "elsewhere: do not compare</text>", "no such words");
	expect_shown(sweep_page, &sweep, "in 1 of 1 run: do not compare these times",
		     "too few to trust");

	sample[0].running = 0.41; /* what all others are compared with */
	sample[1].running = 0.98;
	expect_shown(sweep_text, &sweep, "8.000 s  cores busy in 1 of 1 run\n", told);
	expect_shown(sweep_text, &sweep, "5.000 s  no speed-up: the first had busy cores\n",
		     "4 :::");
	expect_shown(sweep_page, &sweep, "4 workers: 1.6; cores were busy elsewhere<",
		     "4 workers: 5 s; cores");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_busy_cores_are_seen),
	};

	return cmocka_run_group_tests_name("sweep_shown", tests, NULL, NULL);
}
