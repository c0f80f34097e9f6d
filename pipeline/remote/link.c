/*
 * Links: pipes, and memory that parent and child share. It knows the size of a message, not its
 * meaning.
 */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/*
 * The rest of a message comes at once: a child that lets its parent wait for it so long is stopped
 * or out of its mind. Machines that swap take their time.
 */
enum { PATIENCE_MS = 20000 };

struct mailbox {
	struct message up, down; /* shm only */
	_Alignas(16) unsigned char payload[];
};

/* --- bytes --- */

static int failed_by(int number)
{
	errno = number;
	return -1;
}

/* -1 where the other end is closed before all of it has come. */
static int read_all(int fd, void *into, size_t size)
{
	unsigned char *at = into;

	while (size) {
		ssize_t n = read(fd, at, size);

		if (n == 0 || (n < 0 && errno != EINTR))
			return -1;
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

/*
 * As read_all(), for the parent, which no child may keep waiting for ever. errno: EPIPE where the
 * other end is closed, ETIMEDOUT where the rest does not come.
 */
static int read_soon(int fd, void *into, size_t size)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	uint64_t begin = clock_now();
	unsigned char *at = into;

	while (size) {
		int left = PATIENCE_MS - (int)((clock_now() - begin) / 1000000);
		ssize_t n;

		if (left <= 0)
			return failed_by(ETIMEDOUT);
		if (poll(&wait, 1, left) <= 0)
			continue; /* a signal, or the time is over */
		n = read(fd, at, size);
		if (n == 0)
			return failed_by(EPIPE);
		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			at += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

static int write_all(int fd, struct iovec *part, int n_parts)
{
	while (n_parts) {
		ssize_t n = writev(fd, part, n_parts);

		if (n < 0 && errno != EINTR)
			return -1;
		while (n > 0 && (size_t)n >= part->iov_len) {
			n -= (ssize_t)part->iov_len;
			part++;
			n_parts--;
			if (!n_parts)
				return 0;
		}
		if (n > 0) {
			part->iov_base = (unsigned char *)part->iov_base + n;
			part->iov_len -= (size_t)n;
		}
	}
	return 0;
}

static int ring(int fd)
{
	static const char bell;
	struct iovec part = {.iov_base = (void *)(uintptr_t)&bell, .iov_len = 1};

	return write_all(fd, &part, 1);
}

static int wait_for_bell(int fd)
{
	char bell;

	return read_all(fd, &bell, 1);
}

static int write_message(int fd, const struct message *message, const void *payload)
{
	struct iovec part[] = {
		{.iov_base = (void *)(uintptr_t)message, .iov_len = sizeof(*message)},
		{.iov_base = (void *)(uintptr_t)payload, .iov_len = message->payload_bytes},
	};

	return write_all(fd, part, message->payload_bytes ? 2 : 1);
}

/* --- the child's end --- */

static int coordinator_is_gone(struct error *err)
{
	return error_set(err, EX_SOFTWARE, "the process that hands out work is gone");
}

static int child_send(struct channel *channel, const struct message *message, struct error *err)
{
	struct link *link = (struct link *)(void *)channel;
	int status;

	if (link->shared) {
		link->mailbox->up = *message;
		status = ring(link->up[1]);
	} else {
		status = write_message(link->up[1], message, link->mailbox->payload);
	}
	return status ? coordinator_is_gone(err) : 0;
}

static int child_receive(struct channel *channel, struct message *message, struct error *err)
{
	struct link *link = (struct link *)(void *)channel;
	int status = link->shared ? wait_for_bell(link->down[0])
				  : read_all(link->down[0], message, sizeof(*message));

	if (status)
		return coordinator_is_gone(err);
	if (link->shared)
		*message = link->mailbox->down;
	return 0;
}

/* --- the parent's end --- */

int link_fd(const struct link *link)
{
	return link->up[0];
}

int link_take(struct link *link, struct message *message, void *room, const void **payload)
{
	char bell;

	*payload = room;
	if (!link->shared) {
		if (read_soon(link->up[0], message, sizeof(*message)))
			return -1;
		if (message->payload_bytes > link->room)
			return failed_by(EPROTO);
		return read_soon(link->up[0], room, message->payload_bytes);
	}
	if (read_soon(link->up[0], &bell, 1))
		return -1;
	*message = link->mailbox->up;
	if (message->payload_bytes > link->room)
		return failed_by(EPROTO);
	/* What is checked must stay as it was: the child can still write to the mailbox. */
	memcpy(room, link->mailbox->payload, message->payload_bytes);
	return 0;
}

int link_answer(struct link *link, const struct message *message)
{
	if (!link->shared)
		return write_message(link->down[1], message, NULL);
	link->mailbox->down = *message;
	return ring(link->down[1]);
}

/* --- life --- */

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

int link_open(struct link *link, bool shared, size_t room, struct error *err)
{
	*link = (struct link){.down = {-1, -1}, .up = {-1, -1}, .shared = shared, .room = room};
	link->channel.send = child_send;
	link->channel.receive = child_receive;
	link->mailbox = mmap(NULL, sizeof(*link->mailbox) + room, PROT_READ | PROT_WRITE,
			     (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS, -1, 0);
	if (link->mailbox == MAP_FAILED)
		link->mailbox = NULL;
	if (!link->mailbox || pipe2(link->down, O_CLOEXEC) || pipe2(link->up, O_CLOEXEC)) {
		int why = errno;

		link_close(link);
		return error_errno(err, EX_OSERR, why, "no pipe to a worker process");
	}
	link->channel.payload = link->mailbox->payload;
	return 0;
}

void link_keep_child(struct link *link)
{
	close_end(&link->down[1]);
	close_end(&link->up[0]);
}

void link_keep_parent(struct link *link)
{
	close_end(&link->down[0]);
	close_end(&link->up[1]);
	/* A child that reads no answers must not stop its parent: it is as good as gone. */
	(void)fcntl(link->down[1], F_SETFL, O_NONBLOCK);
}

void link_close(struct link *link)
{
	for (int end = 0; end < 2; end++) {
		close_end(&link->down[end]);
		close_end(&link->up[end]);
	}
	if (link->mailbox)
		munmap(link->mailbox, sizeof(*link->mailbox) + link->room);
	link->mailbox = NULL;
}
