/*
 * Inspection: the child, its channel, and what becomes of it. It does not know what is looked at.
 */
#include "inspect.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/reap.h"
#include "confine/confine.h"
#include "remote/link.h"

/* For one thing, unless the user says. Storage behind a network may take seconds to answer. */
enum { PATIENCE_S = 30 };

/* Does not return. */
static void child_main(const struct inspection *in, const struct confinement *confinement,
		       struct link *link, uint32_t first, bool keep_stderr, pid_t parent)
{
	const struct fence_plan most = {.fixed = in->memory, .heavy = in->heavy};
	struct fence fence = {.statm = -1};
	struct error error;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(EX_OSERR);
	link_keep_child(link);
	fence_raise(&fence, &most);
	if (confine_self(confinement, (int[]){link->up[1]}, 1, false, keep_stderr, &error))
		_exit(EX_UNAVAILABLE);
	for (uint32_t i = first; i < in->n; i++) {
		struct message message = {.kind = MESSAGE_OPENED, .scene_id = i};

		message.payload_bytes = (uint32_t)in->look(in->context, i, link->channel.payload);
		if (link->channel.send(&link->channel, &message, &error))
			_exit(EX_IOERR);
	}
	_exit(EX_OK);
}

static pid_t start(const struct inspection *in, const struct confinement *confinement,
		   struct link *link, uint32_t first, bool keep_stderr, struct error *err)
{
	pid_t parent = getpid(), child;

	if (link_open(link, false, (in->answer_most + 15) / 16 * 16, err))
		return -1;
	child = fork();
	if (child == 0)
		child_main(in, confinement, link, first, keep_stderr, parent);
	if (child > 0) {
		link_keep_parent(link);
		return child;
	}
	error_errno(err, EX_OSERR, errno, "cannot start a process that looks at the inputs");
	link_close(link);
	return -1;
}

/* So many ms from now on, whatever signals come. */
static int poll_for(struct pollfd *wait, uint64_t ms)
{
	const uint64_t until = clock_now() + ms * 1000000;
	int ready;

	do {
		const uint64_t now = clock_now();
		const uint64_t left = now < until ? (until - now + 999999) / 1000000 : 0;

		ready = poll(wait, 1, left < INT_MAX ? (int)left : INT_MAX);
	} while (ready < 0 && errno == EINTR);
	return ready;
}

static unsigned patience_s(const struct inspection *in)
{
	return in->timeout_s ? in->timeout_s : PATIENCE_S;
}

/* The next answer; false where there is none: the child is gone, or takes too long. */
static bool next_answer(const struct inspection *in, struct link *link, uint32_t i, void *room,
			struct message *message, bool *late)
{
	struct pollfd wait = {.fd = link_fd(link), .events = POLLIN};
	const int ready = poll_for(&wait, patience_s(in) * UINT64_C(1000));
	const void *payload;

	*late = ready == 0;
	return ready > 0 && !link_take(link, message, room, &payload) &&
	       message->kind == MESSAGE_OPENED && message->scene_id == i;
}

static const char *how_it_ended(char text[160], const struct inspection *in, pid_t child, bool late)
{
	bool ended;
	int status;

	(void)kill(child, SIGKILL); /* a process that has ended does not mind */
	ended = reap(child, &status, REAP_MS);
	if (late)
		(void)snprintf(text, 160, "reading its header took more than %u s", patience_s(in));
	else if (!ended)
		(void)snprintf(text, 160, "the process that read its header does not end");
	else if (WIFSIGNALED(status))
		(void)snprintf(text, 160,
			       "the process that read its header was killed by SIG%s (a fault in "
			       "a decoder, or a damaged file it cannot take)",
			       sigabbrev_np(WTERMSIG(status)));
	else
		(void)snprintf(text, 160, "the process that read its header ended (status %d)",
			       WEXITSTATUS(status));
	return text;
}

/* One child's work, from `first` on. Returns the number of the thing to go on with. */
static uint32_t one_child(const struct inspection *in, struct link *link, pid_t child,
			  uint32_t first, void *room)
{
	struct message message;
	char how[160];
	bool late = false;
	uint32_t i = first;

	while (i < in->n && next_answer(in, link, i, room, &message, &late)) {
		in->take(in->context, i, room, message.payload_bytes, NULL);
		i++;
	}
	(void)how_it_ended(how, in, child, late);
	if (i < in->n)
		in->take(in->context, i++, NULL, 0, how);
	return i;
}

int inspect(const struct inspection *in, const struct confinement *confinement, bool keep_stderr,
	    struct error *err)
{
	void *room = aligned_alloc(16, (in->answer_most + 15) / 16 * 16);

	if (!room)
		return error_memory(err, "what is read of the inputs", in->answer_most);
	for (uint32_t i = 0; i < in->n;) {
		struct link link;
		pid_t child = start(in, confinement, &link, i, keep_stderr, err);

		if (child < 0) {
			free(room);
			return -1;
		}
		i = one_child(in, &link, child, i, room);
		link_close(&link);
	}
	free(room);
	return 0;
}
