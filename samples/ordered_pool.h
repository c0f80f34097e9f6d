/*
 * A pool of threads whose results are taken in order, a bounded number ahead. Knows not what the
 * jobs are.
 */
#ifndef SAMPLES_ORDERED_POOL_H
#define SAMPLES_ORDERED_POOL_H

#include <signal.h>
#include <stdint.h>

#include "error.h"

struct ordered_jobs {
	uint64_t n_jobs;
	unsigned n_workers;
	unsigned n_slots; /* results that may exist at once, >= n_workers */
	void *context;
	/* Make job `number` into slot `slot`; from any thread, one job a slot at a time. */
	int (*make)(void *context, uint64_t number, unsigned slot, struct error *err);
	/* Take the result; in order of numbers, from the calling thread. */
	int (*take)(void *context, uint64_t number, unsigned slot, struct error *err);
	const volatile sig_atomic_t *interrupted; /* nonzero: stop soon, with EX_TEMPFAIL */
};

/*
 * Run all jobs. On failure the first error in the order of the jobs; jobs behind it may have been
 * made and not taken, so the caller releases all slots in the end. No thread is left.
 */
int ordered_run(const struct ordered_jobs *jobs, struct error *err) MUST_CHECK;

#endif
