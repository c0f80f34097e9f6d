/*
 * The parser of the command line. What there is to parse comes from the table of commands; how a
 * value is read is the setter's business.
 */
#include "command_line.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "print.h"

enum { ROW_CODE = 1000 };

/* One command's options, in getopt's two forms, too. */
struct parser {
	command_table commands;
	const struct command *command;
	bool named; /* its word was typed */
	struct option_list list;
	char letters[2 * OPTIONS_MOST + 2];
	struct option longs[OPTIONS_MOST + 1];
};

static int argument_of(const struct option_row *row)
{
	if (!row->argument)
		return no_argument;
	return row->may_lack ? optional_argument : required_argument;
}

static void make_getopt_tables(struct parser *p)
{
	char *letter = p->letters;

	*letter++ = ':';
	option_list_make(&p->list, p->command);
	for (unsigned i = 0; i < p->list.n; i++) {
		const struct option_row *row = &p->list.item[i].row;

		p->longs[i] = (struct option){row->name, argument_of(row), NULL, ROW_CODE + (int)i};
		if (row->letter) {
			*letter++ = row->letter;
			if (row->argument)
				*letter++ = ':';
		}
	}
	*letter = '\0';
	p->longs[p->list.n] = (struct option){0};
}

/* An option by getopt's code, or NULL. */
static const struct option_item *item_of(const struct parser *p, int code)
{
	if (code >= ROW_CODE)
		return &p->list.item[code - ROW_CODE];
	for (unsigned i = 0; code && i < p->list.n; i++)
		if (p->list.item[i].row.letter == code)
			return &p->list.item[i];
	return NULL;
}

static int refused(const struct parser *p, int code, char **argv, struct error *err)
{
	const struct option_item *item = item_of(p, optopt);

	if (item && code == ':')
		return error_set(err, EX_USAGE, "option --%s needs a value: --%s %s",
				 item->row.name, item->row.name, item->row.argument);
	if (item)
		return error_set(err, EX_USAGE, "option --%s takes no value", item->row.name);
	if (optopt)
		return unknown_letter(p->commands, p->command, (char)optopt, err);
	return unknown_option(p->commands, p->command, argv[optind - 1], err);
}

/* Options that print and end. */
static int print_and_end(const struct parser *p, const char *name)
{
	if (strcmp(name, "help") == 0)
		print_help(stdout, p->commands, p->named ? p->command : NULL);
	else if (strcmp(name, "version") == 0)
		printf("imgpipe %s\n", IMGPIPE_VERSION);
	else if (strcmp(name, "man") == 0)
		print_man(stdout, p->commands);
	else
		print_completion(stdout, p->commands);
	return 1;
}

static int take(struct options *options, const struct option_item *item, const char *value,
		struct error *err)
{
	return item->report ? report_want(&options->reports, item->report, value, err)
			    : item->row.set(options, value, err);
}

static int parse(struct parser *p, struct options *options, int argc, char **argv,
		 struct error *err)
{
	int code;

	make_getopt_tables(p);
	argc -= p->named; /* the command's word is to getopt what the program's name is else */
	argv += p->named;
	opterr = 0;
	optind = 0; /* getopt forgets where it was, and begins behind the name */
	while ((code = getopt_long(argc, argv, p->letters, p->longs, NULL)) != -1) {
		const struct option_item *item =
			code == '?' || code == ':' ? NULL : item_of(p, code);

		if (!item)
			return refused(p, code, argv, err);
		if (!item->row.set && !item->report)
			return print_and_end(p, item->row.name);
		if (take(options, item, optarg, err))
			return error_prefix(err, "--%s", item->row.name);
		if (p->command->took)
			p->command->took(options, item, optarg);
	}
	options->args = argv + optind;
	options->n_args = (unsigned)(argc - optind);
	return 0;
}

/* --- together --- */

static int check_arguments(const struct parser *p, const struct options *o, struct error *err)
{
	const char *word = p->command->word;

	if (!*p->command->arguments && o->n_args)
		return error_set(err, EX_USAGE,
				 "imgpipe %s reads no files, and was given %s; see imgpipe %s "
				 "--help",
				 word, o->args[0], word);
	if (*p->command->arguments && *p->command->arguments != '[' && !o->n_args)
		return error_set(err, EX_USAGE, "nothing to read: give %s (see imgpipe%s%s --help)",
				 p->command->arguments, p->named ? " " : "", p->named ? word : "");
	return 0;
}

/* A command that stands where a file would: nobody has files called that. */
static int check_commands(const struct parser *p, const struct options *o, struct error *err)
{
	for (unsigned i = 0; i < o->n_args; i++) {
		const char *word = o->args[i];
		bool is_help = strcmp(word, "help") == 0;

		if ((is_help || command_find(p->commands, word)) && access(word, F_OK))
			return error_set(err, EX_USAGE,
					 "%s is a command: put it first, imgpipe %s ...", word,
					 is_help ? "--help" : word);
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

/* Reports that are written though nobody has asked for them. */
static int want_defaults(const struct command *command, struct options *options, struct error *err)
{
	for (const struct option_group *group = command->groups; group->title; group++)
		if (group->reports && !group->counted &&
		    report_want_defaults(options, group->reports, group->made_by, err))
			return -1;
	return 0;
}

static int check_together(const struct parser *p, struct options *o, struct error *err)
{
	if (check_arguments(p, o, err) || check_stdout(o, err))
		return -1;
	if (o->raw && o->has_scale)
		return error_set(
			err, EX_USAGE,
			"--raw turns scale and offset off: leave out --raw, or --scale and "
			"--offset");
	if (p->command->check && p->command->check(o, err))
		return -1;
	if (check_commands(p, o, err))
		return -1;
	return want_defaults(p->command, o, err);
}

void options_release(struct options *options)
{
	free(options->bands_text);
	free(options->own);
	options->bands_text = NULL;
	options->own = NULL;
}

/* imgpipe help, imgpipe help COMMAND. */
static bool asks_for_help(struct parser *p, int argc, char **argv)
{
	if (argc < 2 || argc > 3 || strcmp(argv[1], "help") != 0)
		return false;
	if (argc == 3)
		p->command = command_find(p->commands, argv[2]);
	p->named = argc == 3;
	return p->command;
}

int command_line_parse(struct options *options, const struct command **command,
		       command_table commands, int argc, char **argv, struct error *err)
{
	struct parser p = {.commands = commands, .command = commands[0]};
	const struct command *named = command_find(commands, argc > 1 ? argv[1] : NULL);
	int status;

	*options = (struct options){
		.n_words = (unsigned)argc, .words = argv, .executor = "auto", .scale = 1};
	if (asks_for_help(&p, argc, argv))
		return print_and_end(&p, "help");
	p.named = named;
	p.command = named ? named : commands[0];
	*command = p.command;
	if (p.command->own_bytes) {
		options->own = calloc(1, p.command->own_bytes);
		if (!options->own)
			return error_memory(err, "options", p.command->own_bytes);
	}
	status = parse(&p, options, argc, argv, err);
	return status ? status : check_together(&p, options, err);
}
