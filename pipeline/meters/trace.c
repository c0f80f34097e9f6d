/*
 * Recording of events: one worker, its rings, no locks. It knows neither who reads them nor what a
 * stage does.
 */
#include "trace.h"

/* --- rings --- */

/* Join `from` to `into`, which is of the same kind: their time adds up. */
static void join(struct trace_event *into, const struct trace_event *from)
{
	into->busy_ns += from->busy_ns;
	into->bytes += from->bytes;
	into->laps += from->laps;
	if (into->scene != from->scene)
		into->scene = TRACE_NO_SCENE;
	if (into->scene != from->scene || into->chunk != from->chunk)
		into->chunk = TRACE_NO_CHUNK;
	if (from->status > into->status)
		into->status = from->status;
}

/* The events of one stretch of time, one of each kind, in the order in which kinds came first. */
struct group {
	struct trace_event event[N_TRACE_KINDS];
	unsigned n;
};

static void group_add(struct group *group, const struct trace_event *event)
{
	unsigned i = 0;

	while (i < group->n && group->event[i].kind != event->kind)
		i++;
	if (i == group->n)
		group->event[group->n++] = *event;
	else
		join(&group->event[i], event);
}

/*
 * Lay the group's events end to end from its beginning, in front of what is not read yet. They fit
 * into its stretch, as those they were joined from did.
 */
static void group_write(struct trace_ring *ring, struct group *group)
{
	uint64_t begin = group->n ? group->event[0].begin_ns : 0;
	uint32_t at = atomic_load(&ring->kept);

	for (unsigned i = 0; i < group->n; i++) {
		group->event[i].begin_ns = begin;
		begin += group->event[i].busy_ns;
		ring->event[at++] = group->event[i];
	}
	atomic_store(&ring->kept, at);
	group->n = 0;
}

/*
 * Join within stretches of the ring's resolution. A worker may be killed at any moment: `kept` and
 * `taken` always tell which events are whole (repair()).
 */
static void coarsen(struct trace_ring *ring)
{
	struct group group = {.n = 0};
	uint32_t n = atomic_load(&ring->n);
	uint64_t begin = 0;

	atomic_store(&ring->kept, 0);
	for (uint32_t i = 0; i < n; i++) {
		const struct trace_event event = ring->event[i];

		if (group.n && event.begin_ns + event.busy_ns - begin > ring->resolution_ns)
			group_write(ring, &group);
		if (!group.n)
			begin = event.begin_ns;
		atomic_store(&ring->taken, i + 1);
		group_add(&group, &event);
	}
	group_write(ring, &group);
	atomic_store(&ring->n, atomic_load(&ring->kept));
	atomic_store(&ring->taken, 0);
}

static uint64_t ring_span(const struct trace_ring *ring)
{
	const struct trace_event *last = &ring->event[ring->n - 1];

	return last->begin_ns + last->busy_ns - ring->event[0].begin_ns;
}

/*
 * Until half of the ring is free: first what came since the last time is joined within the
 * resolution as it is, then the resolution doubles. Two neighbouring stretches are longer than one
 * resolution, and each has at most one event a kind, so that this ends.
 */
static void make_room(struct trace_ring *ring)
{
	if (!ring->resolution_ns)
		ring->resolution_ns = 1 + ring_span(ring) / ring->capacity;
	for (;; ring->resolution_ns *= 2) {
		coarsen(ring);
		if (atomic_load(&ring->n) <= ring->capacity / 2)
			return;
	}
}

void trace_ring_add(struct trace_ring *ring, const struct trace_event *event)
{
	uint32_t n = atomic_load_explicit(&ring->n, memory_order_relaxed);

	if (n == ring->capacity) {
		make_room(ring);
		n = atomic_load(&ring->n);
	}
	ring->event[n] = *event;
	atomic_store_explicit(&ring->n, n + 1, memory_order_release);
}

/* Killed while it was made coarser: at most the group under way is lost. */
static void repair(struct trace_ring *ring)
{
	uint32_t n = atomic_load(&ring->n), kept = atomic_load(&ring->kept);
	uint32_t taken = atomic_load(&ring->taken);

	if (!taken)
		return;
	for (uint32_t i = taken; i < n; i++)
		ring->event[kept++] = ring->event[i];
	atomic_store(&ring->n, kept);
	atomic_store(&ring->taken, 0);
}

/* --- a worker's events --- */

/* Stages count their bytes before or after their lap, but before the next one. */
void trace_settle(struct trace *trace, const struct meter *meter)
{
	struct trace_event *last;
	int stage = trace ? trace->open_stage : -1;

	if (stage < 0 || !trace->lap.n)
		return;
	last = &trace->lap.event[trace->lap.n - 1];
	last->bytes += meter->row[stage].bytes_in - trace->seen_bytes[stage];
	trace->seen_bytes[stage] = meter->row[stage].bytes_in;
	trace->open_stage = -1;
}

void trace_message(struct trace *trace, const struct meter *meter, unsigned kind, uint64_t begin_ns,
		   uint64_t end_ns, uint64_t bytes)
{
	struct trace_event event = {.kind = (uint8_t)kind, .bytes = bytes, .laps = 1};

	if (!trace)
		return;
	trace_settle(trace, meter);
	/* The coordinator's clock and the worker's may differ in what they took for the same wait.
	 */
	event.begin_ns = begin_ns > trace->end_ns ? begin_ns : trace->end_ns;
	event.busy_ns = end_ns > event.begin_ns ? end_ns - event.begin_ns : 0;
	event.scene = trace->at_scene;
	event.chunk = trace->at_chunk;
	event.block = trace->at_block;
	trace->end_ns = event.begin_ns + event.busy_ns;
	trace_ring_add(&trace->lap, &event);
	trace->open_stage = kind < N_METER_STAGES ? (int)kind : -1;
}

void trace_lap(struct trace *trace, const struct meter *meter, unsigned kind, uint64_t begin_ns,
	       uint64_t end_ns)
{
	trace_message(trace, meter, kind, begin_ns, end_ns, 0);
}

void trace_at(struct trace *trace, uint32_t scene, uint64_t chunk)
{
	if (!trace)
		return;
	trace->at_scene = scene;
	trace->at_chunk = chunk;
	trace->at_block = 0;
}

void trace_next_block(struct trace *trace)
{
	if (trace)
		trace->at_block++;
}

void trace_chunk_begin(struct trace *trace, uint32_t scene, uint64_t chunk)
{
	trace_at(trace, scene, chunk);
	if (trace)
		trace->chunk_begin_ns = clock_now();
}

void trace_chunk_end(struct trace *trace, uint8_t status)
{
	struct trace_event event = {.kind = TRACE_CHUNK, .laps = 1, .status = status};

	if (!trace)
		return;
	event.begin_ns = trace->chunk_begin_ns;
	event.busy_ns = clock_now() - event.begin_ns;
	event.scene = trace->at_scene;
	event.chunk = trace->at_chunk;
	trace_ring_add(&trace->chunk, &event);
	trace_at(trace, TRACE_NO_SCENE, TRACE_NO_CHUNK);
}

void trace_bury(struct trace *trace)
{
	repair(&trace->lap);
	repair(&trace->chunk);
}

void trace_revive(struct trace *trace)
{
	if (!trace)
		return;
	trace_bury(trace);
	trace->open_stage = -1;
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		trace->seen_bytes[stage] = 0; /* the new worker's meter begins at 0 */
	trace_at(trace, TRACE_NO_SCENE, TRACE_NO_CHUNK);
}
