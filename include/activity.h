/*
 * What a worker does right now: for --monitor to show, and for a guard, which is told when the
 * worker computes and when it reads a file (--teach gil). Readers and the worker's body tell it;
 * pipeline/meters/activity.c keeps it. A worker's thread registers once; later calls find its
 * record through a thread-local pointer. In a thread that is no worker's they do nothing.
 */
#ifndef IMGPIPE_ACTIVITY_H
#define IMGPIPE_ACTIVITY_H

#include <stdbool.h>
#include <stdint.h>

#include "meter.h"

/* As one byte: a stage, from 0; a wait, from ACTIVITY_WAIT on, by cause; or not there. */
enum {
	ACTIVITY_WAIT = N_METER_STAGES,
	ACTIVITY_NONE = N_METER_STAGES + N_WAIT_CAUSES,
	N_ACTIVITIES
};

/*
 * Told of one worker's computing, in its thread. A wait in there is booked on the stage's row, and
 * *span (NULL: none) moved on by it.
 */
struct guard {
	/* Computing begins, or goes on with the next stage. */
	void (*compute)(struct guard *guard, enum meter_stage stage, struct meter_span *span);
	/* It ends, or pauses while a file is read; perhaps it had not begun. */
	void (*pause)(struct guard *guard, enum meter_stage stage);
};

/* A worker's record. */
struct activity {
	uint8_t *shown; /* read by others at any time, so only by relaxed atomics; NULL: unseen */
	struct guard *guard; /* NULL: none */
	bool computing;
};

/* The calling thread is this worker's until it says NULL. */
void activity_enter(struct activity *activity);

/* It is at this stage, or waits for this cause. */
void activity_at(unsigned what);

/* Computing begins, goes on with the next stage, and ends. span: as for the guard. */
void activity_compute(enum meter_stage stage, struct meter_span *span);
void activity_compute_end(void);

/* Around each read from a file. The worker computes again behind it only if it did before. */
void activity_fetch(void);
void activity_fetch_end(struct meter_span *span);

#endif
