/*
 * A link between a process and a child of it: one message at a time either way. Two pipes carry
 * whole messages (pipe), or one byte each that says that a message lies in memory both can see
 * (shm). Either way the end of the child is the end of its pipe, so a death cannot be missed.
 */
#ifndef IMGPIPE_PIPELINE_LINK_H
#define IMGPIPE_PIPELINE_LINK_H

#include <stdbool.h>

#include "channel.h"

struct mailbox;

struct link {
	struct channel channel;  /* the child's end; first, so that one is the other */
	int down[2], up[2];      /* to the child and from it: read end, write end; -1: closed */
	struct mailbox *mailbox; /* shm: seen by both; pipe: the child's own room for payloads */
	bool shared;
	size_t room; /* bytes that a payload may take */
};

/* Before the fork, with room for so many bytes of payload. -1 with nothing left open. */
int link_open(struct link *link, bool shared, size_t room, struct error *err) MUST_CHECK;

/* After the fork, in the child and in the parent: close the other's ends. */
void link_keep_child(struct link *link);
void link_keep_parent(struct link *link);

/* The parent's: readable when a message has come, or the child is gone. */
int link_fd(const struct link *link);

/*
 * The parent's: take the message that has come. *payload is `room` as large as the link's, out
 * of the child's reach. -1 where the child is gone (errno EPIPE), does not say all of it soon
 * (ETIMEDOUT), or says more than there is room for (EPROTO).
 */
int link_take(struct link *link, struct message *message, void *room,
	      const void **payload) MUST_CHECK;
/* The parent's: messages to a child have no payload. -1 where the child is gone, or takes none. */
int link_answer(struct link *link, const struct message *message) MUST_CHECK;

void link_close(struct link *link);

#endif
