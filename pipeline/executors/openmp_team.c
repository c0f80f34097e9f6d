/*
 * The OpenMP module: one parallel region whose threads are the workers. Kernels use `omp simd`
 * alone, so regions are never nested. Built where the compiler has OpenMP.
 */
#include "openmp_team.h"

#include <omp.h>
#include <stdatomic.h>
#include <stdlib.h>

static int team_run(struct job *job, struct error *err)
{
	/* Not a reduction: thread sanitizers see atomics, and not the barriers of OpenMP's library.
	 */
	atomic_uint failed = 0, ended = 0;
	struct error first = {0};

	/* The region may get fewer threads than it asks for: those do the work. */
#pragma omp parallel num_threads((int)job->n_workers)
	{
		struct error own = {0};

		if (job->body(job, (unsigned)omp_get_thread_num(), &own)) {
			atomic_fetch_add(&failed, 1);
#pragma omp critical(imgpipe_first_error)
			if (!first.code)
				first = own;
		}
		atomic_fetch_add(&ended, 1);
	}
	if (atomic_load(&failed) < atomic_load(&ended))
		return 0;
	*err = first;
	return -1;
}

/* OMP_NUM_THREADS, and its kin, where --workers says nothing. */
static unsigned team_workers(unsigned n, bool asked)
{
	enum { MOST_WORKERS = 1024 }; /* as --workers takes */
	int own = omp_get_max_threads();

	if (asked || !getenv("OMP_NUM_THREADS") || own < 1)
		return n;
	return own < MOST_WORKERS ? (unsigned)own : MOST_WORKERS;
}

extern __attribute__((visibility("default"))) const struct openmp_team imgpipe_openmp;
const struct openmp_team imgpipe_openmp = {.workers = team_workers, .run = team_run};
