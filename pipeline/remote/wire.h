/*
 * Wire: what travels between the coordinator and workers that have memory of their own. Messages
 * are plain data of the same program on the same kind of machine: no byte order, no version; the
 * ranks of a run compare both before they begin.
 *
 * Each message goes one way and is followed by one the other way, so a channel needs no queue. A
 * worker numbers its messages, so that none counts twice, whatever rings the bell:
 *
 *     worker: READY                               coordinator: CHUNK, SCENE, RELEASE or STOP
 *     worker: RESULT (of the chunk)               coordinator: as above
 *     worker: OPENED (of the scene)               coordinator: as above
 *     worker: RELEASED                            coordinator: as above
 *     worker: GROUP (more of a result to follow)  coordinator: GO_ON
 *     worker: ARTIFACTS (of a result, likewise)   coordinator: GO_ON
 *     worker: EXTRA (of a chunk: decorator.h)     coordinator: GO_ON
 *     worker: BYE, after STOP                     coordinator: nothing
 */
#ifndef IMGPIPE_PIPELINE_WIRE_H
#define IMGPIPE_PIPELINE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "chunk.h"
#include "error.h"
#include "meter.h"
#include "scene.h"
#include "result.h"

enum message_kind {
	MESSAGE_READY = 1,
	MESSAGE_RESULT, /* payload: its last group where DONE and groups travel, error where FAILED
			 */
	MESSAGE_OPENED, /* payload: struct opened */
	MESSAGE_RELEASED,
	MESSAGE_GROUP,     /* payload: the group of cells */
	MESSAGE_ARTIFACTS, /* payload: struct artifact, one after the other */
	MESSAGE_EXTRA,     /* payload: the decorator's own */
	MESSAGE_BYE, /* payload: the worker's meter; status not 0: it could not start, an error */

	MESSAGE_CHUNK,
	MESSAGE_SCENE,
	MESSAGE_RELEASE,
	MESSAGE_GO_ON,
	MESSAGE_STOP,
};

struct message {
	_Alignas(16) uint32_t kind; /* so that a payload may follow at once */
	uint32_t worker;            /* number of the worker, over all ranks */
	uint32_t scene_id;
	uint32_t status; /* RESULT: enum chunk_status */
	uint64_t chunk;
	uint32_t payload_bytes; /* behind this header */
	int32_t signal;         /* from a worker: a signal it has caught, or 0 */
	/* From the coordinator: how long it kept the worker waiting, why, and its own work on that.
	 */
	uint32_t cause;  /* enum wait_cause */
	uint32_t serial; /* from a worker: of its messages, 1 for the first */
	uint64_t waited_ns, served_ns;
	uint64_t left_ns;       /* CHUNK: of the scene's --timeout; 0: there is none */
	uint64_t sent_ns;       /* the sender's clock, where it differs from the receiver's */
	struct chunk_grid grid; /* CHUNK: how the scene is cut */
	uint32_t tile_x_size,
		tile_y_size;  /* CHUNK: of the scene's tile table, as the coordinator has it */
	uint64_t scene_print; /* CHUNK: of the scene, likewise; scene_print() */
};

/* A scene as it travels. */
struct opened {
	struct error error;    /* code 0: it has opened */
	unsigned char scene[]; /* packed (scene.h); none where that could not be done */
};

/*
 * Room for any payload of a run whose results are of this layout, in bytes: a multiple of 16.
 * Payloads are aligned to 16.
 */
size_t wire_room(const struct result_layout *layout);

/* An error that came as bytes: one line that ends, and a code that is one. */
void wire_take_error(struct error *error, const struct error *sent);

#endif
