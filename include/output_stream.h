/*
 * Streams to readers that may stop reading: pipes, sockets, terminals. A write waits for room until
 * a signal asks the program to end; after a signal it waits a moment more, then fails.
 */
#ifndef IMGPIPE_OUTPUT_STREAM_H
#define IMGPIPE_OUTPUT_STREAM_H

#include <stdbool.h>
#include <stdio.h>

#include "error.h"

/*
 * A stream that writes to `fd`; with `owns` fclose() closes that. NULL with errno. After a signal a
 * write that finds no room for STREAM_PATIENCE_MS fails with EINTR, and so do all later ones at
 * once. The stream has no descriptor as far as fileno() knows.
 */
FILE *output_stream_new(int fd, bool owns) MUST_CHECK;

enum { STREAM_PATIENCE_MS = 300 };

/*
 * Make stdout and stderr such streams where they are pipes, sockets or terminals. (glibc's are
 * variables.) Where both go to one place, standard output hands on whole lines. Before anything is
 * written to them.
 */
void output_stream_standard(void);

/*
 * A reader of standard output that has left (head) is no error: what is written then is dropped,
 * and the work goes on to its end. Where its text is all that comes of the work, that shall end
 * instead: from this call on such writes fail with EPIPE.
 */
void output_stream_insist(void);

/* A write to standard output has found that nobody reads it any more. */
bool output_stream_deserted(void);

/*
 * Open a named pipe for writing, a descriptor that blocks. Without a reader it waits for one up to
 * STREAM_READER_MS. -1 with errno: ENXIO where no reader came, EINTR after a signal.
 */
int stream_open_pipe(const char *path) MUST_CHECK;

enum { STREAM_READER_MS = 10000 };

#endif
