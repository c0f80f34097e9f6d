/*
 * Completions for fish: a line for each option, with the commands that take it.
 */
#include "completion.h"

static const char head[] =
	"# Completions of imgpipe for fish; made by imgpipe --completion=fish.\n"
	"\n"
	"function __imgpipe_is --description 'The command that is typed is one of these'\n"
	"\tset -l typed (commandline -opc)\n"
	"\tif not contains -- \"$typed[2]\" $__imgpipe_commands\n"
	"\t\tset typed[2] run\n"
	"\tend\n"
	"\tcontains -- $typed[2] $argv\n"
	"end\n"
	"\n"
	"function __imgpipe_at --description 'So many words stand before this one'\n"
	"\ttest (count (commandline -opc)) -eq $argv[1]\n"
	"end\n"
	"\n"
	"function __imgpipe_shows\n"
	"\tset -l typed (commandline -opc)\n"
	"\ttest \"$typed[3]\" = show\n"
	"end\n"
	"\n"
	"# The word at the cursor, behind its last comma.\n"
	"function __imgpipe_list\n"
	"\tset -l token (commandline -ct | string replace -r -- '^--[a-z-]+=' '')\n"
	"\tset -l front (string replace -r -- '[^,]*$' '' \"$token\")\n"
	"\tprintf \"$front%s\\n\" $argv\n"
	"end\n"
	"\n"
	"function __imgpipe_folders\n"
	"\t__fish_complete_directories (commandline -ct | string replace -r -- '^--[a-z-]+=' '') "
	"''\n"
	"end\n"
	"\n"
	"# fish takes what follows a : or = that is typed as it is for a name of its own: of such "
	"words\n"
	"# the files that begin so are looked up here.\n"
	"function __imgpipe_cut\n"
	"\tstring match -qr -- '^[^-].*[:=]|^[:=]' (commandline -ct)\n"
	"end\n"
	"\n"
	"function __imgpipe_begun --description 'The files that begin so'\n"
	"\tset -l from (string replace -r -- '^~/' \"$HOME/\" $argv[1])\n"
	"\tfor path in $from*\n"
	"\t\ttest -d $path; and set path $path/\n"
	"\t\techo $argv[1](string sub -s (math 1 + (string length -- $from)) -- $path)\n"
	"\tend\n"
	"end\n"
	"\n"
	"function __imgpipe_files\n"
	"\tset -l token (commandline -ct | string replace -r -- '^--[a-z-]+=' '')\n"
	"\tif string match -qr -- '[:=]' $token\n"
	"\t\t__imgpipe_begun (string unescape -- $token; or string sub -s 2 -- $token)\n"
	"\telse\n"
	"\t\t__fish_complete_path $token\n"
	"\tend\n"
	"end\n"
	"\n"
	"function __imgpipe_lists --description '@LIST'\n"
	"\tset -l token (commandline -ct)\n"
	"\tif string match -q -- '@*' $token\n"
	"\t\tfor path in (__fish_complete_path (string sub -s 2 -- $token))\n"
	"\t\t\techo @$path\n"
	"\t\tend\n"
	"\tend\n"
	"end\n"
	"\n";

static void put_help(FILE *out, const char *help)
{
	fputs(" -d '", out);
	completion_put_help(out, help, "\\", "\\'");
	fputs("'\n", out);
}

static void put_value(FILE *out, const struct option_row *row)
{
	fputs(row->may_lack ? " -f" : " -x", out);
	if (row->kind == VALUE_FILE)
		fputs(" -a '(__imgpipe_files)'", out);
	if (row->kind == VALUE_FOLDER)
		fputs(" -a '(__imgpipe_folders)'", out);
	if (!completion_has_words(row))
		return;
	fputs(row->kind == VALUE_WORDS ? " -a '(__imgpipe_list " : " -a '", out);
	completion_put_words(out, row);
	fputs(row->kind == VALUE_WORDS ? ")'" : "'", out);
}

static void put_option(FILE *out, command_table commands, const struct command *first,
		       const struct option_item *item)
{
	(void)first;
	fputs("complete -c imgpipe -n '__imgpipe_is ", out);
	completion_put_takers(out, commands, item->identity, " ");
	fputc('\'', out);
	if (item->row.letter)
		fprintf(out, " -s %c", item->row.letter);
	fprintf(out, " -l %s", item->row.name);
	if (item->row.argument)
		put_value(out, &item->row);
	put_help(out, item->row.help);
}

static void put_operands(FILE *out, command_table commands)
{
	static const char *const ways[] = {"not __imgpipe_cut' -F -a '(__imgpipe_lists)'",
					   "__imgpipe_cut' -a '(__imgpipe_files)'"};

	fputs("complete -c imgpipe -f\n", out);
	for (unsigned i = 0; i < 2; i++) {
		fputs("complete -c imgpipe -n '__imgpipe_is ", out);
		completion_put_operands(out, commands, VALUE_FILE, " ");
		fprintf(out, "; and not __imgpipe_shows; and %s\n", ways[i]);
	}
	for (command_table c = commands; *c; c++) {
		if (!(*c)->verbs)
			continue;
		fprintf(out,
			"complete -c imgpipe -n '__imgpipe_is %s; and __imgpipe_at 2' -a '%s'\n"
			"complete -c imgpipe -n '__imgpipe_is %s; and __imgpipe_shows' -a '",
			(*c)->word, (*c)->verbs, (*c)->word);
		completion_put_shown(out, *c);
		fputs("'\n", out);
	}
}

void completion_fish(FILE *out, command_table commands)
{
	fputs(head, out);
	fputs("set -g __imgpipe_commands ", out);
	completion_put_commands(out, commands, " ");
	fputc('\n', out);
	put_operands(out, commands);
	for (command_table c = commands; *c; c++) {
		fprintf(out, "complete -c imgpipe -n '__imgpipe_at 1' -a %s", (*c)->word);
		put_help(out, (*c)->purpose);
	}
	completion_each_option(out, commands, put_option);
}
