/*
 * Executors: who the workers are and how ids and results travel, nothing else. The claim of the
 * next chunk, the worker's body and the delivery are shared (pipeline/run/claim.c, run.c,
 * worker.c).
 *
 * Contract, the same for all: every chunk is delivered exactly once as DONE, FAILED or CANCELLED;
 * on return no worker is alive, nothing is reserved, every meter is merged; results are the same
 * bits.
 */
#ifndef IMGPIPE_EXECUTOR_H
#define IMGPIPE_EXECUTOR_H

#include <stdbool.h>

#include "error.h"

struct cluster;

struct job {
	void *context; /* the run: the body's own */
	unsigned n_workers;
	const struct cluster *cluster; /* ranks that share the work (base/cluster.h); NULL: none */
	/*
	 * The whole life of a worker that shares the run's memory, 0 <= worker < n_workers. Returns
	 * when there is nothing left to do. Errors of chunks travel in their results; it fails only
	 * if the worker could not start at all (then err says why and the others do its work).
	 * Workers with memory of their own have pipeline/remote/.
	 */
	int (*body)(struct job *job, unsigned worker, struct error *err);
};

struct executor {
	const char *name;
	const char *help;
	/* Workers have memory of their own: libraries and handles are counted once for each. */
	bool own_memory;
	/* They are confined (confine.h), and this process parses no input. */
	bool confines;
	bool (*available)(void);
	/* Workers it takes, of those by default or asked for. NULL: all. */
	unsigned (*workers)(unsigned n, bool asked);
	/* Run the body for all workers; -1 only where not one worker could start. */
	int (*run)(struct job *job, struct error *err);
};

/* The table, ended by NULL. */
extern const struct executor *const executors[];

/*
 * By name; "auto" gives mpi where other ranks have been joined, else threads. NULL with err set:
 * EX_USAGE for a name that is not in the table, EX_UNAVAILABLE for one that is not available here.
 * A command looks its executor up once and hands it down.
 */
const struct executor *executor_find(const char *name, bool joined, struct error *err);

#endif
