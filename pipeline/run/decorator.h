/*
 * A decorator: what a caller may hang round the operations of a run's workers, so that the run does
 * its work in another way (--teach). The run calls these hooks and knows nothing of what they do;
 * with none installed each costs a test of a pointer, once a chunk or once a worker.
 */
#ifndef IMGPIPE_PIPELINE_DECORATOR_H
#define IMGPIPE_PIPELINE_DECORATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "worker.h"

/* Hooks may be NULL but for the first two. */
struct decorator {
	void *context;
	/*
	 * A worker's life begins and ends, in its own thread. The hook may exchange worker->ops,
	 * guard what it computes (worker->activity.guard) and keep what it likes in worker->extra.
	 * The coordinator's side of a remote worker begins and ends, too: it has no operations. -1:
	 * the worker cannot start; it ends all the same.
	 */
	int (*worker_begin)(void *context, struct worker *worker, struct error *err);
	void (*worker_end)(void *context, struct worker *worker);
	/*
	 * Which chunk of the scene the worker is to have; without it, the first that is not handed
	 * out. False: none of them now, and the worker waits (WAIT_IDLE). run->lock is held. It may
	 * only look: whether the chunk is handed out is told by the hook below.
	 */
	bool (*choose)(void *context, const struct worker *worker, const struct slot *slot,
		       uint64_t *chunk);
	/* A chunk is handed out to the worker. run->lock is held: nobody else is handed one. */
	void (*handed_out)(void *context, struct worker *worker, const struct task *task);
	/* A scene leaves its slot, and slot->extra is not NULL. run->lock is held. */
	void (*scene_end)(void *context, struct slot *slot);
	/* Bytes held now, beside the pools of the run. Callable from any thread. */
	uint64_t (*held)(void *context);

	/* --- at the coordinator, for a remote worker --- */
	/* A message of the decorator's own has come (MESSAGE_EXTRA), about the worker's chunk. */
	int (*message)(void *context, struct worker *worker, const struct task *task,
		       const void *payload, size_t bytes, struct error *err);
	/* The chunk's result has come, or the worker is gone: what was kept of it is added. */
	void (*result)(void *context, struct worker *worker, const struct task *task,
		       struct chunk_result *result);
};

#endif
