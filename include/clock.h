/*
 * Clocks, in nanoseconds. Thread-safe.
 */
#ifndef IMGPIPE_CLOCK_H
#define IMGPIPE_CLOCK_H

#include <stdint.h>

uint64_t clock_now(void); /* CLOCK_MONOTONIC */
uint64_t clock_cpu(void); /* CLOCK_THREAD_CPUTIME_ID of the calling thread */

#endif
