/*
 * The run's id: random, so that lines of runs that follow or overlap each other can be told apart.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

static char run_id[17];

static void make_run_id(void)
{
	struct timespec now;
	uint64_t number;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number)) {
		(void)clock_gettime(CLOCK_REALTIME, &now);
		number = ((uint64_t)now.tv_sec << 30 | (uint64_t)now.tv_nsec) ^ (uint64_t)getpid()
											<< 40;
	}
	(void)snprintf(run_id, sizeof(run_id), "%016llx", (unsigned long long)number);
}

const char *log_run_id(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, make_run_id);
	return run_id;
}
