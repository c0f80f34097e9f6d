/*
 * The table of options, from which the parser, --help, the man page and the completions are made;
 * and the table of commands. A new option is a row and a setter (option_values.h); a new command is
 * a row here and a case in main.c.
 */
#ifndef IMGPIPE_PIPELINE_OPTION_TABLE_H
#define IMGPIPE_PIPELINE_OPTION_TABLE_H

#include <stdio.h>

#include "options.h"

typedef int option_setter(struct options *options, const char *value, struct error *err);

/* A row of the option table. Without a name: a heading, its text in `help`. */
struct option_row {
	unsigned commands; /* bits 1 << COMMAND_...: those that take it */
	char letter;       /* 0: long form only */
	const char *name;
	const char *argument; /* NULL: takes no value */
	const char *help;
	option_setter *set; /* NULL: prints something and ends */
};

struct command_row {
	const char *word;
	const char *arguments; /* what follows the options */
	const char *purpose;   /* a line */
	const char *examples;  /* lines; NULL: those of imgpipe --help */
};

extern const struct option_row option_rows[];
extern const int n_option_rows;

/* All options: the table, and where it says so those of the reports. */
enum { OPTIONS_MOST = 128 };
struct option_list {
	int n;
	struct option_row row[OPTIONS_MOST];
	const struct report_option *report[OPTIONS_MOST]; /* whose path it is; else NULL */
};
void option_list_make(struct option_list *list, report_list *reports);

/* Who writes the reports of a command; a bit of enum report_maker, or 0. */
unsigned command_report_maker(enum command command);

extern const struct command_row command_rows[]; /* by enum command */
extern const int n_command_rows;

static inline bool option_is_for(const struct option_row *row, enum command command)
{
	return row->commands & 1u << command;
}

/* --- option_help.c: what the tables print --- */

/* `command`: of which, where `named`; else of the program, with the options of run. */
void option_print_help(FILE *out, const struct option_list *list, enum command command, bool named);
void option_print_man(FILE *out, const struct option_list *list);
void option_print_completion(FILE *out, const struct option_list *list);

#endif
