/*
 * Message queues between ranks, point to point. One thread of a rank sends and takes messages, none
 * of it blocks, and a message is copied when it is sent. Part of the MPI modules.
 */
#ifndef IMGPIPE_PIPELINE_MPI_MESSAGE_QUEUE_H
#define IMGPIPE_PIPELINE_MPI_MESSAGE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "meter.h"
#include "remote/wire.h"

enum message_tag {
	TAG_UP = 1,  /* a worker's message to the coordinator, with its payload */
	TAG_DOWN,    /* the answer */
	TAG_COLLECT, /* down the tree: send your part of this scene's totals */
	TAG_PART,    /* up the tree: it, merged with those from below */
	TAG_SIGNAL,  /* to rank 0: a signal has come here (its number, an int) */
	TAG_STOP     /* rank 0 has all it needs */
};

/* A message that has come; the text lies in the room of its queue until the next one is taken.
 */
struct queued_message {
	unsigned from;
	enum message_tag tag;
	size_t bytes;
	void *text;
};

struct message_queue;

/* room: bytes of the longest message. NULL without memory. */
struct message_queue *message_queue_new(size_t room, struct error *err);
/* All that was sent has been taken over by MPI. NULL is allowed. */
void message_queue_free(struct message_queue *queue);

/*
 * Send head and payload as one message; counted and timed on `row`. Ends the run of all ranks where
 * there is no memory for it: nobody could be told.
 */
void message_queue_send(struct message_queue *queue, unsigned to, enum message_tag tag,
			const void *head, size_t head_bytes, const void *payload,
			size_t payload_bytes, struct meter_row *row);

/* The next message that has come, false where there is none. */
bool message_queue_take(struct message_queue *queue, struct queued_message *message);

#endif
