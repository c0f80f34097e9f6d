/*
 * Threads beside the main one, which alone takes signals, and waits that end by themselves.
 */
#ifndef IMGPIPE_PIPELINE_THREAD_H
#define IMGPIPE_PIPELINE_THREAD_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

/* As pthread_create(), with all signals blocked in the new thread. */
int thread_start(pthread_t *thread, void *(*body)(void *context), void *context);

/* A condition whose timed waits go by the clock of clock_now(). */
void condition_init(pthread_cond_t *condition);

/* So many nanoseconds from now, for pthread_cond_timedwait() on such a condition. */
struct timespec deadline_after(uint64_t ns);

#endif
