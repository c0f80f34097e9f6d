/*
 * Pixels sent to be reduced elsewhere, in place of answers (--teach ship-pixels): by the one
 * collector of a process, or at the coordinator. Whoever reduces runs the workload's last stage,
 * the same code as ever, so the bits of the result are the same; what differs is where, when, and
 * what had to be moved for it.
 */
#ifndef IMGPIPE_PIPELINE_SHIP_H
#define IMGPIPE_PIPELINE_SHIP_H

#include <pthread.h>

#include "run/worker.h"

/* Who reduces what workers of this process send: one at a time. */
struct collector {
	pthread_mutex_t lock; /* guards all below */
	void *state;          /* of the last stage; NULL: not yet open */
};

void collector_init(struct collector *collector);
void collector_release(struct collector *collector, const struct workload *workload);

/* The wait for it is booked on the worker. */
void collector_lock(struct collector *collector, struct worker *worker);
void collector_unlock(struct collector *collector);
/* With its lock held: the last stage on one block; and at a chunk's end, the rest into `result`. */
int collector_run(struct collector *collector, struct worker *worker, struct block *block,
		  struct chunk_result *result);
void collector_end(struct collector *collector, struct worker *worker, struct chunk_result *result);

/* A pixel message is on its way, packed since `since`. */
void ship_book(struct worker *worker, size_t bytes, uint64_t since);

/* Room for one message, a worker's. */
struct ship_room {
	void *bytes;
	size_t size;
};

/* A block to the collector of this process, in one message. */
int ship_local(struct collector *collector, struct ship_room *room, struct worker *worker,
	       const struct block *block, struct chunk_result *result);
/* A block to the coordinator, in messages that fit the line. */
int ship_remote(struct worker *worker, const struct block *block, struct chunk_result *result);

/* At the coordinator: the answer of a remote worker's chunk, made from its pixels. */
struct ship_answer {
	void *reducing; /* state of the last stage; NULL until the first pixels */
	bool begun;
	size_t room; /* groups that fit in it */
	struct chunk_result result;
};

/* One message of the chunk. `worker` stands for the remote one. */
int ship_answer_add(struct ship_answer *answer, struct worker *worker, const struct task *task,
		    const void *message, size_t bytes, struct error *err);
/* The chunk is over: its answer is whole, or given up. */
void ship_answer_end(struct ship_answer *answer, struct worker *worker,
		     struct chunk_result *result);
void ship_answer_release(struct ship_answer *answer, const struct workload *workload);

#endif
