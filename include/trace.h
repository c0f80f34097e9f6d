/*
 * Trace: when each worker did what. Recorded where the meters lap, so that the events of a worker
 * add up to its meters; only with --trace or --html, and in memory that is part of the plan.
 *
 * Each worker writes rings of its own, without locks. The rings lie in memory that is shared with
 * forked workers, so what a worker recorded outlives it. A full ring is made coarser: neighbouring
 * events that lie within its resolution are joined, one for each kind, and the resolution doubles.
 * So the whole run stays covered, no time is lost, and only the order within one resolution is.
 *
 * Times in nanoseconds of clock_now(). A ring is written by one worker at a time; it is read when
 * that worker is gone.
 */
#ifndef IMGPIPE_TRACE_H
#define IMGPIPE_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chunk.h"
#include "error.h"
#include "meter.h"

/* Kinds of events: first the stages, enum meter_stage; then waits, by enum wait_cause. */
enum {
	TRACE_WAIT = N_METER_STAGES,
	TRACE_PACK = TRACE_WAIT + N_WAIT_CAUSES, /* making of messages */
	TRACE_TRANSFER,                          /* their way there and back */
	TRACE_CHUNK,                             /* a whole chunk: in a ring of its own */
	N_TRACE_KINDS
};

enum {
	TRACE_MOST_EVENTS = 1 << 16,  /* of a worker, unless the budget is small */
	TRACE_LEAST_EVENTS = 1 << 10, /* also then */
	TRACE_CHUNK_SHARE = 4,        /* one event of a chunk for so many others */
	TRACE_SAMPLES = 512           /* of memory, of the whole run */
};

#define TRACE_NO_CHUNK UINT64_MAX
#define TRACE_NO_SCENE UINT32_MAX

/* From begin_ns on, busy_ns long. */
struct trace_event {
	uint64_t begin_ns, busy_ns;
	uint64_t bytes; /* into the stage; of a message */
	uint64_t chunk; /* TRACE_NO_CHUNK: of none, or of several */
	uint32_t scene; /* likewise */
	uint32_t block; /* of the chunk, from 0, where there is a chunk */
	uint32_t laps;  /* measurements in it: above 1 where it was joined */
	uint8_t kind;
	uint8_t status; /* TRACE_CHUNK: enum chunk_status, the worst of those joined */
};

struct trace_ring {
	uint32_t capacity;
	_Atomic uint32_t n;
	uint64_t resolution_ns; /* 0: every event as it was */
	/* While it is made coarser: events already read, and written again; else 0. */
	_Atomic uint32_t taken, kept;
	struct trace_event *event;
};

/* One worker's. */
struct trace {
	struct trace_ring lap;   /* in order of time, none overlaps another */
	struct trace_ring chunk; /* likewise */
	/* What it is at: the scene, chunk and block of the events to come. */
	uint64_t at_chunk, chunk_begin_ns;
	uint32_t at_scene, at_block;
	uint64_t end_ns; /* of the last event */
	int open_stage;  /* of the last event, -1: none; its bytes may come yet */
	uint64_t seen_bytes[N_METER_STAGES]; /* bytes_in of the meter that events have */
};

/* Memory of the run at one moment, bytes. */
struct trace_sample {
	uint64_t at_ns, reserved, resident;
};

struct trace_log {
	unsigned n_workers;
	struct trace *worker; /* n_workers, and one for the thread that hands out and writes */
	uint64_t begin_ns, end_ns;
	uint64_t period_ns; /* between samples, as things stand */
	uint32_t n_samples;
	struct trace_sample sample[TRACE_SAMPLES];
	/* The first scene that is OK, for maps over its chunks. */
	bool has_first;
	uint32_t first_scene;
	struct chunk_grid first_grid;
	unsigned n_elsewhere; /* workers of other ranks: nothing is known of what they did when */
	size_t mapped;        /* bytes of the mapping that holds the rings */
	uint32_t events;      /* of a worker, as it was made */
};

/* Bytes of one worker's trace with so many events. */
size_t trace_bytes(uint32_t events);

/* Events a worker for a budget of `limit` bytes: the traces take a sixteenth of it at most. */
uint32_t trace_events(uint64_t limit, unsigned workers);

/* Before workers are forked. -1 without memory. */
int trace_log_new(struct trace_log **log, unsigned workers, uint32_t events,
		  struct error *err) MUST_CHECK;
void trace_log_free(struct trace_log *log); /* NULL is allowed */
/*
 * All workers are gone: what they left can be read, and gone on with. One that was taken over may
 * have written anything there, so places and counts are set anew, and events that cannot be are
 * left out.
 */
void trace_log_mend(struct trace_log *log);

/* The trace of worker `number`, n_workers: of who hands out. NULL if log is. */
struct trace *trace_of(struct trace_log *log, unsigned number);

/* One more sample; where there are too many, every other one goes. From one thread at a time. */
void trace_sample(struct trace_log *log, uint64_t reserved, uint64_t resident);

/*
 * The functions below take NULL for a trace and then do nothing. `meter`: the worker's own, which
 * knows the bytes of the stage.
 */
void trace_lap(struct trace *trace, const struct meter *meter, unsigned kind, uint64_t begin_ns,
	       uint64_t end_ns);
/* As trace_lap(), of a message of so many bytes. */
void trace_message(struct trace *trace, const struct meter *meter, unsigned kind, uint64_t begin_ns,
		   uint64_t end_ns, uint64_t bytes);
/* The events to come are of this scene and chunk. */
void trace_at(struct trace *trace, uint32_t scene, uint64_t chunk);
void trace_next_block(struct trace *trace);
/* A chunk is begun, and done. */
void trace_chunk_begin(struct trace *trace, uint32_t scene, uint64_t chunk);
void trace_chunk_end(struct trace *trace, uint8_t status);
/* The last bytes go to the last event. */
void trace_settle(struct trace *trace, const struct meter *meter);
/* The worker is gone, perhaps killed in the middle of something: what it left can be read. */
void trace_bury(struct trace *trace);
/* Another worker, or another meter, goes on with a trace. */
void trace_revive(struct trace *trace);

/* --- for tests and for what is above --- */

/* Append; makes the ring coarser first where it is full. */
void trace_ring_add(struct trace_ring *ring, const struct trace_event *event);

#endif
