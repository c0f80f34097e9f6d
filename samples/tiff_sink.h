/*
 * Where libtiff writes to: a file, or memory from which one encoded tile is taken. Each handle
 * keeps its own first error, whichever thread it lives in.
 */
#ifndef SAMPLES_TIFF_SINK_H
#define SAMPLES_TIFF_SINK_H

#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>

#include "error.h"

struct sink {
	int fd; /* -1: memory */
	unsigned char *data;
	size_t capacity;
	uint64_t size, pos;
	int errno_value;   /* of the first system call that failed, 0 while all is well */
	char message[256]; /* libtiff's first complaint */
};

/*
 * Let libtiff report into the sinks. Its error handler is one for the process, so this is called
 * once, before any thread starts. The handles of this program are all made here.
 */
void sink_install_handlers(void);

/* A new file at `path`, called `name` in errors; close it with sink_close(). */
int sink_create(struct sink *sink, const char *path, const char *name,
		struct error *err) MUST_CHECK;

/* An empty memory sink; free() its data in the end. */
void sink_memory(struct sink *sink);

/* Open a handle on the sink; mode as for TIFFOpen(). The sink must not move while it is open. */
TIFF *sink_open(struct sink *sink, const char *mode);

/* Close the file; -1 where the system reports a late write error. */
int sink_close(struct sink *sink, const char *path, struct error *err) MUST_CHECK;

/* Set err from what went wrong on the handle; always -1. */
int sink_error(const struct sink *sink, const char *path, struct error *err);

#endif
