/*
 * Opening by name what is read as a stream: lists, partial results. Regular files, and pipes that
 * somebody writes to; never a device, and it never waits for a writer that does not come.
 */
#ifndef IMGPIPE_INPUT_FILE_H
#define IMGPIPE_INPUT_FILE_H

#include <stdio.h>

#include "error.h"

enum input_problem {
	INPUT_FINE,
	INPUT_CANNOT_OPEN, /* errno says why */
	INPUT_IS_FOLDER,
	INPUT_NOT_REGULAR, /* a device or a socket */
	INPUT_NO_WRITER    /* a pipe that nobody had opened for writing after some seconds */
};

/* The stream, NULL with *problem. The caller closes it. */
FILE *input_open(const char *path, enum input_problem *problem);

/* The same, with an error that names the file. */
FILE *input_open_named(const char *path, struct error *err);

#endif
