/*
 * The locks that a run holds, so that no other works in the same place: before anything is looked
 * at, swept or written, until it ends; and whoever else changes a catalogue. hold.c.
 *
 *   -o DIR               DIR/.imgpipe.lock, alone
 *   -o DIR --shard I/N   the same, shared with other shards, and DIR/.imgpipe-I-of-N.lock, alone;
 *                        no shard of another N may be at work there
 *   --catalog FILE       FILE.lock, alone; beside the file that FILE leads to
 *
 * All of them or none: who waits holds nothing, so two runs cannot wait for each other.
 */
#ifndef IMGPIPE_PIPELINE_HOLD_H
#define IMGPIPE_PIPELINE_HOLD_H

#include "error.h"
#include "options.h"

struct hold;

/*
 * Take what a run with these options needs; *hold is NULL where that is nothing. The folder of -o
 * is made where only its last part is missing. -1 with EXIT_BUSY: another run has one of them, and
 * --wait-lock is over; the error says who. A signal ends the wait. Under MPI rank 0's alone: it
 * holds them for all.
 */
int hold_take(struct hold **hold, const struct options *options, struct error *err) MUST_CHECK;

/* The lock of this catalogue alone, whatever else the options say but --wait-lock. */
int hold_take_catalogue(struct hold **hold, const struct options *options, const char *path,
			struct error *err) MUST_CHECK;

/* Let go; NULL is allowed. A folder that was made for it and holds nothing is removed. */
void hold_release(struct hold *hold);

#endif
