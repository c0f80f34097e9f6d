/*
 * What a command is: a word, the options it takes, and what it does. Each command defines one (the
 * table is in pipeline/commands/); the parser, --help, the man page and the completions are made
 * from them. They know no command by name.
 */
#ifndef IMGPIPE_PIPELINE_COMMAND_H
#define IMGPIPE_PIPELINE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/* Takes the value as typed (NULL if the option has none, or it was left out). 0, or -1 with
 * EX_USAGE and what would have been right. */
typedef int option_setter(struct options *options, const char *value, struct error *err);

/* What a value is: completion goes by it. */
enum option_value {
	VALUE_TEXT,  /* a number, a pattern, an expression: there is nothing to offer */
	VALUE_WORD,  /* one of the words */
	VALUE_WORDS, /* a list of them, with commas */
	VALUE_FILE,
	VALUE_FOLDER,
};

/* An option. Commands that take the same one have the same row. */
struct option_row {
	char letter; /* 0: long form only */
	const char *name;
	const char *argument; /* NULL: takes no value */
	enum option_value kind;
	const char *values; /* its words, with blanks; NULL: the plain words of `argument` */
	/* Or the words of a table, one after another, then NULL; completed in lower case. */
	const char *(*word)(unsigned number);
	/* What may follow word `number` behind a colon, in the same way; NULL: nothing. */
	const char *(*behind)(unsigned number, unsigned i);
	/* NAME=VALUE: its words are names. With `behind`, word.NAME, and that gives names up to a =
	 * and what follows there. */
	bool assigns;
	bool may_lack;     /* --name alone is good, too: the value follows as --name=VALUE */
	bool repeats;      /* each time it is given counts, not the last alone */
	const char *brief; /* for -h, where the most used stand; NULL: not there */
	const char *help;
	option_setter *set;
};

/*
 * Options under a heading: those of reports, then the rows. Reports come from their own table,
 * where a report has an option: all of `reports` that `made_by` (bits of enum report_maker) can
 * write.
 */
struct option_group {
	const char *title;
	const struct option_row *const *rows; /* ended by NULL; may be NULL beside reports */
	report_list *reports;
	unsigned made_by;
	bool counted; /* only of those that a run needs memory for; nothing is written */
};

/* An option of a command, wherever it comes from. */
struct option_item {
	struct option_row row;
	const struct report_option *report; /* whose path it is; NULL: row.set takes it */
	const void *identity;               /* the same for commands that share it */
	const char *title;                  /* what it stands under */
};

enum { OPTION_GROUPS_MOST = 9, OPTIONS_MOST = 96 };

/* What a command is called with; struct call is of pipeline/commands/. */
struct call;

struct command {
	const char *word;
	/* What follows the options; "" if nothing may, "[...]" if nothing must. */
	const char *arguments;
	enum option_value operand; /* what its arguments are: VALUE_FILE, or VALUE_TEXT */
	/* Words that may stand first among them, with blanks, and what follows `show`, as in a row
	 * of options. NULL: none. */
	const char *verbs;
	const char *(*shown)(unsigned number);
	const char *(*shown_behind)(unsigned number, unsigned i);
	const char *purpose;  /* a line */
	const char *examples; /* lines of at most 80 columns, each ended */
	struct option_group groups[OPTION_GROUPS_MOST]; /* ended by one without title */
	size_t own_bytes;                               /* of options->own; 0: none */
	/* Options that do not go together, and what follows from those given. NULL: nothing. */
	int (*check)(struct options *options, struct error *err);
	/* Told of each option once it is set, and its value as given. NULL: nobody. */
	void (*took)(struct options *options, const struct option_item *item, const char *value);
	bool by_all_ranks; /* under an MPI launcher; else the first one alone */
	/* Exit status, or -1 with the error: then the status is the error's code. */
	int (*run)(const struct call *call, struct error *err);
};

/* All commands, ended by NULL; the first is what a command line without a command word means. */
typedef const struct command *const *command_table;

/* All options of a command, heading by heading, those of every command (--config, --help ...) last.
 */
struct option_list {
	unsigned n;
	struct option_item item[OPTIONS_MOST];
};
void option_list_make(struct option_list *list, const struct command *command);
/* That of this name, or NULL. */
const struct option_item *option_list_find(const struct option_list *list, const char *name,
					   size_t length);
/* Does the command take this option: the very one, not another of the same name? */
bool command_takes(const struct command *command, const void *identity);
/* The command of that word, or NULL. */
const struct command *command_find(command_table commands, const char *word);

#endif
