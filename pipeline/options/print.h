/*
 * What the table of commands prints: --help, the man page, completions of shells.
 */
#ifndef IMGPIPE_PIPELINE_PRINT_H
#define IMGPIPE_PIPELINE_PRINT_H

#include <stdio.h>

#include "command.h"

/*
 * Of one command, or (NULL) of the program: its commands, and the options of the first. In lines of
 * 80 columns, on a terminal of its width from 60 to 100.
 */
void print_help(FILE *out, command_table commands, const struct command *command);
/* A page: the commands, the options that have a `brief`, examples, where the rest is. */
void print_brief(FILE *out, command_table commands);
/* A command, a heading of options, or an option by its name or a word that it takes; -1 with
 * EX_USAGE. */
int print_topic(FILE *out, command_table commands, const char *word, struct error *err) MUST_CHECK;
void print_man(FILE *out, command_table commands);
/* For this shell (NULL: bash); -1 with EX_USAGE where there is none. */
int print_completion(FILE *out, command_table commands, const char *shell,
		     struct error *err) MUST_CHECK;

/* Exit statuses and what they mean, ended by NULL. */
struct exit_row {
	const char *status, *meaning;
};
extern const struct exit_row exit_rows[];

#endif
