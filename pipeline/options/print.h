/*
 * What the table of commands prints: --help, the man page, completions for bash.
 */
#ifndef IMGPIPE_PIPELINE_PRINT_H
#define IMGPIPE_PIPELINE_PRINT_H

#include <stdio.h>

#include "command.h"

/* Of one command, or (NULL) of the program: its commands, and the options of the first. */
void print_help(FILE *out, command_table commands, const struct command *command);
void print_man(FILE *out, command_table commands);
void print_completion(FILE *out, command_table commands);

/* Exit statuses and what they mean, ended by NULL. */
struct exit_row {
	const char *status, *meaning;
};
extern const struct exit_row exit_rows[];

#endif
