/*
 * Meters: CPU time shared out over stages, and meters of several workers made one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* A wait is booked by its cause, on the stage that had to wait, from its beginning until now. */
static void waits_are_booked(void **state)
{
	static const enum meter_stage row[N_WAIT_CAUSES] = {
		[WAIT_MEMORY] = METER_CLAIM, [WAIT_ORDER] = METER_CLAIM,
		[WAIT_WRITER] = METER_WRITE, [WAIT_PEER] = METER_REDUCE,
		[WAIT_IDLE] = METER_CLAIM,   [WAIT_GIL] = METER_DECODE};

	(void)state;
	for (unsigned cause = 0; cause < N_WAIT_CAUSES; cause++) {
		struct meter m = {0};
		uint64_t since = clock_now(), all = 0;

		spin(1000);
		meter_wait(&m, (enum wait_cause)cause, since);
		assert_in_range(m.row[row[cause]].wait_ns[cause], 1, clock_now() - since);
		meter_pack(&m, 10, since);
		assert_in_range(m.row[METER_REDUCE].pack_ns, 1, clock_now() - since);
		for (int stage = 0; stage < N_METER_STAGES; stage++)
			for (int other = 0; other < N_WAIT_CAUSES; other++)
				all += m.row[stage].wait_ns[other];
		assert_int_equal(all, m.row[row[cause]].wait_ns[cause]);
	}
}

/* Merged into nothing a meter is itself, once more it is doubled: no column is forgotten. */
static void every_column_is_added(void **state)
{
	enum { COLUMNS = sizeof(struct meter_row) / sizeof(uint64_t) };
	struct meter one = {.bytes_needed = 3,
			    .bytes_decoded = 5,
			    .lock_ops = 7,
			    .costs = {.gil_held_ns = 11,
				      .overhead_ns = 13,
				      .n_overheads = 17,
				      .n_pixel_messages = 19,
				      .pixel_bytes = 23,
				      .answer_bytes = 29,
				      .backlog_peak = 31}};
	struct meter all = {0};
	uint64_t column[COLUMNS];

	(void)state;
	for (uint64_t stage = 0; stage < N_METER_STAGES; stage++) {
		for (uint64_t i = 0; i < COLUMNS; i++)
			column[i] = 1 + i + 100 * stage;
		memcpy(&one.row[stage], column, sizeof(column));
	}
	meter_merge(&all, &one);
	assert_memory_equal(all.row, one.row, sizeof(all.row));
	assert_memory_equal(&all.costs, &one.costs, sizeof(all.costs));
	one.costs.backlog_peak = 30; /* the most, and no sum */
	meter_merge(&all, &one);
	for (uint64_t stage = 0; stage < N_METER_STAGES; stage++) {
		memcpy(column, &all.row[stage], sizeof(column));
		for (uint64_t i = 0; i < COLUMNS; i++)
			assert_int_equal(column[i], 2 * (1 + i + 100 * stage));
	}
	assert_int_equal(all.bytes_needed, 6);
	assert_int_equal(all.bytes_decoded, 10);
	assert_int_equal(all.lock_ops, 14);
	assert_int_equal(all.costs.gil_held_ns, 22);
	assert_int_equal(all.costs.overhead_ns, 26);
	assert_int_equal(all.costs.n_overheads, 34);
	assert_int_equal(all.costs.n_pixel_messages, 38);
	assert_int_equal(all.costs.pixel_bytes, 46);
	assert_int_equal(all.costs.answer_bytes, 58);
	assert_int_equal(all.costs.backlog_peak, 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting_is_no_cpu_time),
		cmocka_unit_test(no_stage_works_longer_than_its_laps),
		cmocka_unit_test(lives_are_joined),
		cmocka_unit_test(waits_are_booked),
		cmocka_unit_test(every_column_is_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
