/*
 * Only one run at a time: a file that is locked while a run lives. The kernel frees the lock when
 * the process ends, however it ends; the file itself stays, and says who holds it. Forked processes
 * do not keep it.
 *
 * Locks are taken and released by the main thread alone.
 */
#ifndef IMGPIPE_LOCK_FILE_H
#define IMGPIPE_LOCK_FILE_H

#include <stdbool.h>

#include "error.h"

struct lock_file;

enum lock_kind {
	LOCK_ALONE, /* nobody else has it; the file says who has */
	LOCK_SHARED /* others may share it; the file says nothing */
};

/*
 * One try to lock the file, which is made where it is not there, readable and writable as umask
 * allows. -1 with EXIT_BUSY: somebody else has it, and the error is "PATH: in use by " and what
 * lock_holder_say() says; with EX_CANTCREAT: the file cannot be made or opened, is no plain
 * file, or holds something else; links are not followed. Where the file system has no locks it
 * succeeds, and is not sure.
 */
int lock_file_try(struct lock_file **lock, const char *path, enum lock_kind kind,
		  struct error *err) MUST_CHECK;

/* Does somebody hold it? False where the file cannot be opened. */
bool lock_file_is_held(const char *path);

/*
 * What the lock does not promise, for people; NULL where it keeps out all others: on file systems
 * where locks_hold() is true.
 */
const char *lock_file_doubt(const struct lock_file *lock);

/* Before it is released: is nobody sharing it? Then nobody can take it any more; else it is gone.
 */
bool lock_file_unshare(struct lock_file *lock);

/* NULL is allowed. The file stays, and says nothing. */
void lock_file_release(struct lock_file *lock);

#endif
