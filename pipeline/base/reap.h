/*
 * The end of a child process, without waiting for one that the kernel does not let go (state D: a
 * dead network file system, a driver).
 */
#ifndef IMGPIPE_BASE_REAP_H
#define IMGPIPE_BASE_REAP_H

#include <stdbool.h>
#include <sys/types.h>

/* Within this time any process ends that has been killed and is not held. */
enum { REAP_MS = 1000 };

/*
 * Wait so long for the child to end: true, with its status as waitpid() gives it (0 where somebody
 * else has waited for it). patience_ms 0: look once. Thread-safe.
 */
bool reap(pid_t child, int *status, unsigned patience_ms);

#endif
