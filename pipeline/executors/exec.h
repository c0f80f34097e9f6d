/*
 * The executors' definitions, for their table alone.
 */
#ifndef IMGPIPE_PIPELINE_EXEC_H
#define IMGPIPE_PIPELINE_EXEC_H

#include "executor.h"

extern const struct executor executor_serial;
extern const struct executor executor_threads;
extern const struct executor executor_openmp;
extern const struct executor executor_processes;

#endif
