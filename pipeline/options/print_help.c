/*
 * --help: of one command its own options, of the program its commands and the options of the first.
 * 80 columns.
 */
#include "print.h"

#include <string.h>

const struct exit_row exit_rows[] = {
	{"0", "all fine"},
	{"1",
	 "a part failed or is missing (some scenes, indices, points or lines; of check: a file "
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
	{NULL, NULL},
};

/* Text in lines of at most 80 columns, from column `left` on. */
static void print_wrapped(FILE *out, const char *text, int column, int left)
{
	enum { RIGHT = 80 };

	if (column >= left) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", left - column, "");
	column = left;
	for (bool first = true; *text; first = false) {
		int word = (int)strcspn(text, " ");

		if (!first && column + 1 + word > RIGHT) {
			fprintf(out, "\n%*s", left, "");
			column = left;
			first = true;
		}
		column += fprintf(out, "%s%.*s", first ? "" : " ", word, text);
		text += word + (text[word] == ' ');
	}
	fputc('\n', out);
}

static void print_option(FILE *out, const struct option_row *row)
{
	int column = row->letter ? fprintf(out, "  -%c, ", row->letter) : fprintf(out, "      ");

	column += fprintf(out, "--%s", row->name);
	if (row->argument)
		column += fprintf(out, row->may_lack ? "[=%s]" : " %s", row->argument);
	print_wrapped(out, row->help, column, 26);
}

static void print_options(FILE *out, const struct command *command)
{
	const char *title = "";
	struct option_list list;

	option_list_make(&list, command);
	for (unsigned i = 0; i < list.n; i++) {
		if (strcmp(title, list.item[i].title) != 0)
			fprintf(out, "\n%s:\n", list.item[i].title);
		title = list.item[i].title;
		print_option(out, &list.item[i].row);
	}
}

static void print_program(FILE *out, command_table commands)
{
	fprintf(out,
		"usage: imgpipe [COMMAND] [options] %s\n\n"
		"Exact statistics and, with -o, maps of NDVI, other indices and your own\n"
		"expressions over satellite scenes, all in one read and within a memory limit.\n\n"
		"Commands (imgpipe COMMAND --help shows the options of each):\n",
		commands[0]->arguments);
	for (command_table c = commands; *c; c++)
		print_wrapped(out, (*c)->purpose, fprintf(out, "  %s", (*c)->word), 10);
	fprintf(out, "\nOptions of %s:\n", commands[0]->word);
	print_options(out, commands[0]);
	fprintf(out, "\nExit status:\n");
	for (const struct exit_row *row = exit_rows; row->status; row++)
		print_wrapped(out, row->meaning, fprintf(out, "  %s", row->status), 10);
}

void print_help(FILE *out, command_table commands, const struct command *command)
{
	if (!command) {
		print_program(out, commands);
		fprintf(out, "\nExamples:\n%s", commands[0]->examples);
		return;
	}
	fprintf(out, "usage: imgpipe %s [options]%s%s\n\nimgpipe %s: %s.\n", command->word,
		*command->arguments ? " " : "", command->arguments, command->word,
		command->purpose);
	print_options(out, command);
	fprintf(out, "\nExamples:\n%s\nExit status: see imgpipe --help.\n", command->examples);
}
