/*
 * The mpi executor's run: on rank 0 the run itself, its local workers and the coordinator for all
 * others; on every other rank local workers and their end of the channel. Part of the MPI modules.
 */
#ifndef IMGPIPE_PIPELINE_MPI_RUN_H
#define IMGPIPE_PIPELINE_MPI_RUN_H

#include <stdbool.h>

#include "executor.h"
#include "meter.h"

struct rank_outcome {
	bool stuck;         /* after a signal other ranks did not answer: they are dead or hang */
	struct meter meter; /* of the thread that communicates */
};

int mpi_run_leader(struct job *job, unsigned n_ranks, struct rank_outcome *out, struct error *err);
int mpi_run_member(struct job *job, unsigned rank, struct rank_outcome *out, struct error *err);

#endif
