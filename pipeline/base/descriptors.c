/*
 * The table of descriptors: places 0, 1 and 2, and its size. Knows nothing of what is read or
 * written.
 */
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

/* 1024 threads with 17 files each, and then some. Who loops over all that may be is not held up. */
enum { MOST_OPEN = 1 << 16 };

int descriptors_hold(void)
{
	/* The wrong way round for 0 and 1: their use fails, as that of a closed one should. */
	static const int modes[] = {
		[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDWR};

	for (int place = STDIN_FILENO; place <= STDERR_FILENO; place++) {
		if (fcntl(place, F_GETFD) >= 0 || errno != EBADF)
			continue;
		/* The lowest free number, as those below are held. */
		if (open("/dev/null", modes[place] | O_NOCTTY) != place)
			return -1;
	}
	return 0;
}

void descriptors_allow(void)
{
	struct rlimit limit;
	rlim_t most;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	most = limit.rlim_max < MOST_OPEN ? limit.rlim_max : MOST_OPEN;
	if (limit.rlim_cur >= most)
		return;
	limit.rlim_cur = most;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}
