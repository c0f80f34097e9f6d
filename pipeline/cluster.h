/*
 * A cluster: what an MPI module offers to the program. One table a module, one module an MPI
 * library; the program itself is linked with none. All calls come from the main thread.
 */
#ifndef IMGPIPE_PIPELINE_CLUSTER_H
#define IMGPIPE_PIPELINE_CLUSTER_H

#include <stdint.h>

#include "error.h"
#include "executor.h"

enum { N_CHECKSUMS = 4 };

/* How a rank fared up to here, and checksums of what it is about to do. */
struct opinion {
	int32_t status;
	struct error error;
	uint64_t checksum[N_CHECKSUMS];
	char host[64];
};

struct cluster {
	const char *(*library)(void); /* "Open MPI 4.1.4" */
	int (*begin)(unsigned *rank, unsigned *n_ranks, unsigned *ranks_here, struct error *err);
	/* Element by element the least over all ranks, for all. */
	void (*least)(uint64_t *values, unsigned n);
	/* Every rank's opinion, by rank, on rank 0 (elsewhere `all` is not touched). */
	void (*gather)(const struct opinion *mine, struct opinion *all);
	/* Rank 0's verdict, for all. */
	void (*share)(void *data, unsigned bytes);
	/* The mpi executor's run, on every rank. */
	int (*run)(struct job *job, struct error *err);
	void (*end)(void);
	/* Some rank is gone or hangs: end all of them, with this exit status. Does not return. */
	void (*abandon)(int status);
};

/* The cluster this process has joined, NULL where it is alone. */
const struct cluster *cluster_joined(void);
unsigned cluster_rank(void);
unsigned cluster_ranks(void);

#endif
