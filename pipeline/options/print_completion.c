/*
 * Completions for bash: a command as the first word, options of the command at hand, words that an
 * option takes, files elsewhere. What differs from command to command is printed from the table
 * between the pieces of script below.
 */
#include <ctype.h>
#include <string.h>

#include "print.h"

static const char head[] =
	"# Completions of imgpipe for bash; made by imgpipe --completion.\n"
	"\n"
	"# Candidates: what compgen prints, a line each.\n"
	"_imgpipe_offer() {\n"
	"\tlocal line\n"
	"\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen \"$@\")\n"
	"}\n"
	"\n"
	"_imgpipe() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal command=${COMP_WORDS[1]} options values arguments=files i at=$COMP_CWORD front=\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tif [ \"${COMP_WORDS[i]}\" = -- ]; then\n"
	"\t\t\t_imgpipe_offer -f -- \"$cur\"\n"
	"\t\t\treturn 0\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tif [ \"$cur\" = ':' ] && [ \"$at\" -gt 2 ]; then # scl:land is three words\n"
	"\t\tfront=$prev: cur= at=$((at - 1))\n"
	"\telif [ \"$prev\" = ':' ] && [ \"$at\" -gt 3 ]; then\n"
	"\t\tfront=${COMP_WORDS[at - 2]}: at=$((at - 2))\n"
	"\tfi\n"
	"\tprev=${COMP_WORDS[at - 1]}\n"
	"\tif [ \"$cur\" = '=' ]; then # so is --option=value\n"
	"\t\tcur=\n"
	"\telif [ \"$prev\" = '=' ] && [ \"$at\" -gt 2 ]; then\n"
	"\t\tprev=${COMP_WORDS[at - 2]}\n"
	"\tfi\n";

static const char arguments[] =
	"\t*)\n"
	"\t\tcase $cur in\n"
	"\t\t-*) _imgpipe_offer -W \"$options\" -- \"$cur\" ;;\n"
	"\t\t@*) _imgpipe_offer -P @ -f -- \"${cur#@}\" ;;\n"
	"\t\t*)\n"
	"\t\t\t[ \"$COMP_CWORD\" -gt 1 ] || _imgpipe_offer -W \"$commands\" -- \"$cur\"\n"
	"\t\t\t[ -z \"$arguments\" ] || _imgpipe_offer -f -- \"$cur\"\n"
	"\t\t\t;;\n"
	"\t\tesac\n"
	"\t\treturn 0\n"
	"\t\t;;\n"
	"\tesac\n";

static const char option_values[] =
	"\tif [ \"$values\" = FILE ]; then\n"
	"\t\t_imgpipe_offer -f -- \"$front$cur\"\n"
	"\telse # behind the last comma of a list\n"
	"\t\tcur=$front$cur i=${cur##*,}\n"
	"\t\t_imgpipe_offer -P \"${cur%\"$i\"}\" -W \"$values\" -- \"$i\"\n"
	"\tfi\n"
	"\tCOMPREPLY=(\"${COMPREPLY[@]#\"$front\"}\")\n"
	"\treturn 0\n"
	"}\n"
	"complete -o filenames -F _imgpipe imgpipe\n";

/* The words of "auto|tile|N|WxH": those that are typed as they stand. */
static void put_words(FILE *out, const char *argument)
{
	const char *between = "";

	while (*argument) {
		size_t length = strcspn(argument, "|,");

		if (strspn(argument, "abcdefghijklmnopqrstuvwxyz-") == length && length) {
			fprintf(out, "%s%.*s", between, (int)length, argument);
			between = " ";
		}
		argument += length + (argument[length] != '\0');
	}
}

static void put_lower(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(tolower((unsigned char)*text), out);
}

static void put_table(FILE *out, const struct option_row *row)
{
	const char *word, *more;

	for (unsigned i = 0; (word = row->word(i)); i++) {
		fputs(i ? " " : "", out);
		put_lower(out, word);
		for (unsigned j = 0; row->behind && (more = row->behind(i, j)); j++) {
			fputc(' ', out);
			put_lower(out, word);
			fputc(':', out);
			put_lower(out, more);
		}
	}
}

static void put_values(FILE *out, const struct option_row *row)
{
	if (row->word)
		put_table(out, row);
	else if (row->values || strcmp(row->argument, "FILE") == 0)
		fputs(row->values ? row->values : row->argument, out);
	else
		put_words(out, row->argument);
}

/* 'run --chunk' ...) values='auto tile' ;; */
static void put_cases(FILE *out, const struct command *command)
{
	struct option_list list;

	option_list_make(&list, command);
	for (unsigned i = 0; i < list.n; i++) {
		const struct option_row *row = &list.item[i].row;

		if (!row->argument || row->may_lack) /* the next word is none of its */
			continue;
		fprintf(out, "\t'%s --%s'", command->word, row->name);
		if (row->letter)
			fprintf(out, " | '%s -%c'", command->word, row->letter);
		fputs(") values='", out);
		put_values(out, row);
		fputs("' ;;\n", out);
	}
}

static void put_options(FILE *out, const struct command *command, bool is_first)
{
	struct option_list list;

	option_list_make(&list, command);
	if (is_first) /* no command word: this one */
		fprintf(out, "\t*)\n\t\tcommand=%s", command->word);
	else
		fprintf(out, "\t%s)\n\t\t%s", command->word,
			*command->arguments ? "" : "arguments=");
	fprintf(out, "\n\t\toptions='");
	for (unsigned i = 0; i < list.n; i++)
		fprintf(out, "%s--%s", i ? " " : "", list.item[i].row.name);
	fputs("'\n\t\t;;\n", out);
}

void print_completion(FILE *out, command_table commands)
{
	fputs(head, out);
	fputs("\tlocal commands='", out);
	for (command_table c = commands; *c; c++)
		fprintf(out, "%s%s", c == commands ? "" : " ", (*c)->word);
	fputs("'\n\t[ \"$COMP_CWORD\" -gt 1 ] || command=\n\tcase $command in\n", out);
	for (command_table c = commands + 1; *c; c++)
		put_options(out, *c, false);
	put_options(out, commands[0], true);
	fputs("\tesac\n\tcase \"$command $prev\" in\n", out);
	for (command_table c = commands; *c; c++)
		put_cases(out, *c);
	fputs(arguments, out);
	fputs(option_values, out);
}
