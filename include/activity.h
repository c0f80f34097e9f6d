/*
 * What a worker does right now. --monitor shows it; --teach gil holds its lock while a worker
 * computes, not while it reads. A worker's thread registers once; later calls find its record
 * through a thread-local pointer, as CPython does. In a thread that is no worker's, or where nobody
 * wants to know, they do nothing.
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

struct gil;

/* A worker's record. */
struct activity {
	uint8_t *shown;  /* read by others at any time, so only by relaxed atomics; NULL: unseen */
	struct gil *gil; /* NULL: no lock is taught */
	unsigned worker;
	struct meter *meter; /* the worker's: waits for the lock, and how long it was held */
	uint64_t held_since; /* 0: not held */
	bool computing;
};

/* The calling thread is this worker's until it says NULL. */
void activity_enter(struct activity *activity);

/* It is at this stage, or waits for this cause. */
void activity_at(unsigned what);

/*
 * Computing begins, goes on with the next stage, and ends. A wait for the lock is booked as such on
 * the stage's row, and *span (NULL: none) is moved on by it.
 */
void activity_compute(enum meter_stage stage, struct meter_span *span);
void activity_compute_end(void);

/* Around each read from a file. The lock is taken again only where it was held. */
void activity_fetch(void);
void activity_fetch_end(struct meter_span *span);

#endif
