/*
 * --help: of one command its own options, of the program its commands and the options of the first;
 * and of what a word of them stands for.
 */
#include "print.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/spelling.h"
#include "print_lines.h"

const struct exit_row exit_rows[] = {
	{"0", "all fine"},
	{"1", "a part failed or is missing (some scenes, indices, bands to be written, points or "
	      "lines; of check: a file "
	      "is bad); the rest is complete and reported"},
	{"3", "another run works in the folder of -o, or with the catalogue"},
	{"64", "the command line cannot be used"},
	{"65", "bad data: no scene could be used"},
	{"66", "an input is missing or cannot be opened"},
	{"69", "something needed is not available here: GDAL, MPI, an executor, confinement"},
	{"70", "a fault in imgpipe itself, or a worker process that was lost"},
	{"71", "the system refuses a process, a file descriptor or the like"},
	{"73", "an output cannot be created"},
	{"74", "reading or writing failed"},
	{"75", "the memory limit is too small"},
	{"78", "MPI ranks differ in program, options, files or plan"},
	{"129, 130, 143, 152",
	 "ended by SIGHUP, SIGINT, SIGTERM or SIGXCPU; what was done is reported"},
	{"141", "nobody reads standard output any more, and nothing else was to be written"},
	{NULL, NULL},
};

static void print_options(FILE *out, const struct command *command)
{
	const char *title = "";
	struct option_list list;

	option_list_make(&list, command);
	for (unsigned i = 0; i < list.n; i++) {
		if (strcmp(title, list.item[i].title) != 0)
			print_heading(out, list.item[i].title);
		title = list.item[i].title;
		print_option(out, &list.item[i].row, list.item[i].row.help);
	}
}

static void print_statuses(FILE *out)
{
	print_heading(out, "Exit status");
	for (const struct exit_row *row = exit_rows; row->status; row++)
		print_wrapped(out, row->meaning, fprintf(out, "  %s", row->status), 10);
}

static void print_program(FILE *out, command_table commands)
{
	fprintf(out, "usage: imgpipe [COMMAND] [options] %s\n", commands[0]->arguments);
	print_wrapped(out,
		      "Exact statistics and, with -o, maps of NDVI, other indices and your own "
		      "expressions over satellite scenes, all in one read and within a memory "
		      "limit.",
		      0, 0);
	print_heading(out, "Commands (imgpipe COMMAND --help shows the options of each)");
	for (command_table c = commands; *c; c++)
		print_wrapped(out, (*c)->purpose, fprintf(out, "  %s", (*c)->word), 10);
	fprintf(out, "\nOptions of %s:\n", commands[0]->word);
	print_options(out, commands[0]);
	print_statuses(out);
}

void print_help(FILE *out, command_table commands, const struct command *command)
{
	char line[160];

	if (!command) {
		print_program(out, commands);
		print_heading(out, "Examples");
		fputs(commands[0]->examples, out);
		return;
	}
	fprintf(out, "usage: imgpipe %s [options]%s%s\n", command->word,
		*command->arguments ? " " : "", command->arguments);
	(void)snprintf(line, sizeof(line), "imgpipe %s: %s.", command->word, command->purpose);
	print_wrapped(out, line, 0, 0);
	print_options(out, command);
	print_heading(out, "Examples");
	fprintf(out, "%s\nExit status: see imgpipe --help.\n", command->examples);
}

/* --- imgpipe help WORD --- */

/* A word of the title begins so; what stands in brackets behind it is no title. */
static bool is_title(const char *title, const char *word)
{
	for (const char *at = title; *at && *at != '('; at += strcspn(at, " "), at += *at == ' ')
		if (strncasecmp(at, word, strlen(word)) == 0)
			return true;
	return false;
}

static bool print_titled(FILE *out, command_table commands, const char *word)
{
	const char *title = "";
	struct option_list list;

	for (command_table c = commands; *c && !*title; c++) {
		option_list_make(&list, *c);
		for (unsigned i = 0; i < list.n; i++) {
			const struct option_item *item = &list.item[i];

			if (!is_title(item->title, word))
				continue;
			if (strcmp(title, item->title) != 0)
				print_heading(out, item->title);
			title = item->title;
			print_option(out, &item->row, item->row.help);
		}
	}
	return *title;
}

static const struct option_item *find_named(const struct option_list *list, const char *word)
{
	const char *name = word + strspn(word, "-");

	return option_list_find(list, name, strlen(name));
}

/* Is it one of "serial|threads|openmp"? */
static bool is_among(const char *words, const char *word)
{
	const size_t length = strlen(word);

	for (const char *at = words; *at; at += strcspn(at, "|, "), at += strspn(at, "|, "))
		if (strcspn(at, "|, ") == length && strncasecmp(at, word, length) == 0)
			return true;
	return false;
}

/* Is it a word of the option's table, as it stands there? */
static bool is_of_table(const struct option_row *row, const char *word)
{
	if (!row->word || row->assigns)
		return false;
	for (unsigned i = 0; row->word(i); i++)
		if (strcasecmp(row->word(i), word) == 0)
			return true;
	return false;
}

/* The first one that takes it as a value. */
static const struct option_item *find_valued(const struct option_list *list, const char *word)
{
	for (unsigned i = 0; i < list->n; i++) {
		const struct option_row *row = &list->item[i].row;

		if ((row->kind == VALUE_WORD || row->kind == VALUE_WORDS) && row->argument &&
		    (is_of_table(row, word) ||
		     is_among(row->values ? row->values : row->argument, word)))
			return &list->item[i];
	}
	return NULL;
}

typedef const struct option_item *option_finder(const struct option_list *list, const char *word);

/* Commands whose option is another one are told of, too. behind: something stands before it. */
static bool print_found(FILE *out, command_table commands, option_finder *find, const char *word,
			bool behind)
{
	const void *shown = NULL;
	struct option_list list;

	for (command_table c = commands; *c; c++) {
		const struct option_item *item;

		option_list_make(&list, *c);
		item = find(&list, word);
		if (!item || item->identity == shown)
			continue;
		fprintf(out, "%simgpipe %s:\n", shown || behind ? "\n" : "", (*c)->word);
		print_option(out, &item->row, item->row.help);
		shown = item->identity;
	}
	return shown;
}

int print_topic(FILE *out, command_table commands, const char *word, struct error *err)
{
	enum { COMMANDS_MOST = 32, LETTERS_LEAST = 3 };
	const struct command *command = command_find(commands, word);
	const char *words[COMMANDS_MOST] = {NULL};
	char meant[SPELLING_LIST];

	if (command) {
		print_help(out, commands, command);
		(void)print_found(out, commands, find_named, word, true);
	} else if (strcmp(word, "exit") == 0 || strcmp(word, "status") == 0)
		print_statuses(out);
	else if (!print_found(out, commands, find_named, word, false) &&
		 (strlen(word) < LETTERS_LEAST ||
		  (!print_found(out, commands, find_valued, word, false) &&
		   !print_titled(out, commands, word)))) {
		for (unsigned i = 0; i + 1 < COMMANDS_MOST && commands[i]; i++)
			words[i] = commands[i]->word;
		(void)spelling_near_words(meant, word, words);
		return error_set(
			err, EX_USAGE,
			"imgpipe help: '%.40s' is no command, option or heading of imgpipe "
			"--help, no index (imgpipe index) and no preset of masks (imgpipe "
			"mask)%s%s%s",
			word, *meant ? "; did you mean " : "", meant, *meant ? "?" : "");
	}
	return 0;
}
