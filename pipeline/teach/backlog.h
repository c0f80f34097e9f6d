/*
 * The backlog (--teach no-backpressure): all chunks of a scene are read before the first one is
 * reduced, as a scheduler does that starts every task whose input is there, and takes results as
 * they come. The pixels wait in memory meanwhile. Not without bound: the backlog has its share of
 * the memory limit, and at most what the machine had to spare; a scene that fills it fails.
 */
#ifndef IMGPIPE_PIPELINE_BACKLOG_H
#define IMGPIPE_PIPELINE_BACKLOG_H

#include <stdatomic.h>

#include "ship.h"

/* Of one run. */
struct backlog {
	uint64_t most;         /* bytes that may wait */
	atomic_ullong waiting; /* that do */
	struct collector *collector;
};

/* One chunk's pixels, in order; the worker's until they are delivered. */
struct batch;
/* What waits of one scene: its slot's (slot->extra). */
struct batches;

/* One more block of the chunk the worker is at. *batch: NULL before the first one. */
int backlog_add(struct backlog *backlog, struct batch **batch, struct worker *worker,
		const struct block *block, struct chunk_result *result);

/*
 * The chunk is about to be delivered: its batch (NULL: none), which is taken over, joins those that
 * wait; with the last one of a scene all are reduced.
 */
void backlog_deliver(struct backlog *backlog, struct batch *batch, struct worker *worker,
		     const struct task *task, struct chunk_result *result);

/* What still waits of a scene that will not be reduced. */
void backlog_forget(struct backlog *backlog, struct batches *batches);
void backlog_drop(struct backlog *backlog, struct batch *batch);

#endif
