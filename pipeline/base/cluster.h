/*
 * A session: the ranks that work on one run. Alone, there is one. Under an MPI launcher there are
 * several processes with the same command line; rank 0 holds the run, speaks to people and writes
 * the reports. It is made in mpi/session.c and handed down to all that must know of other ranks.
 *
 * A cluster: what an MPI module offers to the program. One table a module, one module an MPI
 * library; the program itself is linked with none. All calls come from the main thread.
 */
#ifndef IMGPIPE_PIPELINE_CLUSTER_H
#define IMGPIPE_PIPELINE_CLUSTER_H

#include <stdint.h>

#include "error.h"

struct job;

enum { N_CHECKSUMS = 5, RANK_OPTIONS = 32, RANK_STATE_BYTES = 8192 };

/*
 * How a rank fared up to here, and what it is about to do. Of one size in all versions of the
 * program from results version 3 on, and beginning with the version, so that ranks of different
 * ones can tell each other.
 */
struct rank_state {
	char version[24];
	uint32_t results; /* RESULTS_VERSION */
	int32_t status;
	char host[64];
	struct error error;
	uint64_t checksum[N_CHECKSUMS];
	uint32_t n_options;
	struct {
		uint64_t checksum; /* of the whole value */
		char value[88];    /* its beginning; "": not given */
	} option[RANK_OPTIONS];    /* those that change numbers, as in identity.h */
	char arguments[1024];      /* the first of the command line, each ended by NUL */
	char spare[RANK_STATE_BYTES - 5016];
};
_Static_assert(sizeof(struct rank_state) == RANK_STATE_BYTES, "of one size in all versions");

struct cluster {
	const char *(*library)(void); /* "Open MPI 4.1.4" */
	int (*begin)(unsigned *rank, unsigned *n_ranks, unsigned *ranks_here, struct error *err);
	/* Element by element the least over all ranks, for all. */
	void (*least)(uint64_t *values, unsigned n);
	/* Every rank's rank_state, by rank, on rank 0 (elsewhere `all` is not touched). */
	void (*gather)(const struct rank_state *mine, struct rank_state *all);
	/* Rank 0's verdict, for all. */
	void (*share)(void *data, unsigned bytes);
	/* The mpi executor's run, on every rank. */
	int (*run)(struct job *job, struct error *err);
	void (*end)(void);
	/* Some rank is gone or hangs: end all of them, with this exit status. Does not return. */
	void (*abandon)(int status);
};

struct session {
	unsigned rank, n_ranks, ranks_here;
	const struct cluster *cluster; /* NULL: alone */
};

#endif
