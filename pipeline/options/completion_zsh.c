/*
 * Completions for zsh: descriptions of options for _arguments, each with the commands that take it.
 */
#include "completion.h"

static const char head[] = "#compdef imgpipe\n"
			   "# Completions of imgpipe for zsh; made by imgpipe --completion=zsh.\n"
			   "\n"
			   "# Words of a value: \"run--executor\" is that of --executor.\n"
			   "_imgpipe_words() {\n"
			   "\tlocal -a offers more\n"
			   "\tcase $1 in\n";

static const char after_words[] = "\tesac\n"
				  "\tmore=(${(M)offers:#*=})\n"
				  "\toffers=(${offers:#*=})\n"
				  "\t[[ $2 != list ]] || compset -P '*,'\n"
				  "\tcompadd -S '' -a more\n"
				  "\tif [[ $2 == list ]]; then\n"
				  "\t\tcompadd -qS , -a offers\n"
				  "\telse\n"
				  "\t\tcompadd -a offers\n"
				  "\tfi\n"
				  "}\n"
				  "\n"
				  "_imgpipe_inputs() {\n"
				  "\tcompset -P @\n"
				  "\t_files\n"
				  "}\n"
				  "\n"
				  "# What a command takes besides options.\n"
				  "_imgpipe_operands() {\n"
				  "\tlocal -a offers\n"
				  "\tcase $1 in\n";

static const char before_commands[] = "\tesac\n"
				      "}\n"
				      "\n"
				      "_imgpipe() {\n"
				      "\tlocal curcontext=$curcontext command=run\n"
				      "\tlocal -a specs commands\n"
				      "\tcommands=(\n";

static const char after_commands[] = "\t)\n"
				     "\tif ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
				     "\t\t_describe -t commands command commands\n"
				     "\t\t_imgpipe_inputs\n"
				     "\t\treturn\n"
				     "\tfi\n"
				     "\tif [[ -n $commands[(r)$words[2]:*] ]]; then\n"
				     "\t\tcommand=$words[2]\n"
				     "\t\tshift words\n"
				     "\t\t((CURRENT--))\n"
				     "\tfi\n";

static const char tail[] =
	"\t_arguments -s -S : $specs \"*:argument: _imgpipe_operands $command\"\n"
	"}\n"
	"\n"
	"if [[ $funcstack[1] == _imgpipe ]]; then # a file of fpath\n"
	"\t_imgpipe \"$@\"\n"
	"else # sourced\n"
	"\tcompdef _imgpipe imgpipe\n"
	"fi\n";

static void put_help(FILE *out, const char *help)
{
	completion_put_help(out, help, "[]:\\", "'\\''");
}

static void put_words(FILE *out, command_table commands, const struct command *first,
		      const struct option_item *item)
{
	(void)commands;
	if (!completion_has_words(&item->row))
		return;
	fprintf(out, "\t%s--%s) offers=(", first->word, item->row.name);
	completion_put_words(out, &item->row);
	fputs(") ;;\n", out);
}

/* ":message:what completes it"; a message may hold anything but a colon. */
static void put_value(FILE *out, const struct command *first, const struct option_row *row)
{
	fputc(':', out);
	completion_put_help(out, row->argument, ":\\", "'\\''");
	if (row->kind == VALUE_FILE)
		fputs(":_files", out);
	else if (row->kind == VALUE_FOLDER)
		fputs(":_files -/", out);
	else if (completion_has_words(row))
		fprintf(out, ": _imgpipe_words %s--%s%s", first->word, row->name,
			row->kind == VALUE_WORDS ? " list" : "");
	else
		fputs(": ", out);
}

/* '*--index=[help]:NAME:...': all may be given again. */
static void put_spec(FILE *out, const struct command *first, const struct option_row *row,
		     char letter)
{
	fputs(" '*", out);
	if (letter)
		fprintf(out, "-%c%s", letter, row->argument ? "+" : "");
	else
		fprintf(out, "--%s%s%s", row->name, row->argument ? "=" : "",
			row->may_lack ? "-" : "");
	fputc('[', out);
	put_help(out, row->help);
	fputc(']', out);
	if (row->may_lack)
		fputc(':', out);
	if (row->argument)
		put_value(out, first, row);
	fputc('\'', out);
}

static void put_option(FILE *out, command_table commands, const struct command *first,
		       const struct option_item *item)
{
	fputs("\t[[ $command != (", out);
	completion_put_takers(out, commands, item->identity, "|");
	fputs(") ]] || specs+=(", out);
	if (item->row.letter)
		put_spec(out, first, &item->row, item->row.letter);
	put_spec(out, first, &item->row, 0);
	fputs(" )\n", out);
}

static void put_operands(FILE *out, command_table commands)
{
	for (; *commands; commands++) {
		if (!(*commands)->verbs)
			continue;
		fprintf(out, "\t%s)\n\t\tif [[ $words[2] == show ]]; then\n\t\t\toffers=(",
			(*commands)->word);
		completion_put_shown(out, *commands);
		fprintf(out,
			")\n\t\t\tcompadd -a offers\n\t\t\treturn\n\t\tfi\n"
			"\t\t((CURRENT > 2)) || compadd %s\n\t\t%s\n\t\t;;\n",
			(*commands)->verbs,
			(*commands)->operand == VALUE_FILE ? "_imgpipe_inputs" : ":");
	}
}

void completion_zsh(FILE *out, command_table commands)
{
	fputs(head, out);
	completion_each_option(out, commands, put_words);
	fputs(after_words, out);
	put_operands(out, commands);
	fputc('\t', out);
	completion_put_operands(out, commands, VALUE_TEXT, "|");
	fputs(") _message 'no arguments' ;;\n\t*) _imgpipe_inputs ;;\n", out);
	fputs(before_commands, out);
	for (command_table c = commands; *c; c++) {
		fprintf(out, "\t\t'%s:", (*c)->word);
		put_help(out, (*c)->purpose);
		fputs("'\n", out);
	}
	fputs(after_commands, out);
	completion_each_option(out, commands, put_option);
	fputs(tail, out);
}
