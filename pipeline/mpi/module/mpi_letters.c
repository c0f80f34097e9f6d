/*
 * Letters over MPI_Isend and MPI_Iprobe. MPI's own error handler ends the run with its message
 * where a call fails, so returns are not looked at.
 */
#include "mpi_letters.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

/* A letter on its way: MPI reads it until the request is done. */
struct posted {
	struct posted *next;
	MPI_Request request;
	_Alignas(16) unsigned char text[];
};

struct letters {
	struct posted *posted;
	void *room;
	size_t room_bytes;
};

struct letters *letters_new(size_t room, struct error *err)
{
	struct letters *letters = calloc(1, sizeof(*letters));

	room = (room + 15) / 16 * 16;
	if (letters)
		letters->room = aligned_alloc(16, room);
	if (!letters || !letters->room) {
		free(letters);
		error_memory(err, "messages between ranks", room);
		return NULL;
	}
	letters->room_bytes = room;
	return letters;
}

/* Free those that have left. */
static void sweep(struct letters *letters)
{
	struct posted **at = &letters->posted;

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

void letters_free(struct letters *letters)
{
	if (!letters)
		return;
	while (letters->posted)
		sweep(letters);
	free(letters->room);
	free(letters);
}

void letters_post(struct letters *letters, unsigned to, enum letter_tag tag, const void *head,
		  size_t head_bytes, const void *payload, size_t payload_bytes,
		  struct meter_row *row)
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
	p->next = letters->posted;
	letters->posted = p;
	sweep(letters);
	if (!row)
		return;
	row->messages++;
	row->message_bytes += head_bytes + payload_bytes;
	row->transfer_ns += clock_now() - since;
}

bool letters_take(struct letters *letters, struct letter *letter)
{
	MPI_Status status;
	int there = 0, bytes = 0;

	sweep(letters);
	MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
	if (!there)
		return false;
	MPI_Get_count(&status, MPI_BYTE, &bytes);
	if (bytes < 0 || (size_t)bytes > letters->room_bytes)
		MPI_Abort(MPI_COMM_WORLD, EX_SOFTWARE); /* none of ours */
	MPI_Recv(letters->room, bytes, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
		 MPI_STATUS_IGNORE);
	*letter = (struct letter){.from = (unsigned)status.MPI_SOURCE,
				  .tag = (enum letter_tag)status.MPI_TAG,
				  .bytes = (size_t)bytes,
				  .text = letters->room};
	return true;
}
