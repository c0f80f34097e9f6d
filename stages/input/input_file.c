/*
 * Streams by name. The file is opened without waiting, looked at, and only then read.
 */
#include "input_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who starts both ends of a pipe starts them within this time. */
enum { WRITER_MS = 5000 };

static enum input_problem problem_of(mode_t mode)
{
	if (S_ISREG(mode) || S_ISFIFO(mode))
		return INPUT_FINE;
	return S_ISDIR(mode) ? INPUT_IS_FOLDER : INPUT_NOT_REGULAR;
}

/* Is there something to read, or a writer that came and went? */
static bool has_writer(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	int n;

	do
		n = poll(&poller, 1, WRITER_MS);
	while (n < 0 && errno == EINTR);
	return n > 0;
}

static enum input_problem look(int fd)
{
	struct stat st;
	enum input_problem problem;

	if (fstat(fd, &st))
		return INPUT_CANNOT_OPEN;
	problem = problem_of(st.st_mode);
	if (problem != INPUT_FINE)
		return problem;
	if (S_ISFIFO(st.st_mode) && !has_writer(fd))
		return INPUT_NO_WRITER;
	/* From here a slow writer is waited for, as by any program at the end of a pipe. */
	return fcntl(fd, F_SETFL, O_RDONLY) ? INPUT_CANNOT_OPEN : INPUT_FINE;
}

FILE *input_open(const char *path, enum input_problem *problem)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), reason;
	FILE *stream = NULL;

	*problem = fd < 0 ? INPUT_CANNOT_OPEN : look(fd);
	if (*problem == INPUT_FINE) {
		stream = fdopen(fd, "r");
		if (stream)
			return stream;
		*problem = INPUT_CANNOT_OPEN;
	}
	reason = errno;
	if (fd >= 0)
		(void)close(fd);
	errno = reason;
	return NULL;
}

FILE *input_open_named(const char *path, struct error *err)
{
	enum input_problem problem;
	FILE *stream = input_open(path, &problem);

	switch (problem) {
	case INPUT_FINE:
		break;
	case INPUT_CANNOT_OPEN:
		(void)error_errno(err, EX_NOINPUT, errno, "%s: cannot be opened", path);
		break;
	case INPUT_IS_FOLDER:
		(void)error_set(err, EX_NOINPUT, "%s: is a folder; name a file in it", path);
		break;
	case INPUT_NOT_REGULAR:
		(void)error_set(err, EX_NOINPUT, "%s: is no regular file and no pipe; name a file",
				path);
		break;
	case INPUT_NO_WRITER:
		(void)error_set(err, EX_NOINPUT,
				"%s: is a pipe that nobody writes to; start its writer, or name a "
				"file",
				path);
		break;
	}
	return stream;
}
