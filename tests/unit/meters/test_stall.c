/*
 * Waits for a disk within a lap: time that the thread slept is a wait for the writer, and no work.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "meter.h"

#include <time.h>

enum { MS = 1000000 };

static void sleep_ms(long ms)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = ms * MS}, NULL);
}

static void spin_ms(uint64_t ms)
{
	uint64_t until = clock_cpu() + ms * MS;

	while (clock_cpu() < until)
		;
}

/* 5 ms of work, a call, 5 ms of work. */
static struct meter metered(void (*call)(void))
{
	struct meter meter = {0};
	struct meter_span span = meter_begin();
	struct meter_stall stall;

	spin_ms(5);
	stall = meter_stall_begin();
	call();
	meter_stall_end(&meter, METER_ENCODE, &span, &stall);
	spin_ms(5);
	meter_lap(&meter, METER_ENCODE, &span);
	return meter;
}

static void sleeps(void)
{
	sleep_ms(100);
}

static void computes(void)
{
	spin_ms(10);
}

static void sleep_is_a_wait(void **state)
{
	struct meter meter;
	uint64_t since = clock_now(), all, waited, busy;

	(void)state;
	meter = metered(sleeps);
	all = clock_now() - since;
	waited = meter.row[METER_WRITE].wait_ns[WAIT_WRITER];
	busy = meter.row[METER_ENCODE].busy_ns;
	assert_in_range(waited, 100 * MS, all);
	assert_in_range(busy, 10 * MS, all - 100 * MS);
}

static void work_is_none(void **state)
{
	struct meter meter;

	(void)state;
	meter = metered(computes);
	assert_int_equal(meter.row[METER_WRITE].wait_ns[WAIT_WRITER], 0);
	assert_true(meter.row[METER_ENCODE].busy_ns >= 20 * MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sleep_is_a_wait),
		cmocka_unit_test(work_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
