/*
 * Locks on files, as a sign of life: who holds one lives, and nobody else need be asked.
 */
#ifndef IMGPIPE_LOCKS_H
#define IMGPIPE_LOCKS_H

#include <stdbool.h>

/*
 * May a lock on this file, or on one in this folder, be trusted to keep all others out? On file
 * systems of this machine alone: elsewhere a lock may be known to one machine only (NFS with
 * nolock, Lustre with localflock).
 */
bool locks_hold(int fd);

/*
 * Take the lock, until the descriptor and all copies of it are closed. False where another process
 * has it, or had it just now and has removed the file: it is to be made again. Where there are no
 * locks that is nobody's file but ours: true.
 */
bool locks_take(int fd);

/* Has a process that is gone left this file or folder: ours, and held by nobody? Takes the lock. */
bool locks_left(int fd);

/*
 * Remove from the folder (a descriptor) all plain files whose name is `ours` and that a process
 * that is gone has left. Links are not followed. What cannot be looked at stays.
 */
void locks_sweep(int folder, bool (*ours)(const char *name, const void *context),
		 const void *context);

#endif
