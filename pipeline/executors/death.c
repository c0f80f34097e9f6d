/*
 * How a worker process has ended, in words.
 */
#include "death.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* What usually ends a process with this signal. */
static const char *why_signal(int number)
{
	switch (number) {
	case SIGKILL:
		return ", often for want of memory (see dmesg; a smaller --memory helps)";
	case SIGTERM:
	case SIGHUP:
		return ", sent from outside";
	case SIGXCPU:
		return " (the limit of CPU time, ulimit -t)";
	case SIGABRT:
		return " (a library gave up: a damaged file, or no more memory than it may have)";
	case SIGSYS:
		return " (it made a system call that is forbidden to workers: see --confine)";
	default:
		return " (a fault in a decoder, or a damaged file it cannot take)";
	}
}

const char *death_text(char text[DEATH_BYTES], int pid, enum death death, int status)
{
	if (death == DEATH_HELD)
		snprintf(text, DEATH_BYTES,
			 "its worker process %d was killed and does not end: the kernel holds it "
			 "(a file system or a disk that does not answer); its scene is left out",
			 pid);
	else if (death == DEATH_EXPELLED)
		snprintf(text, DEATH_BYTES,
			 "its worker process %d sent an invalid message and was stopped; its scene "
			 "is left out",
			 pid);
	else if (WIFSIGNALED(status))
		snprintf(text, DEATH_BYTES,
			 "its worker process %d was killed by SIG%s%s; its scene is left out", pid,
			 sigabbrev_np(WTERMSIG(status)), why_signal(WTERMSIG(status)));
	else
		snprintf(text, DEATH_BYTES, "its worker process %d ended with exit status %d", pid,
			 WEXITSTATUS(status));
	return text;
}
