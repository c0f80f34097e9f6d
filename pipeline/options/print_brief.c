/*
 * -h: a page for somebody who wants to begin, or has forgotten a word.
 */
#include "print.h"
#include "print_lines.h"

/* So many lines of examples; each is a line. */
static void put_examples(FILE *out, const char *examples, int lines)
{
	for (; *examples && lines; examples++) {
		lines -= *examples == '\n';
		fputc(*examples, out);
	}
}

void print_brief(FILE *out, command_table commands)
{
	enum { EXAMPLES = 4 };
	struct option_list list;

	fprintf(out, "usage: imgpipe [COMMAND] [options] %s\n", commands[0]->arguments);
	print_wrapped(out,
		      "Statistics and maps of NDVI, other indices and your own formulas over "
		      "satellite scenes, in one read and within a memory limit.",
		      0, 0);
	print_heading(out, "Commands");
	for (command_table c = commands; *c; c++)
		print_wrapped(out, (*c)->purpose, fprintf(out, "  %s", (*c)->word), 10);
	print_heading(out, "Options that are used most");
	option_list_make(&list, commands[0]);
	for (unsigned i = 0; i < list.n; i++)
		if (list.item[i].row.brief)
			print_option(out, &list.item[i].row, list.item[i].row.brief);
	print_heading(out, "Examples");
	put_examples(out, commands[0]->examples, EXAMPLES);
	print_heading(out, "More");
	print_wrapped(out, "all options", fprintf(out, "  imgpipe --help"), 26);
	print_wrapped(out, "those of one command", fprintf(out, "  imgpipe COMMAND --help"), 26);
	print_wrapped(out, "those under one heading (maps, write ...), one option, or an index",
		      fprintf(out, "  imgpipe help WORD"), 26);
	print_wrapped(out, "the man page (imgpipe --man | man -l - where it is not installed)",
		      fprintf(out, "  man imgpipe"), 26);
}
