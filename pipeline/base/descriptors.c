/*
 * Places 0, 1 and 2 of the table of descriptors. Knows nothing of what is read or written.
 */
#include "descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

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
