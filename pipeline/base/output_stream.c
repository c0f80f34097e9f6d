/*
 * Streams whose writes can be abandoned. Others share the descriptor's flags (a terminal, a shell's
 * pipe), so these do not change: before each write poll() asks whether there is room, and only as
 * much is written.
 */
#include "output_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "screen.h"
#include "signals.h"

enum { LOOK_MS = 50 }; /* how often is looked whether a signal has come */

struct stream {
	int fd;
	bool owns;     /* the descriptor */
	bool standard; /* not from the heap: it lives as long as the program */
	bool given_up;
	bool droppable; /* without a reader what is written is dropped */
	bool deserted;  /* it has no reader any more */
	/* A pipe that poll() calls writable has room for PIPE_BUF bytes (pipe(7)). */
	size_t most;
};

/* Until there is room, or an error to be found. False: a signal has come, and nobody reads. */
static bool wait_for_room(struct stream *stream)
{
	struct pollfd poller = {.fd = stream->fd, .events = POLLOUT};
	uint64_t since = 0, now;
	int got;

	while (!stream->given_up && (got = poll(&poller, 1, LOOK_MS)) <= 0) {
		if (got < 0 && errno != EINTR)
			return true;
		now = clock_now();
		if (!signals_caught())
			continue;
		since = since ? since : now;
		stream->given_up = now - since > STREAM_PATIENCE_MS * 1000000ull;
	}
	return !stream->given_up;
}

/* After a write that failed: is what is left to be dropped? */
static bool is_to_drop(struct stream *stream)
{
	stream->deserted |= errno == EPIPE;
	return stream->deserted && stream->droppable;
}

/* As fopencookie(3) wants it: fewer than `size` is an error. */
static ssize_t stream_write(void *cookie, const char *data, size_t size)
{
	struct stream *stream = cookie;
	size_t done = 0;

	while (done < size) {
		size_t left = size - done;
		ssize_t n;

		if (!wait_for_room(stream)) {
			errno = EINTR;
			break;
		}
		n = write(stream->fd, data + done, left < stream->most ? left : stream->most);
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			done = is_to_drop(stream) ? size : done;
			break;
		}
		done += n > 0 ? (size_t)n : 0;
	}
	return (ssize_t)done;
}

static int stream_close(void *cookie)
{
	struct stream *stream = cookie;
	int rc = stream->owns ? close(stream->fd) : 0;

	if (!stream->standard)
		free(stream);
	return rc;
}

static FILE *open_stream(struct stream *stream)
{
	const cookie_io_functions_t calls = {.write = stream_write, .close = stream_close};

	stream->most = isatty(stream->fd) ? (size_t)SSIZE_MAX : PIPE_BUF;
	return fopencookie(stream, "w", calls);
}

FILE *output_stream_new(int fd, bool owns)
{
	struct stream *stream = malloc(sizeof(*stream));
	FILE *file;

	if (!stream)
		return NULL;
	*stream = (struct stream){.fd = fd, .owns = owns};
	file = open_stream(stream);
	if (!file)
		free(stream);
	return file;
}

static bool may_stall(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(fd));
}

static struct stream standard_out = {.fd = STDOUT_FILENO, .standard = true, .droppable = true};
static struct stream standard_err = {.fd = STDERR_FILENO, .standard = true};

/* The stream to use in place of `old`, buffered as that is by default. */
static FILE *in_place_of(FILE *old, struct stream *stream, int buffering)
{
	FILE *made = may_stall(stream->fd) ? open_stream(stream) : NULL;

	if (!made)
		return old;
	(void)setvbuf(made, NULL, buffering, buffering == _IONBF ? 0 : BUFSIZ);
	return made;
}

void output_stream_standard(void)
{
	/* Beside lines of standard error there are none but whole ones. */
	bool by_lines = isatty(STDOUT_FILENO) || screen_is_one();

	if (by_lines)
		(void)setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	stdout = in_place_of(stdout, &standard_out, by_lines ? _IOLBF : _IOFBF);
	stderr = in_place_of(stderr, &standard_err, _IONBF);
}

void output_stream_insist(void)
{
	standard_out.droppable = false;
}

bool output_stream_deserted(void)
{
	return standard_out.deserted;
}

int stream_open_pipe(const char *path)
{
	uint64_t begin = clock_now();
	int fd;

	while ((fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)) < 0) {
		if (errno != ENXIO || clock_now() - begin > STREAM_READER_MS * 1000000ull)
			return -1;
		(void)poll(NULL, 0, LOOK_MS);
		if (signals_caught()) {
			errno = EINTR;
			return -1;
		}
	}
	if (fcntl(fd, F_SETFL, 0) == 0)
		return fd;
	(void)close(fd);
	return -1;
}
