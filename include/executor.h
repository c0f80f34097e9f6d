/*
 * Executors: who the workers are, nothing else. The claim of the next chunk, the worker's body and
 * the delivery are shared (pipeline/run.c, pipeline/worker.c).
 *
 * Contract, the same for all: every chunk is delivered exactly once as DONE, FAILED or CANCELLED;
 * on return no worker is alive, nothing is reserved, every meter is merged; results are the same
 * bits.
 */
#ifndef IMGPIPE_EXECUTOR_H
#define IMGPIPE_EXECUTOR_H

#include <stdbool.h>

#include "error.h"

struct job {
	void *context; /* the body's own */
	unsigned n_workers;
	/*
	 * A worker's whole life, 0 <= worker < n_workers. Returns when there is nothing left to
	 * do. Errors of chunks travel in their results; it fails only where the worker could not
	 * start at all (then err says why and the others do its work).
	 */
	int (*body)(struct job *job, unsigned worker, struct error *err);
};

struct executor {
	const char *name;
	const char *help;
	bool (*available)(void);
	/* Run the body for all workers; -1 only where not one worker could start. */
	int (*run)(struct job *job, struct error *err);
};

/* The table, ended by NULL. */
extern const struct executor *const executors[];

/* By name; "auto" gives the best one that is available. NULL with err set (EX_USAGE). */
const struct executor *executor_find(const char *name, struct error *err);

#endif
