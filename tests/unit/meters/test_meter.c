/*
 * Meters: CPU time shared out over stages, and meters of several workers made one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "meter.h"

static void spin(uint64_t ns)
{
	for (uint64_t end = clock_cpu() + ns; clock_cpu() < end;)
		;
}

/* Laps took 1 s, CPU time hardly any: that is what is shared out. */
static void waiting_is_no_cpu_time(void **state)
{
	struct meter m = {.open_ns = 1000000000};

	(void)state;
	m.stage_open_ns[METER_FETCH] = 750000000;
	m.stage_open_ns[METER_DECODE] = 250000000;
	meter_start(&m);
	spin(8000000);
	meter_settle(&m);
	assert_in_range(m.row[METER_FETCH].cpu_ns, 6000000 - 1, 500000000);
	assert_in_range(m.row[METER_FETCH].cpu_ns, 3 * m.row[METER_DECODE].cpu_ns - 3,
			3 * m.row[METER_DECODE].cpu_ns + 3);
	assert_int_equal(m.open_ns, 0);
	assert_int_equal(m.stage_open_ns[METER_FETCH], 0);
	meter_settle(&m); /* nothing more to share out */
	assert_in_range(m.row[METER_FETCH].cpu_ns, 6000000 - 1, 500000000);
}

/* CPU time between the laps is no stage's. */
static void no_stage_works_longer_than_its_laps(void **state)
{
	struct meter m = {.open_ns = 1000};

	(void)state;
	m.stage_open_ns[METER_DECODE] = 1000;
	meter_start(&m);
	spin(3000000);
	meter_settle(&m);
	assert_int_equal(m.row[METER_DECODE].cpu_ns, 1000);
}

/* From the first begin to the last end; a worker that never began counts for nothing. */
static void lives_are_joined(void **state)
{
	static const struct meter never, early = {.begin_ns = 100, .end_ns = 200, .cpu_ns = 5},
					 late = {.begin_ns = 150, .end_ns = 300, .cpu_ns = 7};
	struct meter all = {0};

	(void)state;
	meter_merge(&all, &late);
	meter_merge(&all, &never);
	meter_merge(&all, &early);
	assert_int_equal(all.begin_ns, 100);
	assert_int_equal(all.end_ns, 300);
	assert_int_equal(all.cpu_ns, 12);
	meter_merge(&all, &late);
	assert_int_equal(all.begin_ns, 100);
	assert_int_equal(all.end_ns, 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_is_no_cpu_time),
		cmocka_unit_test(no_stage_works_longer_than_its_laps),
		cmocka_unit_test(lives_are_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
