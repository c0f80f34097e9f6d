/*
 * The commands pi, sum and recur.
 */
#ifndef IMGPIPE_PIPELINE_LAB_COMMAND_H
#define IMGPIPE_PIPELINE_LAB_COMMAND_H

#include "options.h"
#include "mpi/session.h"

/* All lines of the command. Returns the exit status; err is set where there is something to say. */
int lab_command(const struct options *options, const struct session *session, int argc, char **argv,
		struct error *err) MUST_CHECK;

#endif
