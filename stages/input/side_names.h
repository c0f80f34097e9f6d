/*
 * Names of files that are read because of an image's name: told one by one to whoever looks for
 * them, be it to read one or to know whether one has changed. So what is read is said once.
 */
#ifndef IMGPIPE_SIDE_NAMES_H
#define IMGPIPE_SIDE_NAMES_H

#include <stdbool.h>

#include "error.h"

struct side_names {
	bool (*see)(void *context, const char *path); /* true: it is enough */
	void *context;
};

/* One name (printf-like): 1 it is enough, 0 it is not, -1 without memory. side_names.c */
int side_names_tell(const struct side_names *names, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
