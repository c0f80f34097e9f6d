/*
 * The parser of the command line, made from the tables in option_table.c. How each value is read is
 * in option_values.c, what is printed in option_help.c.
 */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "option_table.h"

enum { ROW_CODE = 1000 };

/* getopt's two forms of one command's part of the table. */
struct getopt_tables {
	char letters[2 * OPTIONS_MOST + 2];
	struct option longs[OPTIONS_MOST + 1];
};

static void make_getopt_tables(struct getopt_tables *tables, const struct option_list *list,
			       enum command command)
{
	char *letter = tables->letters;
	struct option *o = tables->longs;

	*letter++ = ':';
	for (int i = 0; i < list->n; i++) {
		const struct option_row *row = &list->row[i];

		if (!row->name || !option_is_for(row, command))
			continue;
		*o++ = (struct option){row->name, row->argument ? required_argument : no_argument,
				       NULL, ROW_CODE + i};
		if (row->letter) {
			*letter++ = row->letter;
			if (row->argument)
				*letter++ = ':';
		}
	}
	*letter = '\0';
	*o = (struct option){0};
}

static const struct option_row *row_of(const struct option_list *list, int code,
				       enum command command)
{
	if (code >= ROW_CODE)
		return &list->row[code - ROW_CODE];
	for (int i = 0; i < list->n; i++)
		if (list->row[i].letter && list->row[i].letter == code &&
		    option_is_for(&list->row[i], command))
			return &list->row[i];
	return NULL;
}

/* Where another command takes it, that is the hint. */
static int other_commands_option(const struct option_list *list, const char *word,
				 enum command command, struct error *err)
{
	size_t length = strcspn(word, "=");

	for (int i = 0; i < list->n; i++) {
		const struct option_row *row = &list->row[i];

		if (!row->name || strlen(row->name) + 2 != length || strncmp(word, "--", 2) != 0 ||
		    strncmp(word + 2, row->name, length - 2) != 0)
			continue;
		for (int c = 0; c < n_command_rows; c++)
			if (option_is_for(row, (enum command)c))
				return error_set(err, EX_USAGE,
						 "imgpipe %s takes no %.*s, imgpipe %s does",
						 command_rows[command].word, (int)length, word,
						 command_rows[c].word);
	}
	return error_set(err, EX_USAGE, "unknown or ambiguous option %s; see imgpipe --help", word);
}

static int unknown_option(const struct option_list *list, int code, char **argv,
			  enum command command, struct error *err)
{
	const struct option_row *row = row_of(list, optopt, command);
	const char *name = row ? row->name : NULL;

	if (code == ':' && name)
		return error_set(err, EX_USAGE, "option --%s needs a value: --%s %s", name, name,
				 row->argument);
	if (name)
		return error_set(err, EX_USAGE, "option --%s takes no value", name);
	if (optopt)
		return error_set(err, EX_USAGE, "unknown option -%c; see imgpipe --help", optopt);
	return other_commands_option(list, argv[optind - 1], command, err);
}

/* Options that print and end. 1 where it was one of them. */
static int print_and_end(const struct option_list *list, const char *name, enum command command,
			 bool named)
{
	if (strcmp(name, "help") == 0)
		option_print_help(stdout, list, command, named);
	else if (strcmp(name, "version") == 0)
		printf("imgpipe %s\n", IMGPIPE_VERSION);
	else if (strcmp(name, "man") == 0)
		option_print_man(stdout, list);
	else
		option_print_completion(stdout, list);
	return 1;
}

static bool take_command(struct options *options, const char *word)
{
	for (int i = 0; i < n_command_rows; i++) {
		if (word && strcmp(word, command_rows[i].word) == 0) {
			options->command = (enum command)i;
			return true;
		}
	}
	return false;
}

/* A command that stands where a file would: nobody has files called that. */
static int check_commands(const struct options *o, struct error *err)
{
	for (unsigned i = 0; i < o->n_args; i++) {
		struct options ignored;
		const char *word = o->args[i];

		if ((take_command(&ignored, word) || strcmp(word, "help") == 0) &&
		    access(word, F_OK))
			return error_set(err, EX_USAGE,
					 "%s is a command: put it first, imgpipe %s ...", word,
					 strcmp(word, "help") ? word : "--help");
	}
	return 0;
}

/* Two reports in one stream would be neither. */
static int check_stdout(const struct options *o, struct error *err)
{
	const struct report_option *first = NULL;

	for (unsigned i = 0; i < o->reports.n; i++) {
		const struct report_choice *choice = &o->reports.choice[i];

		if (!path_is_stdout(choice->path))
			continue;
		if (first)
			return error_set(err, EX_USAGE,
					 "--%s and --%s: only one report can go to standard output",
					 first->name, choice->report->name);
		first = choice->report;
	}
	return 0;
}

static int check_lab(const struct options *o, struct error *err)
{
	if (o->n_args)
		return error_set(err, EX_USAGE,
				 "imgpipe %s reads no files, and was given %s; see imgpipe %s "
				 "--help",
				 command_rows[o->command].word, o->args[0],
				 command_rows[o->command].word);
	return 0;
}

static int check_together(const struct options *o, struct error *err)
{
	if (check_stdout(o, err))
		return -1;
	if (command_is_lab(o->command))
		return check_lab(o, err);
	if (!o->n_args)
		return error_set(err, EX_USAGE,
				 "nothing to read: give files, directories, @lists or - "
				 "(see imgpipe%s%s --help)",
				 o->command == COMMAND_RUN ? "" : " ",
				 o->command == COMMAND_RUN ? "" : command_rows[o->command].word);
	for (unsigned i = 0; o->command == COMMAND_SWEEP && i < o->n_args; i++)
		if (strcmp(o->args[i], "-") == 0)
			return error_set(err, EX_USAGE,
					 "a sweep reads its files many times: give a list of them "
					 "as @LIST, not -");
	if (o->command == COMMAND_SWEEP && teaches(&o->teach, TEACH_FLOAT_SUMS))
		return error_set(err, EX_USAGE,
				 "a sweep checks that all runs give the same bytes, and "
				 "float-sums do not; take --teach float-sums to single runs");
	if (o->command == COMMAND_MERGE && o->shard.n)
		return error_set(err, EX_USAGE, "merge takes no --shard: it joins all parts");
	if (o->raw && o->has_scale)
		return error_set(
			err, EX_USAGE,
			"--raw turns scale and offset off: leave out --raw, or --scale and "
			"--offset");
	return check_commands(o, err);
}

void options_release(struct options *options)
{
	free(options->bands_text);
	options->bands_text = NULL;
}

/* What a sweep and a run both take is for the runs; at most once each, the last wins. */
static void pass_on(struct options *options, const struct option_row *row, const char *value)
{
	struct sweep_options *sweep = &options->sweep;
	unsigned i = 0;

	if (options->command != COMMAND_SWEEP || !option_is_for(row, COMMAND_RUN))
		return;
	while (i < sweep->n_passed && strcmp(sweep->passed[i].name, row->name) != 0)
		i++;
	if (i == SWEEP_VALUES)
		return; /* the table has fewer such rows */
	sweep->passed[i].name = row->name;
	sweep->passed[i].value = value;
	sweep->n_passed += i == sweep->n_passed;
}

static int parse(struct options *options, const struct option_list *list, int argc, char **argv,
		 bool named, struct error *err)
{
	enum command command = options->command;
	struct getopt_tables tables;
	int code;

	make_getopt_tables(&tables, list, command);
	opterr = 0;
	optind = named ? 2 : 1;
	while ((code = getopt_long(argc, argv, tables.letters, tables.longs, NULL)) != -1) {
		const struct report_option *report;
		const struct option_row *row =
			code == '?' || code == ':' ? NULL : row_of(list, code, command);

		if (!row)
			return unknown_option(list, code, argv, command, err);
		report = list->report[row - list->row];
		if (!row->set && !report)
			return print_and_end(list, row->name, command, named);
		if (report ? report_want(&options->reports, report, optarg, err)
			   : row->set(options, optarg, err))
			return error_prefix(err, "--%s", row->name);
		pass_on(options, row, optarg);
	}
	options->args = argv + optind;
	options->n_args = (unsigned)(argc - optind);
	return 0;
}

int options_parse(struct options *options, report_list *reports, int argc, char **argv,
		  struct error *err)
{
	struct option_list list;
	bool named;
	int status;

	*options = (struct options){.executor = "auto", .scale = 1};
	option_list_make(&list, reports);
	named = take_command(options, argc > 1 ? argv[1] : NULL);
	if (argc == 2 && strcmp(argv[1], "help") == 0)
		return print_and_end(&list, "help", COMMAND_RUN, false);
	status = parse(options, &list, argc, argv, named, err);
	if (!status)
		status = check_together(options, err);
	if (!status)
		status = report_want_defaults(options, reports,
					      command_report_maker(options->command), err);
	return status;
}
