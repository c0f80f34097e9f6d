/*
 * The lock of --teach gil: one a process, held while a worker computes. As CPython has it
 * (Python/ceval_gil.c, from 3.2 on): who waits asks for it after 5 ms, who holds it gives it up at
 * the next point between two calls into C code, and then waits until another one has taken it.
 */
#ifndef IMGPIPE_PIPELINE_GIL_H
#define IMGPIPE_PIPELINE_GIL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "activity.h"

struct gil {
	pthread_mutex_t lock; /* guards all but `wanted` */
	pthread_cond_t freed; /* held has become false */
	pthread_cond_t taken; /* holder has changed */
	bool held;
	unsigned holder;    /* who has it, or had it last */
	atomic_bool wanted; /* somebody has waited for long */
	uint64_t switches;
};

void gil_init(struct gil *gil);
void gil_take(struct gil *gil, unsigned who);
/* Waits for another one to take it, where one has asked. */
void gil_drop(struct gil *gil, unsigned who);

static inline bool gil_wanted(struct gil *gil)
{
	return atomic_load_explicit(&gil->wanted, memory_order_relaxed);
}

/* A worker's guard: the lock is held while it computes; waits and holds are booked on its meter. */
struct gil_guard {
	struct guard guard; /* first, so that one is the other */
	struct gil *gil;
	unsigned who;
	struct meter *meter;
	uint64_t held_since; /* 0: not held */
};

void gil_guard_init(struct gil_guard *guard, struct gil *gil, unsigned who, struct meter *meter);

#endif
