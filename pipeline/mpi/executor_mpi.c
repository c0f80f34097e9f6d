/*
 * The mpi executor's row. What it does is in the module of the MPI library at hand (mpi_*.c), which
 * the session has loaded.
 */
#include "executor_mpi.h"

#include "base/cluster.h"

static bool mpi_available(void)
{
	return true; /* whether it can be had is found, and said, when the session begins */
}

static int mpi_run(struct job *job, struct error *err)
{
	const struct cluster *cluster = job->cluster;

	if (!cluster)
		return error_set(err, EX_UNAVAILABLE, "MPI has not been started");
	return cluster->run(job, err);
}

const struct executor executor_mpi = {
	.name = "mpi",
	.help = "ranks started by mpirun or srun, each with its threads",
	.available = mpi_available,
	.run = mpi_run,
};
