/*
 * The table of commands. A new command is one file with one struct command, and one row here.
 */
#ifndef IMGPIPE_PIPELINE_COMMANDS_H
#define IMGPIPE_PIPELINE_COMMANDS_H

#include "mpi/session.h"
#include "options/command.h"

/* What a command is called with. */
struct call {
	const struct options *options;
	const struct session *session; /* ranks that run it with this one */
	int argc;
	char **argv;
};

extern const struct command *const commands[]; /* ended by NULL; the first is the default */

extern const struct command command_run, command_plan, command_graph, command_info, command_check,
	command_merge, command_sweep, command_catalog, command_index, command_mask, command_pi,
	command_sum, command_recur;

#endif
