/*
 * The rings of a trace: whatever is put in, the whole run stays covered, no time or byte is lost,
 * and events of one ring do not overlap; also where a worker is killed half-way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace.h"

enum { CAPACITY = 256 };

static struct trace_event room[CAPACITY];

static struct trace_ring empty_ring(void)
{
	return (struct trace_ring){.capacity = CAPACITY, .event = room};
}

struct sums {
	uint64_t busy_ns[N_TRACE_KINDS], bytes, laps;
};

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* Events of all kinds and very different lengths, with gaps. Returns where the last one ends. */
static uint64_t fill(struct trace_ring *ring, unsigned n, struct sums *sums)
{
	uint32_t state = 12345;
	uint64_t at = 1000;

	memset(sums, 0, sizeof(*sums));
	for (unsigned i = 0; i < n; i++) {
		uint32_t r = next_random(&state);
		struct trace_event event = {
			.kind = (uint8_t)(r % TRACE_CHUNK),
			.begin_ns = at + r % 50,
			.busy_ns = r % 97 ? next_random(&state) % 300 : 100000,
			.bytes = r % 1000,
			.chunk = i / 20,
			.scene = i / 1000,
			.laps = 1,
		};

		at = event.begin_ns + event.busy_ns;
		sums->busy_ns[event.kind] += event.busy_ns;
		sums->bytes += event.bytes;
		sums->laps++;
		trace_ring_add(ring, &event);
	}
	return at;
}

static void check(const struct trace_ring *ring, const struct sums *want, uint64_t end)
{
	struct sums got = {0};
	uint64_t at = 0;

	assert_true(ring->n && ring->n <= ring->capacity);
	for (uint32_t i = 0; i < ring->n; i++) {
		const struct trace_event *event = &ring->event[i];

		assert_true(event->begin_ns >= at);
		at = event->begin_ns + event->busy_ns;
		got.busy_ns[event->kind] += event->busy_ns;
		got.bytes += event->bytes;
		got.laps += event->laps;
	}
	assert_true(at <= end);
	assert_true(end - at <= ring->resolution_ns + 100000); /* covered to the end */
	assert_memory_equal(&got, want, sizeof(got));
}

static void few_events_stay_as_they_are(void **state)
{
	struct trace_ring ring = empty_ring();
	struct sums sums;
	uint64_t end = fill(&ring, CAPACITY, &sums);

	(void)state;
	assert_int_equal(ring.n, CAPACITY);
	assert_int_equal(ring.resolution_ns, 0);
	assert_int_equal(ring.event[40].chunk, 2);
	assert_int_equal(ring.event[40].laps, 1);
	check(&ring, &sums, end);
}

static void many_events_become_coarser(void **state)
{
	static const unsigned counts[] = {CAPACITY + 1, 1000, 10000, 200000};
	uint64_t resolution = 0;

	(void)state;
	for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct trace_ring ring = empty_ring();
		struct sums sums;
		uint64_t end = fill(&ring, counts[i], &sums);

		check(&ring, &sums, end);
		assert_true(ring.resolution_ns > resolution);
		/* No coarser than the run's length asks for: two groups of all kinds each. */
		assert_true(ring.resolution_ns <= end / CAPACITY * 8 * TRACE_CHUNK);
		resolution = ring.resolution_ns;
	}
}

/* What is joined is of one scene and chunk, or of none. */
static void joined_events_name_a_chunk_they_share(void **state)
{
	struct trace_ring ring = empty_ring();
	struct trace_event event = {.kind = METER_MASK, .busy_ns = 1, .laps = 1, .scene = 4};

	(void)state;
	for (unsigned i = 0; i < CAPACITY + 1; i++) {
		event.begin_ns = i;
		event.chunk = i < CAPACITY / 2 ? 7 : 8;
		trace_ring_add(&ring, &event);
	}
	assert_int_equal(ring.event[0].chunk, 7);
	assert_int_equal(ring.event[0].scene, 4);
	assert_true(ring.event[0].laps > 1);
	for (uint32_t i = 0; i < ring.n; i++)
		assert_true(ring.event[i].chunk == 7 || ring.event[i].chunk == 8 ||
			    ring.event[i].chunk == TRACE_NO_CHUNK);
}

/* Killed when some events had been read and joined, and the rest not. */
static void a_killed_worker_leaves_whole_events(void **state)
{
	struct trace trace = {.lap = empty_ring()};
	struct sums sums;

	(void)state;
	(void)fill(&trace.lap, 100, &sums);
	trace.lap.taken = 40;
	trace.lap.kept = 10;
	trace_bury(&trace);
	assert_int_equal(trace.lap.n, 70);
	assert_int_equal(trace.lap.taken, 0);
	assert_int_equal(trace.lap.event[10].chunk, 2); /* number 40 */
	assert_int_equal(trace.lap.event[69].chunk, 4); /* number 99 */
}

/* Bytes that a stage counts after its lap belong to that lap. */
static void bytes_go_to_their_event(void **state)
{
	static struct meter meter;
	struct trace trace = {.lap = empty_ring(), .open_stage = -1};

	(void)state;
	meter.trace = &trace;
	trace_at(&trace, 1, 2);
	trace_lap(&trace, &meter, METER_FETCH, 10, 20);
	meter.row[METER_FETCH].bytes_in += 100;
	meter.row[METER_DECODE].bytes_in += 300;
	trace_lap(&trace, &meter, METER_DECODE, 20, 30);
	trace_lap(&trace, &meter, TRACE_WAIT + WAIT_PEER, 25, 40); /* its beginning is cut */
	trace_lap(&trace, &meter, METER_FETCH, 40, 50);
	meter.row[METER_FETCH].bytes_in += 7;
	trace_lap(&trace, &meter, METER_DISCOVER, 50, 60);
	meter.row[METER_DISCOVER].bytes_in += 9;
	trace_settle(&trace, &meter);
	assert_int_equal(trace.lap.n, 5);
	assert_int_equal(room[0].bytes, 100);
	assert_int_equal(room[1].bytes, 300);
	assert_int_equal(room[2].bytes, 0);
	assert_int_equal(room[2].begin_ns, 30);
	assert_int_equal(room[2].busy_ns, 10);
	assert_int_equal(room[3].bytes, 7);
	assert_int_equal(room[3].chunk, 2);
	assert_int_equal(room[4].bytes, 9);
}

static void samples_are_bounded_and_keep_the_peak(void **state)
{
	struct error err;
	struct trace_log *log;
	uint64_t most = 0;

	(void)state;
	assert_int_equal(trace_log_new(&log, 3, TRACE_LEAST_EVENTS, &err), 0);
	for (unsigned i = 0; i < 10 * TRACE_SAMPLES + 3; i++)
		trace_sample(log, 1, i == 777 ? 5000 : 10);
	assert_true(log->n_samples <= TRACE_SAMPLES);
	assert_true(log->n_samples >= TRACE_SAMPLES / 2);
	for (unsigned i = 0; i < log->n_samples; i++) {
		most = log->sample[i].resident > most ? log->sample[i].resident : most;
		assert_true(!i || log->sample[i].at_ns >= log->sample[i - 1].at_ns);
	}
	assert_int_equal(most, 5000);
	assert_non_null(trace_of(log, 3));
	assert_null(trace_of(log, 4));
	assert_null(trace_of(NULL, 0));
	trace_log_free(log);
}

static void rings_fit_into_the_budget(void **state)
{
	(void)state;
	assert_int_equal(trace_events((uint64_t)8 << 30, 16), TRACE_MOST_EVENTS);
	assert_int_equal(trace_events(1 << 20, 16), TRACE_LEAST_EVENTS);
	/* A sixteenth of 256 MiB for 9 traces, but for their heads. */
	assert_true(9 * trace_bytes(trace_events((uint64_t)256 << 20, 8)) <=
		    ((uint64_t)16 << 20) + 9 * 8192);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_events_stay_as_they_are),
		cmocka_unit_test(many_events_become_coarser),
		cmocka_unit_test(joined_events_name_a_chunk_they_share),
		cmocka_unit_test(a_killed_worker_leaves_whole_events),
		cmocka_unit_test(bytes_go_to_their_event),
		cmocka_unit_test(samples_are_bounded_and_keep_the_peak),
		cmocka_unit_test(rings_fit_into_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
