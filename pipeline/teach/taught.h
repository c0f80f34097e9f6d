/*
 * What --teach does to a run: time for each hand-out, and pixels that go to one reducer in place of
 * answers. Private to the machinery; the modes are in teach.h.
 */
#ifndef IMGPIPE_PIPELINE_TAUGHT_H
#define IMGPIPE_PIPELINE_TAUGHT_H

#include <pthread.h>
#include <stdint.h>

#include "meter.h"
#include "stage.h"
#include "teach.h"

struct pile_chunk;
struct run;
struct task;
struct worker;
struct workload;

/*
 * A block's pixels as they travel: this, then a float each, then a byte each. Plain data: it may be
 * copied, piped, and put in shared memory.
 */
struct parcel {
	struct window window;
	uint64_t n_pixels;
	uint32_t constant, unused;
};

enum { PARCEL_PIXEL_BYTES = sizeof(float) + sizeof(uint8_t) };

/* Bytes of a block as a parcel; SIZE_MAX on overflow. */
size_t parcel_bytes(uint64_t n_pixels);
/* One more on its way, packed since `since`. */
void parcel_book(struct worker *worker, size_t bytes, uint64_t since);
void parcel_pack(void *out, const struct block *block);
/*
 * The pixels of a parcel of `bytes` bytes, as a block that lasts as long as they do. -1 where it is
 * none of the chunk `within`.
 */
int parcel_unpack(struct block *block, const void *in, size_t bytes, const struct scene *scene,
		  const struct window *within, struct error *err) MUST_CHECK;

/* Who reduces what workers of this process send: one at a time. */
struct reducer {
	pthread_mutex_t lock; /* guards all below */
	void *state;          /* of the last stage; NULL: not yet open */
};

void reducer_init(struct reducer *reducer);
void reducer_release(struct reducer *reducer, const struct workload *workload);

void reducer_lock(struct worker *worker);
/* With its lock held: the last stage on one block; and at a chunk's end, the rest into `result`. */
int reducer_run(struct worker *worker, struct block *block, struct chunk_result *result);
void reducer_end(struct worker *worker, struct chunk_result *result);

/* --teach task-overhead: the scheduler works on one hand-out. With run->lock held: it is serial. */
void taught_overhead(const struct teach *teach, struct meter *meter);

/*
 * Let go of run->lock after a hand-out. Where that has cost time, a worker that waits is woken,
 * often on this one's core: then this is a wait for a peer, too, and booked.
 */
void taught_unlock(struct run *run, struct meter *meter);

/* The ship() of workers that share the run's memory. */
int taught_ship(struct worker *worker, const struct block *block, struct chunk_result *result);

/*
 * A chunk whose pixels were sent is about to be delivered. Without back-pressure it joins those
 * that wait; the last one of a scene has them all reduced.
 */
void taught_delivers(struct worker *worker, const struct task *task, struct chunk_result *result);

/* --- pile.c: --teach no-backpressure --- */

int pile_add(struct worker *worker, const struct block *block, size_t bytes,
	     struct chunk_result *result);
void pile_deliver(struct worker *worker, const struct task *task, struct chunk_result *result);
/* What still waits of a scene that will not be reduced. With run->lock held. */
void pile_free(struct run *run, struct pile_chunk *pile);

/* The worker ends: what it had on its way is freed. */
void taught_leave(struct worker *worker);

#endif
