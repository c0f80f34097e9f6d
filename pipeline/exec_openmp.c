/*
 * The OpenMP executor: one parallel region whose threads are the workers. Kernels use `omp simd`
 * alone, so regions are never nested. Built where the compiler has OpenMP.
 */
#include "exec.h"

#ifdef _OPENMP
#include <omp.h>

static bool openmp_available(void)
{
	return true;
}

static int openmp_run(struct job *job, struct error *err)
{
	unsigned failed = 0, started = 0;
	struct error first = {0};

	/* The region may get fewer threads than it asks for: those do the work. */
#pragma omp parallel num_threads((int)job->n_workers) reduction(+ : failed, started)
	{
		struct error own = {0};

		started++;
		if (job->body(job, (unsigned)omp_get_thread_num(), &own)) {
			failed++;
#pragma omp critical(imgpipe_first_error)
			if (!first.code)
				first = own;
		}
	}
	if (failed < started)
		return 0;
	*err = first;
	return -1;
}

unsigned openmp_threads(void)
{
	int n = omp_get_max_threads();

	return n > 0 ? (unsigned)n : 1;
}
#else
static bool openmp_available(void)
{
	return false;
}

static int openmp_run(struct job *job, struct error *err)
{
	(void)job;
	return error_set(err, EX_UNAVAILABLE, "built without OpenMP");
}

unsigned openmp_threads(void)
{
	return 1;
}
#endif

const struct executor executor_openmp = {
	.name = "openmp",
	.help = "threads of one OpenMP parallel region",
	.available = openmp_available,
	.run = openmp_run,
};
