/*
 * The two clocks that everything is timed by.
 */
#include "clock.h"

#include <time.h>

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t clock_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t clock_cpu(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}
