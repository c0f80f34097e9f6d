/*
 * From argv to a command and its options.
 */
#ifndef IMGPIPE_PIPELINE_COMMAND_LINE_H
#define IMGPIPE_PIPELINE_COMMAND_LINE_H

#include "command.h"

/*
 * Parse argv, and before it what IMGPIPE_OPTIONS and --config hold: what stands in a later place
 * wins, also where an option counts each time it is given. Returns 0, or 1 where the work is
 * already done (--help, --version printed to stdout), or -1 with EX_USAGE and a message that names
 * the option and what it takes. Not thread-safe (getopt). Strings in *options point into argv and
 * into *options itself, which has to outlive its copies; release it whatever comes back.
 */
int command_line_parse(struct options *options, const struct command **command,
		       command_table commands, int argc, char **argv, struct error *err) MUST_CHECK;

/* --- together.c --- */

/*
 * Parsed options of a command, whose word was typed or not: -1 with EX_USAGE where they do not go
 * together. Reports by default are added.
 */
int options_check(command_table commands, const struct command *command, bool named,
		  struct options *options, struct error *err) MUST_CHECK;

/* --- unknown.c --- */

/* An option that the command does not take, as typed ("--workrs=2"); sets the error, returns -1. */
int unknown_option(command_table commands, const struct command *command, const char *word,
		   struct error *err);
/* The same of a letter. */
int unknown_letter(command_table commands, const struct command *command, char letter,
		   struct error *err);

/*
 * A word of one dash that is the whole name of a long option ("-output", "-output=x"), as other
 * programs have them: sets the error, returns -1. By letters it would be another option with a
 * value that nobody meant (-o utput). 0: it is none, and "-ooutput" is -o output.
 */
int one_dash(command_table commands, const struct command *command, const char *word,
	     struct error *err);

#endif
