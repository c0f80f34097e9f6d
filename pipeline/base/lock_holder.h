/*
 * Who holds a lock file: the line of JSON in it. For people; whether somebody holds it the lock
 * itself says. lock_holder.c. For lock_file.c and who tells of locks.
 */
#ifndef IMGPIPE_LOCK_HOLDER_H
#define IMGPIPE_LOCK_HOLDER_H

#include <stdbool.h>

enum { LOCK_HOLDER_BYTES = 192 };

/*
 * May it be written to: is it empty, or what lock_holder_write() has left, or lost when the machine
 * went down? Somebody else's file may have come to have its name, or have it by a link.
 */
bool lock_holder_is_text(int fd);

/* The file is ours now: this process, and since when. Where it cannot be written it is empty. */
void lock_holder_write(int fd);
/* Nobody's. */
void lock_holder_clear(int fd);

/*
 * "another run (process 4711 on host, since 2026-11-29 00:37:10 CET)", of a file that is held; time
 * of this machine's zone. A text of a process that is known to be gone, or that makes no sense, is
 * not believed: then "another run".
 */
void lock_holder_say(char text[LOCK_HOLDER_BYTES], const char *path);

#endif
