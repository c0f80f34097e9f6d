/*
 * The sampler's thread. It sleeps, reads one line of /proc, and takes the run's lock for as long as
 * it takes to read one number.
 */
#include "sampler.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "plan/fit_scene.h"
#include "run/run.h"
#include "trace.h"

struct sampler {
	struct run *run;
	int statm;
	pthread_t thread;
	pthread_mutex_t lock; /* guards stopped */
	pthread_cond_t stop;
	bool stopped;
};

void sampler_look(struct run *run, uint64_t resident)
{
	if (!run->trace)
		return;
	pthread_mutex_lock(&run->lock);
	trace_sample(run->trace, run_reserved(run), resident);
	pthread_mutex_unlock(&run->lock);
}

/* The second number of /proc/self/statm: resident pages (proc(5)). */
static uint64_t resident_bytes(int statm)
{
	char text[128];
	ssize_t n = pread(statm, text, sizeof(text) - 1, 0);
	unsigned long long pages;

	if (n <= 0)
		return 0;
	text[n] = '\0';
	if (sscanf(text, "%*u %llu", &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Until `ns` are over or it is told to stop; true then. */
static bool wait_or_stop(struct sampler *sampler, uint64_t ns)
{
	struct timespec until;
	bool stopped;

	clock_gettime(CLOCK_MONOTONIC, &until);
	ns += (uint64_t)until.tv_nsec;
	until.tv_sec += (time_t)(ns / 1000000000u);
	until.tv_nsec = (long)(ns % 1000000000u);
	pthread_mutex_lock(&sampler->lock);
	while (!sampler->stopped &&
	       pthread_cond_timedwait(&sampler->stop, &sampler->lock, &until) == 0)
		;
	stopped = sampler->stopped;
	pthread_mutex_unlock(&sampler->lock);
	return stopped;
}

static void *sampler_main(void *arg)
{
	struct sampler *sampler = arg;

	do
		sampler_look(sampler->run, resident_bytes(sampler->statm));
	while (!wait_or_stop(sampler, sampler->run->trace->period_ns));
	sampler_look(sampler->run, resident_bytes(sampler->statm));
	return NULL;
}

struct sampler *sampler_start(struct run *run, bool own_memory)
{
	struct sampler *sampler = run->trace && !own_memory ? calloc(1, sizeof(*sampler)) : NULL;
	pthread_condattr_t clock;
	sigset_t all, old;
	int failed;

	if (!sampler)
		return NULL;
	sampler->run = run;
	sampler->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	pthread_mutex_init(&sampler->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&sampler->stop, &clock);
	sigfillset(&all); /* signals are the main thread's */
	pthread_sigmask(SIG_BLOCK, &all, &old);
	failed = pthread_create(&sampler->thread, NULL, sampler_main, sampler);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (!failed)
		return sampler;
	(void)close(sampler->statm);
	free(sampler);
	return NULL;
}

void sampler_stop(struct sampler *sampler)
{
	if (!sampler)
		return;
	pthread_mutex_lock(&sampler->lock);
	sampler->stopped = true;
	pthread_cond_signal(&sampler->stop);
	pthread_mutex_unlock(&sampler->lock);
	pthread_join(sampler->thread, NULL);
	pthread_cond_destroy(&sampler->stop);
	pthread_mutex_destroy(&sampler->lock);
	(void)close(sampler->statm);
	free(sampler);
}
