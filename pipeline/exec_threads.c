/*
 * The threads executor: POSIX threads in one process. Only says who the workers are; what they
 * claim and deliver is the job's business.
 */
#include "exec.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { STACK_BYTES = 512 * 1024 }; /* planned per worker; codecs' deepest use is far below */

struct member {
	struct job *job;
	pthread_t thread;
	unsigned number;
	int status;
	struct error error;
};

static bool threads_available(void)
{
	return true;
}

static void *member_main(void *arg)
{
	struct member *member = arg;

	member->status = member->job->body(member->job, member->number, &member->error);
	return NULL;
}

/* Start as many as the system allows; the first `started` members are running. */
static unsigned start_all(struct member *members, struct job *job)
{
	unsigned started = 0;
	pthread_attr_t attr;
	sigset_t all, old;

	if (pthread_attr_init(&attr))
		return 0;
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	/* Signals are the main thread's: it wakes the others. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &old);
	while (started < job->n_workers) {
		struct member *m = &members[started];

		m->job = job;
		m->number = started;
		if (pthread_create(&m->thread, &attr, member_main, m))
			break;
		started++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return started;
}

static int threads_run(struct job *job, struct error *err)
{
	struct member *members = calloc(job->n_workers, sizeof(*members));
	unsigned started, failed = 0;

	if (!members)
		return error_memory(err, "the thread pool", job->n_workers * sizeof(*members));
	started = start_all(members, job);
	for (unsigned i = 0; i < started; i++) {
		pthread_join(members[i].thread, NULL);
		failed += members[i].status != 0;
		if (members[i].status && err)
			*err = members[i].error;
	}
	free(members);
	if (!started)
		/* Not one thread to be had: do the work in this one. */
		return job->body(job, 0, err);
	return failed == started ? -1 : 0;
}

const struct executor executor_threads = {
	.name = "threads",
	.help = "POSIX threads in one process",
	.available = threads_available,
	.run = threads_run,
};
