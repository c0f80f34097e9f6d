/*
 * What completions of all shells need of the table of commands. Inside the room: print_completion.c
 * and a file for each shell.
 */
#ifndef IMGPIPE_PIPELINE_COMPLETION_H
#define IMGPIPE_PIPELINE_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

#include "command.h"

typedef void completion_printer(FILE *out, command_table commands);
completion_printer completion_bash, completion_zsh, completion_fish;

/* --- completion_words.c --- */

/* Called for each option of a command that no command before it takes: each option once. */
typedef void completion_option(FILE *out, command_table commands, const struct command *first,
			       const struct option_item *item);
void completion_each_option(FILE *out, command_table commands, completion_option *put);

/* Words of the commands that take the option: "run plan", with what stands between them. */
void completion_put_takers(FILE *out, command_table commands, const void *identity,
			   const char *between);
/* The same of the commands whose arguments are of that kind. */
void completion_put_operands(FILE *out, command_table commands, enum option_value operand,
			     const char *between);
void completion_put_commands(FILE *out, command_table commands, const char *between);

/* Does its value have words at all? */
bool completion_has_words(const struct option_row *row);

/* Words of a value, of what `show` of the command takes: a-z, A-Z, 0-9 and - _ : . = alone. */
void completion_put_words(FILE *out, const struct option_row *row);
void completion_put_shown(FILE *out, const struct command *command);

/* What help says first, at most 64 columns of it; `escaped` get a backslash, and ' is written as
 * `quote`. */
void completion_put_help(FILE *out, const char *help, const char *escaped, const char *quote);

#endif
