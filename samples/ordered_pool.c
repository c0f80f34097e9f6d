/*
 * The pool: workers claim numbers in order while their slot is free; the caller takes results in
 * the same order. Results, not work, are ordered, so one slow job holds up at most n_slots others.
 */
#include "ordered_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct slot {
	bool done; /* its job is made (or failed), and not taken */
	int status;
	struct error err;
};

struct pool {
	const struct ordered_jobs *jobs;
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t made;  /* slot[taken % n_slots].done */
	pthread_cond_t room;  /* next < taken + n_slots, or stop, or next == n_jobs */
	uint64_t next, taken; /* numbers handed out, results taken */
	bool stop;
	struct slot *slots;
};

static void *work(void *argument)
{
	struct pool *pool = argument;
	const struct ordered_jobs *jobs = pool->jobs;

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		uint64_t number;
		struct slot *slot;

		while (!pool->stop && pool->next < jobs->n_jobs &&
		       pool->next >= pool->taken + jobs->n_slots)
			pthread_cond_wait(&pool->room, &pool->lock);
		if (pool->stop || pool->next == jobs->n_jobs)
			break;
		number = pool->next++;
		slot = pool->slots + number % jobs->n_slots;
		pthread_mutex_unlock(&pool->lock);
		slot->status = jobs->make(jobs->context, number, (unsigned)(number % jobs->n_slots),
					  &slot->err);
		pthread_mutex_lock(&pool->lock);
		slot->done = true;
		pthread_cond_signal(&pool->made);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static int take_all(struct pool *pool, struct error *err)
{
	const struct ordered_jobs *jobs = pool->jobs;
	int status = 0;

	for (uint64_t number = 0; number < jobs->n_jobs && !status; number++) {
		struct slot *slot = pool->slots + number % jobs->n_slots;

		pthread_mutex_lock(&pool->lock);
		while (!slot->done)
			pthread_cond_wait(&pool->made, &pool->lock);
		pthread_mutex_unlock(&pool->lock);
		status = slot->status;
		if (status)
			*err = slot->err;
		else if (jobs->interrupted && *jobs->interrupted)
			status = error_set(err, EX_TEMPFAIL, "interrupted");
		else
			status = jobs->take(jobs->context, number,
					    (unsigned)(number % jobs->n_slots), err);
		pthread_mutex_lock(&pool->lock);
		slot->done = false;
		pool->taken = number + 1;
		pool->stop = status != 0;
		pthread_cond_broadcast(&pool->room);
		pthread_mutex_unlock(&pool->lock);
	}
	return status;
}

int ordered_run(const struct ordered_jobs *jobs, struct error *err)
{
	struct pool pool = {.jobs = jobs,
			    .lock = PTHREAD_MUTEX_INITIALIZER,
			    .made = PTHREAD_COND_INITIALIZER,
			    .room = PTHREAD_COND_INITIALIZER};
	pthread_t *threads = calloc(jobs->n_workers, sizeof(*threads));
	unsigned started = 0;
	int status = -1;

	pool.slots = calloc(jobs->n_slots, sizeof(*pool.slots));
	if (!threads || !pool.slots) {
		error_memory(err, "the pool", jobs->n_slots * sizeof(*pool.slots));
		goto out;
	}
	while (started < jobs->n_workers && !pthread_create(threads + started, NULL, work, &pool))
		started++;
	if (started)
		status = take_all(&pool, err);
	else
		error_set(err, EX_OSERR, "cannot start a thread; raise the limit on processes");
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
out:
	pthread_cond_destroy(&pool.made);
	pthread_cond_destroy(&pool.room);
	pthread_mutex_destroy(&pool.lock);
	free(pool.slots);
	free(threads);
	return status;
}
