/*
 * A channel between one worker and the coordinator, as the worker sees it. A transport is one file
 * that makes such channels; the messages and their order are wire.h's.
 */
#ifndef IMGPIPE_PIPELINE_CHANNEL_H
#define IMGPIPE_PIPELINE_CHANNEL_H

#include <stdatomic.h>

#include "error.h"
#include "wire.h"

struct channel {
	/*
	 * Room of wire_room() bytes, aligned to 16, where payloads are made before send() and
	 * found after receive(). Belongs to the channel.
	 */
	void *payload;
	/* message->payload_bytes of the payload go with it. -1 where the other end is gone. */
	int (*send)(struct channel *channel, const struct message *message, struct error *err);
	/* Blocks. -1 where the other end is gone. */
	int (*receive)(struct channel *channel, struct message *message, struct error *err);
	/* Set, where there is one, by the coordinator's process when it has been asked to end. */
	const atomic_bool *stop;
};

#endif
