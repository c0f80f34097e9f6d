/*
 * Only one run at a time: a file that is locked while a run lives. The kernel frees the lock when
 * the process ends, however it ends; the file itself stays, and says who holds it. Forked workers
 * do not keep it.
 */
#ifndef IMGPIPE_LOCK_FILE_H
#define IMGPIPE_LOCK_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct lock_file;

/*
 * Take the lock of the file, which is made where it is not there. wait_ms: how long to wait for who
 * has it; 0: not at all. -1 with EXIT_BUSY: somebody else has it, and the error says who (process,
 * host, since when); EX_CANTCREAT: the file cannot be made. A signal ends the wait.
 */
int lock_file_take(struct lock_file **lock, const char *path, uint64_t wait_ms,
		   struct error *err) MUST_CHECK;
/* Does it keep out runs on other machines, too? No on file systems where locks_hold() is false. */
bool lock_file_is_sure(const struct lock_file *lock);
void lock_file_release(struct lock_file *lock); /* NULL is allowed */

#endif
