/*
 * The threads executor: POSIX threads in one process, the calling one among them. Only says who the
 * workers are; what they claim and deliver is the job's business.
 */
#include "exec.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/thread.h"

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

/*
 * Start as many as the system allows, but for the calling thread, which is worker 0; the first
 * `started` members are running.
 */
static unsigned start_all(struct member *members, struct job *job)
{
	unsigned started = 0;

	/* Signals are the main thread's; workers look at what it noted, block by block. */
	while (started + 1 < job->n_workers) {
		struct member *m = &members[started];

		m->job = job;
		m->number = started + 1;
		if (thread_start(&m->thread, member_main, m))
			break;
		started++;
	}
	return started;
}

static int threads_run(struct job *job, struct error *err)
{
	struct member *members = calloc(job->n_workers, sizeof(*members));
	unsigned started, failed;
	struct error first = {0};

	if (!members)
		return error_memory(err, "the thread pool", job->n_workers * sizeof(*members));
	started = start_all(members, job);
	failed = job->body(job, 0, &first) != 0;
	for (unsigned i = 0; i < started; i++) {
		pthread_join(members[i].thread, NULL);
		if (members[i].status && !failed++)
			first = members[i].error;
	}
	free(members);
	if (failed <= started)
		return 0; /* the others have done the work */
	*err = first;
	return -1;
}

const struct executor executor_threads = {
	.name = "threads",
	.help = "POSIX threads in one process",
	.available = threads_available,
	.run = threads_run,
};
