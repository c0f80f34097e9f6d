/*
 * Completions for bash. The shell hands over words that it has cut at every : = and @, and with
 * their quotes, so the script reads the line itself, and leaves out of what it offers the part in
 * front of the shell's last cut.
 */
#include "completion.h"

static const char head[] =
	"# Completions of imgpipe for bash; made by imgpipe --completion=bash.\n"
	"\n"
	"# The line up to the cursor: its words without quotes, and the last, unfinished one.\n"
	"_imgpipe_read() {\n"
	"\tlocal line=${COMP_LINE:0:COMP_POINT} c i begun=''\n"
	"\twords=() cur='' quote=''\n"
	"\tfor ((i = 0; i < ${#line}; i++)); do\n"
	"\t\tc=${line:i:1}\n"
	"\t\tif [[ $quote == \"'\" && $c != \"'\" || $quote == '\"' && $c != [\\\\\\\"] ]]; then\n"
	"\t\t\tcur+=$c\n"
	"\t\telif [[ $c == \\\\ ]]; then\n"
	"\t\t\ti=$((i + 1)) begun=yes\n"
	"\t\t\tcur+=${line:i:1}\n"
	"\t\telif [[ $c == \"$quote\" ]]; then\n"
	"\t\t\tquote=\n"
	"\t\telif [[ $c == [\\\"\\'] ]]; then\n"
	"\t\t\tquote=$c begun=yes\n"
	"\t\telif [[ $c == [[:space:]] ]]; then\n"
	"\t\t\t[[ -z $cur$begun ]] || words+=(\"$cur\")\n"
	"\t\t\tcur='' begun=''\n"
	"\t\telse\n"
	"\t\t\tcur+=$c\n"
	"\t\tfi\n"
	"\tdone\n"
	"}\n"
	"\n"
	"# Files (-e) or folders (-d) whose path begins so, behind a word that is kept.\n"
	"_imgpipe_files() {\n"
	"\tlocal path typed=$2 from=$2\n"
	"\t[[ ${typed:0:2} != \\~/ ]] || from=$HOME/${typed:2}\n"
	"\twhile IFS= read -r -d '' path; do\n"
	"\t\tif [[ -n $front && -d $path ]]; then # the shell cannot see that it is one\n"
	"\t\t\tpath+=/\n"
	"\t\t\tcompopt -o nospace 2>/dev/null || :\n"
	"\t\tfi\n"
	"\t\tCOMPREPLY+=(\"$3$typed${path#\"$from\"}\")\n"
	"\tdone < <(\n"
	"\t\tset +f\n"
	"\t\tshopt -u failglob dotglob\n"
	"\t\tGLOBIGNORE=\n"
	"\t\tfor path in \"$from\"*; do\n"
	"\t\t\t[[ ! -d $path && ($1 == -d || ! -e $path && ! -L $path) ]] || printf "
	"'%s\\0' \"$path\"\n"
	"\t\tdone\n"
	"\t)\n"
	"}\n"
	"\n"
	"# Words of a list that begin as typed, behind a word that is kept.\n"
	"_imgpipe_words() {\n"
	"\tlocal word\n"
	"\tfor word in $1; do\n"
	"\t\t[[ $word != \"$2\"* ]] || COMPREPLY+=(\"$3$word\")\n"
	"\tdone\n"
	"}\n"
	"\n"
	"_imgpipe() {\n"
	"\tlocal IFS=$' \\t\\n' words cur quote typed text=$2 front='' option='' equals=''\n"
	"\tlocal command=run options='' operand='' verbs='' shown='' kind='' values=''\n"
	"\tCOMPREPLY=()\n"
	"\t_imgpipe_read\n"
	"\ttyped=$cur\n"
	"\t[[ -n $quote ]] || text=${text//\\\\/}\n"
	"\t[[ $cur != *\"$text\" ]] || front=${cur%\"$text\"}\n";

static const char before_values[] = "\tif [[ \" ${words[*]} \" == *' -- '* ]]; then\n"
				    "\t\t: # all that follows is a name\n"
				    "\telif [[ $cur == --*=* ]]; then\n"
				    "\t\toption=${cur%%=*} equals=${cur%%=*}= cur=${cur#*=}\n"
				    "\telif [[ ${#words[@]} -gt 1 ]]; then\n"
				    "\t\toption=${words[${#words[@]} - 1]}\n"
				    "\tfi\n"
				    "\tcase \"$command $option${equals:+=}\" in\n";

static const char tail[] =
	"\tesac\n"
	"\tif [[ -n $equals && -z $kind ]]; then\n"
	"\t\tkind=TEXT\n"
	"\telif [[ -z $kind && $cur == -* && \" ${words[*]} \" != *' -- '* ]]; then\n"
	"\t\tkind=WORD values=$options\n"
	"\tfi\n"
	"\tcase $kind in\n"
	"\tTEXT) ;;\n"
	"\tWORD) _imgpipe_words \"$values\" \"$cur\" \"$equals\" ;;\n"
	"\tWORDS) _imgpipe_words \"$values\" \"${cur##*,}\" "
	"\"$equals${cur%\"${cur##*,}\"}\" ;;\n"
	"\tFILE) _imgpipe_files -e \"$cur\" \"$equals\" ;;\n"
	"\tFOLDER) _imgpipe_files -d \"$cur\" \"$equals\" ;;\n"
	"\t*)\n"
	"\t\t[[ ${#words[@]} -gt 1 ]] || _imgpipe_words \"$commands\" \"$cur\"\n"
	"\t\tif [[ ${words[2]} == show && ${words[1]} == \"$command\" ]]; then\n"
	"\t\t\t_imgpipe_words \"$shown\" \"$cur\"\n"
	"\t\telif [[ ${#words[@]} -eq 2 && ${words[1]} == \"$command\" ]]; then\n"
	"\t\t\t_imgpipe_words \"$verbs\" \"$cur\"\n"
	"\t\tfi\n"
	"\t\tif [[ $operand == FILE && $cur == @* ]]; then\n"
	"\t\t\t_imgpipe_files -e \"${cur#@}\" @\n"
	"\t\telif [[ $operand == FILE && -z ${shown:+${words[2]}} ]]; then\n"
	"\t\t\t_imgpipe_files -e \"$cur\"\n"
	"\t\tfi\n"
	"\t\t;;\n"
	"\tesac\n"
	"\tcase $kind in\n"
	"\tTEXT | WORD | WORDS) # no names of files: nothing is quoted, no folder gets a /\n"
	"\t\tcompopt +o filenames 2>/dev/null || :\n"
	"\t\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null || :\n"
	"\t\t;;\n"
	"\tesac\n"
	"\tCOMPREPLY=(\"${COMPREPLY[@]#\"$front\"}\")\n"
	"\treturn 0\n"
	"}\n"
	"complete -o filenames -F _imgpipe imgpipe\n";

static const char *const kinds[] = {
	[VALUE_TEXT] = "TEXT", [VALUE_WORD] = "WORD",     [VALUE_WORDS] = "WORDS",
	[VALUE_FILE] = "FILE", [VALUE_FOLDER] = "FOLDER",
};

/* 'run --chunk' | 'run --chunk=' | 'plan --chunk' ...) kind=WORD values='auto tile' ;; What may
 * lack is no value of the option in front of it. */
static void put_patterns(FILE *out, command_table commands, const struct option_item *item)
{
	const struct option_row *row = &item->row;
	const char *between = "\t";

	for (command_table c = commands; *c; c++) {
		if (!command_takes(*c, item->identity))
			continue;
		fprintf(out, "%s'%s --%s='", between, (*c)->word, row->name);
		between = " | ";
		if (!row->may_lack)
			fprintf(out, " | '%s --%s'", (*c)->word, row->name);
		if (row->letter)
			fprintf(out, " | '%s -%c'", (*c)->word, row->letter);
	}
}

static void put_option(FILE *out, command_table commands, const struct command *first,
		       const struct option_item *item)
{
	(void)first;
	if (!item->row.argument)
		return;
	put_patterns(out, commands, item);
	fprintf(out, ") kind=%s", kinds[item->row.kind]);
	if (completion_has_words(&item->row)) {
		fputs(" values='", out);
		completion_put_words(out, &item->row);
		fputc('\'', out);
	}
	fputs(" ;;\n", out);
}

static void put_command(FILE *out, const struct command *command)
{
	struct option_list list;

	fprintf(out, "\t%s)\n\t\toperand=%s", command->word, kinds[command->operand]);
	if (command->verbs)
		fprintf(out, " verbs='%s'", command->verbs);
	if (command->shown) {
		fputs(" shown='", out);
		completion_put_shown(out, command);
		fputc('\'', out);
	}
	fputs("\n\t\toptions='", out);
	option_list_make(&list, command);
	for (unsigned i = 0; i < list.n; i++)
		fprintf(out, "%s--%s", i ? " " : "", list.item[i].row.name);
	fputs("'\n\t\t;;\n", out);
}

void completion_bash(FILE *out, command_table commands)
{
	fputs(head, out);
	fputs("\tlocal commands='", out);
	completion_put_commands(out, commands, " ");
	fprintf(out, "'\n\t[[ -z ${words[1]} || \" $commands \" != *\" ${words[1]} \"* ]] || "
		     "command=${words[1]}\n\tcase $command in\n");
	for (command_table c = commands; *c; c++)
		put_command(out, *c);
	fputs("\tesac\n", out);
	fputs(before_values, out);
	completion_each_option(out, commands, put_option);
	fputs(tail, out);
}
