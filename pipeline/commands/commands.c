/*
 * The table of commands.
 */
#include "commands.h"

const struct command *const commands[] = {
	&command_run,   &command_plan,    &command_graph, &command_info,  &command_check,
	&command_merge, &command_catalog, &command_sweep, &command_index, &command_mask,
	&command_pi,    &command_sum,     &command_recur, NULL,
};
