/*
 * Names of files that are read because of an image's name: told one by one to whoever looks for
 * them, be it to read one or to know whether one has changed. So what is read is said once.
 */
#ifndef IMGPIPE_SIDE_NAMES_H
#define IMGPIPE_SIDE_NAMES_H

#include <stdbool.h>

struct side_names {
	bool (*see)(void *context, const char *path); /* true: it is enough */
	void *context;
};

#endif
