/*
 * The sampler's thread. It sleeps, reads one line of /proc, and asks for one number.
 */
#include "sampler.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/thread.h"
#include "trace.h"

struct sampler {
	struct trace_log *log;
	uint64_t (*reserved)(void *context);
	void *context;
	int statm;
	pthread_t thread;
	pthread_mutex_t lock; /* guards stopped */
	pthread_cond_t stop;
	bool stopped;
};

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
	struct timespec until = deadline_after(ns);
	bool stopped;

	pthread_mutex_lock(&sampler->lock);
	while (!sampler->stopped &&
	       pthread_cond_timedwait(&sampler->stop, &sampler->lock, &until) == 0)
		;
	stopped = sampler->stopped;
	pthread_mutex_unlock(&sampler->lock);
	return stopped;
}

static void look(struct sampler *sampler)
{
	trace_sample(sampler->log, sampler->reserved(sampler->context),
		     resident_bytes(sampler->statm));
}

static void *sampler_main(void *arg)
{
	struct sampler *sampler = arg;

	do
		look(sampler);
	while (!wait_or_stop(sampler, sampler->log->period_ns));
	look(sampler);
	return NULL;
}

struct sampler *sampler_start(struct trace_log *log, uint64_t (*reserved)(void *context),
			      void *context)
{
	struct sampler *sampler = log ? calloc(1, sizeof(*sampler)) : NULL;

	if (!sampler)
		return NULL;
	sampler->log = log;
	sampler->reserved = reserved;
	sampler->context = context;
	sampler->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	pthread_mutex_init(&sampler->lock, NULL);
	condition_init(&sampler->stop);
	if (!thread_start(&sampler->thread, sampler_main, sampler))
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
