/*
 * Letters: point-to-point messages between ranks. One thread of a rank sends and takes them, none
 * of it blocks, and a letter is copied when it is posted. Part of the MPI modules.
 */
#ifndef IMGPIPE_PIPELINE_MPI_LETTERS_H
#define IMGPIPE_PIPELINE_MPI_LETTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "meter.h"
#include "remote/wire.h"

enum letter_tag {
	LETTER_UP = 1,  /* a worker's message to the hub, with its payload */
	LETTER_DOWN,    /* the answer */
	LETTER_COLLECT, /* down the tree: send your part of this scene's totals */
	LETTER_PART,    /* up the tree: it, merged with those from below */
	LETTER_SIGNAL,  /* to rank 0: a signal has come here (its number, an int) */
	LETTER_STOP     /* rank 0 has all it needs */
};

/* A letter that has come; the text lies in the room of its letters until the next one is taken. */
struct letter {
	unsigned from;
	enum letter_tag tag;
	size_t bytes;
	void *text;
};

struct letters;

/* room: bytes of the longest letter. NULL without memory. */
struct letters *letters_new(size_t room, struct error *err);
/* All that was posted has been taken over by MPI. NULL is allowed. */
void letters_free(struct letters *letters);

/*
 * Post head and payload as one letter; counted and timed on `row`. Ends the run of all ranks where
 * there is no memory for it: nobody could be told.
 */
void letters_post(struct letters *letters, unsigned to, enum letter_tag tag, const void *head,
		  size_t head_bytes, const void *payload, size_t payload_bytes,
		  struct meter_row *row);

/* The next letter that has come, false where there is none. */
bool letters_take(struct letters *letters, struct letter *letter);

#endif
