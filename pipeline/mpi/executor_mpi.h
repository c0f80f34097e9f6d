/*
 * The mpi executor's definition, for the table of executors.
 */
#ifndef IMGPIPE_PIPELINE_EXECUTOR_MPI_H
#define IMGPIPE_PIPELINE_EXECUTOR_MPI_H

#include "executor.h"

extern const struct executor executor_mpi;

#endif
