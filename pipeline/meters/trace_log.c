/*
 * The traces of a run: the memory they lie in, and samples of the program's memory over time.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "arena.h"
#include "stage.h"
#include "trace.h"

/*
 * Samples are dense at first, so that short runs have a curve, and then ten a second: a look costs
 * some 50 us of CPU time, waking included. Long runs have fewer.
 */
enum { FIRST_PERIOD_NS = 5000000, USUAL_PERIOD_NS = 100000000 };

static uint32_t chunk_events(uint32_t events)
{
	return events / TRACE_CHUNK_SHARE;
}

size_t trace_bytes(uint32_t events)
{
	return arena_mapped(sizeof(struct trace) +
			    (size_t)(events + chunk_events(events)) * sizeof(struct trace_event));
}

uint32_t trace_events(uint64_t limit, unsigned workers)
{
	uint64_t each = limit / 16 / (workers + 1) * TRACE_CHUNK_SHARE / (TRACE_CHUNK_SHARE + 1) /
			sizeof(struct trace_event);

	if (each > TRACE_MOST_EVENTS)
		return TRACE_MOST_EVENTS;
	return each < TRACE_LEAST_EVENTS ? TRACE_LEAST_EVENTS : (uint32_t)each;
}

static void trace_init(struct trace *trace, uint32_t events, struct trace_event *room)
{
	*trace = (struct trace){
		.lap = {.capacity = events, .event = room},
		.chunk = {.capacity = chunk_events(events), .event = room + events},
		.at_chunk = TRACE_NO_CHUNK,
		.at_scene = TRACE_NO_SCENE,
		.open_stage = -1,
	};
}

/* Shared with children: what one has recorded is there when it has died. */
int trace_log_new(struct trace_log **log, unsigned workers, uint32_t events, struct error *err)
{
	struct trace_log *l = calloc(1, sizeof(*l));
	size_t each = (size_t)(events + chunk_events(events)) * sizeof(struct trace_event);
	size_t heads = arena_mapped((workers + 1) * sizeof(struct trace));
	size_t bytes = heads + (workers + 1) * each;
	unsigned char *room = MAP_FAILED;

	*log = NULL;
	if (l)
		room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED) {
		free(l);
		return error_memory(err, "the trace", bytes);
	}
	l->n_workers = workers;
	l->mapped = bytes;
	l->events = events;
	l->worker = (struct trace *)(void *)room;
	l->begin_ns = clock_now();
	l->period_ns = FIRST_PERIOD_NS;
	for (unsigned i = 0; i <= workers; i++)
		trace_init(&l->worker[i], events,
			   (struct trace_event *)(void *)(room + heads + i * each));
	*log = l;
	return 0;
}

/* Places and counts as they can be, whatever they were. */
static void mend_ring(struct trace_ring *ring, uint32_t capacity, struct trace_event *room)
{
	ring->capacity = capacity;
	ring->event = room;
	if (atomic_load(&ring->n) > capacity)
		atomic_store(&ring->n, capacity);
	if (atomic_load(&ring->taken) > atomic_load(&ring->n) ||
	    atomic_load(&ring->kept) > atomic_load(&ring->taken))
		atomic_store(&ring->taken, 0);
}

static bool is_event(const struct trace_event *event, uint64_t begin_ns, uint64_t end_ns)
{
	return event->kind < N_TRACE_KINDS && event->status <= CHUNK_CANCELLED &&
	       event->begin_ns >= begin_ns && event->begin_ns <= end_ns &&
	       event->busy_ns <= end_ns - event->begin_ns;
}

static void keep_events(struct trace_ring *ring, uint64_t begin_ns, uint64_t end_ns)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < atomic_load(&ring->n); i++)
		if (is_event(&ring->event[i], begin_ns, end_ns))
			ring->event[kept++] = ring->event[i];
	atomic_store(&ring->n, kept);
}

void trace_log_mend(struct trace_log *log)
{
	size_t each = log->events + chunk_events(log->events);
	size_t heads = arena_mapped((log->n_workers + 1) * sizeof(struct trace));
	void *rooms = (unsigned char *)log->worker + heads;
	uint64_t end_ns = clock_now();

	for (unsigned i = 0; i < log->n_workers; i++) {
		struct trace *trace = &log->worker[i];
		struct trace_event *room = (struct trace_event *)rooms + i * each;

		mend_ring(&trace->lap, log->events, room);
		mend_ring(&trace->chunk, chunk_events(log->events), room + log->events);
		trace->open_stage = -1;
		trace_bury(trace);
		keep_events(&trace->lap, log->begin_ns, end_ns);
		keep_events(&trace->chunk, log->begin_ns, end_ns);
	}
}

void trace_log_free(struct trace_log *log)
{
	if (!log)
		return;
	(void)munmap(log->worker, log->mapped);
	free(log);
}

struct trace *trace_of(struct trace_log *log, unsigned number)
{
	return log && number <= log->n_workers ? &log->worker[number] : NULL;
}

/* Of two neighbours the one with more resident memory stays, so that peaks do. */
static void thin_out(struct trace_log *log)
{
	for (uint32_t i = 0; i + 1 < log->n_samples; i += 2) {
		const struct trace_sample *a = &log->sample[i], *b = a + 1;

		log->sample[i / 2] = a->resident > b->resident ? *a : *b;
	}
	log->n_samples /= 2;
}

static uint64_t next_period(uint64_t elapsed_ns)
{
	uint64_t period = elapsed_ns / 64, most = elapsed_ns / 256;

	if (most < USUAL_PERIOD_NS)
		most = USUAL_PERIOD_NS;
	if (period > most)
		period = most;
	return period < FIRST_PERIOD_NS ? FIRST_PERIOD_NS : period;
}

void trace_sample(struct trace_log *log, uint64_t reserved, uint64_t resident)
{
	if (log->n_samples == TRACE_SAMPLES)
		thin_out(log);
	log->sample[log->n_samples] = (struct trace_sample){
		.at_ns = clock_now(), .reserved = reserved, .resident = resident};
	log->period_ns = next_period(log->sample[log->n_samples++].at_ns - log->begin_ns);
}
