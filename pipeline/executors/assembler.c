/*
 * The assembler's thread. It touches the run only while it is busy, and never is while the main
 * thread forks: so no lock of the run, and none of a library, is held in a new process.
 */
#include "assembler.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/thread.h"
#include "run/assemble.h"

struct assembler {
	struct run *run;
	pthread_t thread;
	bool threaded;
	int bell;
	struct meter meter;
	pthread_mutex_t lock; /* guards the rest; held by the main thread while it forks */
	pthread_cond_t called;
	bool wanted, busy, stop;
};

static void ring(struct assembler *assembler)
{
	const uint64_t one = 1;

	(void)!write(assembler->bell, &one, sizeof(one));
}

static void *live(void *arg)
{
	struct assembler *assembler = arg;

	meter_start(&assembler->meter);
	pthread_mutex_lock(&assembler->lock);
	while (!assembler->stop) {
		if (!assembler->wanted) {
			pthread_cond_wait(&assembler->called, &assembler->lock);
			continue;
		}
		assembler->wanted = false;
		assembler->busy = true;
		pthread_mutex_unlock(&assembler->lock);
		(void)assembly_run_next(assembler->run, &assembler->meter);
		pthread_mutex_lock(&assembler->lock);
		assembler->busy = false;
		ring(assembler);
	}
	pthread_mutex_unlock(&assembler->lock);
	meter_settle(&assembler->meter);
	return NULL;
}

int assembler_start(struct assembler **out, struct run *run, struct error *err)
{
	struct assembler *assembler;

	*out = NULL;
	if (!run->workload->outputs)
		return 0;
	assembler = calloc(1, sizeof(*assembler));
	if (!assembler)
		return error_memory(err, "who makes the files", sizeof(*assembler));
	assembler->run = run;
	assembler->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_mutex_init(&assembler->lock, NULL);
	pthread_cond_init(&assembler->called, NULL);
	assembler->threaded =
		assembler->bell >= 0 && thread_start(&assembler->thread, live, assembler) == 0;
	if (!assembler->threaded)
		meter_start(&assembler->meter);
	*out = assembler;
	return 0;
}

/* Shares of time are of all threads: this one's is the parent's, as that of the coordinator. */
static void merge_meter(struct assembler *assembler)
{
	struct run_totals *totals = &assembler->run->totals;

	meter_merge(&totals->meter, &assembler->meter);
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		totals->coordinator_busy_ns += assembler->meter.row[stage].busy_ns;
}

void assembler_stop(struct assembler *assembler)
{
	if (!assembler)
		return;
	if (assembler->threaded) {
		pthread_mutex_lock(&assembler->lock);
		assembler->stop = true;
		pthread_cond_signal(&assembler->called);
		pthread_mutex_unlock(&assembler->lock);
		pthread_join(assembler->thread, NULL);
	} else {
		meter_settle(&assembler->meter);
	}
	merge_meter(assembler);
	pthread_cond_destroy(&assembler->called);
	pthread_mutex_destroy(&assembler->lock);
	if (assembler->bell >= 0)
		(void)close(assembler->bell);
	free(assembler);
}

bool assembler_look(struct assembler *assembler)
{
	bool waits, works;

	if (!assembler)
		return false;
	waits = assembly_waits(assembler->run);
	if (!assembler->threaded)
		return waits && assembly_run_next(assembler->run, &assembler->meter);
	pthread_mutex_lock(&assembler->lock);
	if (waits) {
		assembler->wanted = true;
		pthread_cond_signal(&assembler->called);
	}
	works = waits || assembler->busy;
	pthread_mutex_unlock(&assembler->lock);
	return works;
}

int assembler_bell(const struct assembler *assembler)
{
	return assembler ? assembler->bell : -1;
}

void assembler_heard(struct assembler *assembler)
{
	uint64_t n;

	if (assembler && assembler->bell >= 0)
		(void)!read(assembler->bell, &n, sizeof(n));
}

bool assembler_pause(struct assembler *assembler)
{
	if (!assembler)
		return true;
	pthread_mutex_lock(&assembler->lock);
	if (!assembler->busy)
		return true;
	pthread_mutex_unlock(&assembler->lock);
	return false;
}

void assembler_go_on(struct assembler *assembler)
{
	if (assembler)
		pthread_mutex_unlock(&assembler->lock);
}
