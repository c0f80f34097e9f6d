/*
 * Messages over MPI_Isend and MPI_Iprobe. MPI's own error handler ends the run with its message
 * where a call fails, so returns are not looked at.
 */
#include "message_queue.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

/* A message on its way: MPI reads it until the request is done. */
struct posted {
	struct posted *next;
	MPI_Request request;
	_Alignas(16) unsigned char text[];
};

struct message_queue {
	struct posted *posted;
	void *room;
	size_t room_bytes;
};

struct message_queue *message_queue_new(size_t room, struct error *err)
{
	struct message_queue *queue = calloc(1, sizeof(*queue));

	room = (room + 15) / 16 * 16;
	if (queue)
		queue->room = aligned_alloc(16, room);
	if (!queue || !queue->room) {
		free(queue);
		error_memory(err, "messages between ranks", room);
		return NULL;
	}
	queue->room_bytes = room;
	return queue;
}

/* Free those that have left. */
static void sweep(struct message_queue *queue)
{
	struct posted **at = &queue->posted;

	while (*at) {
		struct posted *p = *at;
		int done = 0;

		MPI_Test(&p->request, &done, MPI_STATUS_IGNORE);
		if (done) {
			*at = p->next;
			free(p);
		} else {
			at = &p->next;
		}
	}
}

void message_queue_free(struct message_queue *queue)
{
	if (!queue)
		return;
	while (queue->posted)
		sweep(queue);
	free(queue->room);
	free(queue);
}

void message_queue_send(struct message_queue *queue, unsigned to, enum message_tag tag,
			const void *head, size_t head_bytes, const void *payload,
			size_t payload_bytes, struct meter_row *row)
{
	uint64_t since = clock_now();
	struct posted *p =
		aligned_alloc(16, (sizeof(*p) + head_bytes + payload_bytes + 15) / 16 * 16);

	if (!p)
		MPI_Abort(MPI_COMM_WORLD, EX_TEMPFAIL);
	if (head_bytes)
		memcpy(p->text, head, head_bytes);
	if (payload_bytes)
		memcpy(p->text + head_bytes, payload, payload_bytes);
	MPI_Isend(p->text, (int)(head_bytes + payload_bytes), MPI_BYTE, (int)to, tag,
		  MPI_COMM_WORLD, &p->request);
	p->next = queue->posted;
	queue->posted = p;
	sweep(queue);
	if (!row)
		return;
	row->messages++;
	row->message_bytes += head_bytes + payload_bytes;
	row->transfer_ns += clock_now() - since;
}

bool message_queue_take(struct message_queue *queue, struct queued_message *message)
{
	MPI_Status status;
	int there = 0, bytes = 0;

	sweep(queue);
	MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
	if (!there)
		return false;
	MPI_Get_count(&status, MPI_BYTE, &bytes);
	if (bytes < 0 || (size_t)bytes > queue->room_bytes)
		MPI_Abort(MPI_COMM_WORLD, EX_SOFTWARE); /* none of ours */
	MPI_Recv(queue->room, bytes, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
		 MPI_STATUS_IGNORE);
	*message = (struct queued_message){.from = (unsigned)status.MPI_SOURCE,
					   .tag = (enum message_tag)status.MPI_TAG,
					   .bytes = (size_t)bytes,
					   .text = queue->room};
	return true;
}
