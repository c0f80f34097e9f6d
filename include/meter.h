/*
 * Meters: what each stage did and cost. A fixed array stage x counter per worker, written without
 * locks by its worker alone, merged once at the end. Clocks are read per block and stage, never per
 * pixel. Times in nanoseconds.
 *
 * Wall time is read at each lap. A thread's CPU clock is a system call (1.6 us where this was
 * written, 9 % of a run on uncompressed data), so it is read once CPU_READING_NS of laps have
 * passed, and the stages that took part share the CPU time by their wall time. Longer laps are
 * exact but for the short ones before them.
 */
#ifndef IMGPIPE_METER_H
#define IMGPIPE_METER_H

#include <stddef.h>
#include <stdint.h>

#include "clock.h"

enum meter_stage {
	METER_DISCOVER, /* open a scene: headers, bands, plan of its chunks */
	METER_CLAIM,    /* hand-out of chunks: who does what next, and memory for it */
	METER_FETCH,    /* stored bytes from the file */
	METER_DECODE,   /* codec, predictor, byte order, the bands that are needed */
	METER_MASK,     /* nodata, masks: which pixels count */
	METER_INDEX,    /* the index value of each pixel */
	METER_STATS,    /* exact sums and histogram */
	METER_ENCODE,   /* tiles of maps: stored samples, overviews, predictor and codec, spool */
	METER_REDUCE,   /* partial results into tiles, scenes and the whole */
	METER_GATHER,   /* finished maps: upper overviews, layout, copy, their way to the disk */
	METER_WRITE,    /* rows of the reports */
	N_METER_STAGES
};

enum wait_cause {
	WAIT_MEMORY, /* for memory of the budget */
	WAIT_ORDER,  /* for an older scene to be finished */
	WAIT_WRITER, /* for another worker that writes rows, or for the disk that maps go to */
	WAIT_PEER,   /* for a lock another worker holds, or for who hands out the work */
	WAIT_IDLE,   /* nothing left to do */
	WAIT_GIL,    /* for the lock of --teach gil */
	N_WAIT_CAUSES
};

struct meter_row {
	uint64_t chunks, tiles, pixels;
	uint64_t bytes_in, bytes_out;
	uint64_t busy_ns, cpu_ns;
	uint64_t wait_ns[N_WAIT_CAUSES];
	uint64_t messages, message_bytes;     /* between workers; each is counted by who sends it */
	uint64_t pack_ns, transfer_ns;        /* making them, and their way there and back */
	uint64_t planned_peak, reserved_peak; /* bytes, largest of one worker; merged by sum */
};

struct trace;
/* What --teach made a run pay; 0 without. Times in nanoseconds, sizes in bytes. */
struct teaching_costs {
	uint64_t gil_held_ns;                   /* computing, the lock held */
	uint64_t overhead_ns;                   /* spent on hand-outs, n_overheads of them */
	uint64_t n_overheads;                   /* */
	uint64_t n_pixel_messages, pixel_bytes; /* pixels sent: values and classes */
	uint64_t answer_bytes;                  /* what results took or would have taken instead */
	uint64_t backlog_peak; /* most bytes of pixels that waited; merged by max */
};

/* One worker's meters. bytes_needed: decoded bytes that the windows asked for. */
struct meter {
	uint32_t worker; /* number, over all ranks */
	struct meter_row row[N_METER_STAGES];
	uint64_t bytes_needed, bytes_decoded;
	uint64_t begin_ns, end_ns; /* life of the worker, idle end included; clock of clock_now() */
	uint64_t cpu_ns;           /* CPU time of the worker */
	uint64_t lock_ops;
	struct teaching_costs costs;
	uint64_t cpu_read_ns; /* the CPU clock when it was last read; 0: never */
	uint64_t open_ns, stage_open_ns[N_METER_STAGES]; /* wall time of laps since then */
	struct trace *trace; /* where laps are recorded, too (trace.h); NULL: nowhere */
};

enum { CPU_READING_NS = 200000 };

/* A running measurement. */
struct meter_span {
	uint64_t wall_ns;
};

const char *wait_cause_name(enum wait_cause cause);

/*
 * The calling thread is the meter's worker from here on. A meter that is not started books wall
 * time as CPU time.
 */
void meter_start(struct meter *meter);
/* The worker ends: the CPU time that is not yet shared out is. By the thread that started it. */
void meter_settle(struct meter *meter);

struct meter_span meter_begin(void);

/* Add the time since *span to the row's busy and CPU time, and restart *span. */
void meter_lap(struct meter *meter, enum meter_stage stage, struct meter_span *span);

/* Time spent waiting, on the row of the stage table where its cause stands. */
void meter_wait(struct meter *meter, enum wait_cause cause, uint64_t since_ns);
void meter_wait_ns(struct meter *meter, enum wait_cause cause, uint64_t ns);
/*
 * Around a call that writes and may wait for the disk. Where the thread has slept in it, the lap of
 * `stage` ends before the call, the call is a wait for the writer, and *span begins anew: the disk
 * is no work.
 */
struct meter_stall {
	uint64_t since_ns;
	long sleeps;
};
struct meter_stall meter_stall_begin(void);
void meter_stall_end(struct meter *meter, enum meter_stage stage, struct meter_span *span,
		     const struct meter_stall *stall);
/* A message of so many bytes has been made. */
void meter_pack(struct meter *meter, uint64_t bytes, uint64_t since_ns);

void meter_merge(struct meter *into, const struct meter *from);

#endif
