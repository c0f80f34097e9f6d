/*
 * Waiting for a child, but not for ever.
 */
#include "reap.h"

#include <errno.h>
#include <stdint.h>
#include <sys/wait.h>
#include <time.h>

#include "clock.h"

enum { FIRST_NS = 50000, MOST_NS = 5000000 };

static pid_t look(pid_t child, int *status)
{
	pid_t got;

	do
		got = waitpid(child, status, WNOHANG);
	while (got < 0 && errno == EINTR);
	return got;
}

bool reap(pid_t child, int *status, unsigned patience_ms)
{
	const uint64_t until = clock_now() + patience_ms * UINT64_C(1000000);
	struct timespec pause = {.tv_nsec = FIRST_NS};
	pid_t got;

	*status = 0;
	while ((got = look(child, status)) == 0 && clock_now() < until) {
		(void)nanosleep(&pause, NULL);
		pause.tv_nsec = pause.tv_nsec < MOST_NS ? 2 * pause.tv_nsec : MOST_NS;
	}
	return got != 0;
}
