/*
 * Options once all of them are known: what does not go together, and what follows from them.
 */
#include "command_line.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/spelling.h"

static int check_arguments(const struct command *command, bool named, const struct options *o,
			   struct error *err)
{
	const char *word = command->word;

	if (!*command->arguments && o->n_args)
		return error_set(err, EX_USAGE,
				 "imgpipe %s reads no files, and was given %s; see imgpipe %s "
				 "--help",
				 word, o->args[0], word);
	if (*command->arguments && *command->arguments != '[' && !o->n_args)
		return error_set(err, EX_USAGE, "nothing to read: give %s (see imgpipe%s%s --help)",
				 command->arguments, named ? " " : "", named ? word : "");
	return 0;
}

/* A command that stands where a file would: nobody has files called that. */
static int check_commands(command_table commands, const struct options *o, struct error *err)
{
	for (unsigned i = 0; i < o->n_args; i++) {
		const char *word = o->args[i];
		bool is_help = strcmp(word, "help") == 0;

		if ((is_help || command_find(commands, word)) && access(word, F_OK))
			return error_set(err, EX_USAGE,
					 "%s is a command: put it first, imgpipe %s ...", word,
					 is_help ? "--help" : word);
	}
	return 0;
}

/* What begins with a letter and has none of a path: "pla", not "x.tif", "@list", "a/b". */
static bool may_be_command(const char *word)
{
	return isalpha((unsigned char)*word) && !strpbrk(word, "/.*?:@=") && access(word, F_OK);
}

/* A command that was mistyped where no file is called that would be read as a scene, and fail after
 * all the others. */
static int check_slip(command_table commands, bool named, const struct options *o,
		      struct error *err)
{
	enum { COMMANDS_MOST = 32 };
	const char *words[COMMANDS_MOST + 1] = {NULL};
	char near[SPELLING_LIST];

	if (named || !o->n_args || !may_be_command(o->args[0]))
		return 0;
	for (unsigned i = 0; i < COMMANDS_MOST && commands[i]; i++)
		words[i] = commands[i]->word;
	if (!*spelling_near_words(near, o->args[0], words))
		return 0;
	return error_set(err, EX_NOINPUT,
			 "%s: cannot be opened: No such file or directory; did you mean the "
			 "command %s?",
			 o->args[0], near);
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

int options_check(command_table commands, const struct command *command, bool named,
		  struct options *o, struct error *err)
{
	if (check_arguments(command, named, o, err) || check_stdout(o, err))
		return -1;
	if (o->raw && o->has_scale)
		return error_set(
			err, EX_USAGE,
			"--raw turns scale and offset off: leave out --raw, or --scale and "
			"--offset");
	if (command->check && command->check(o, err))
		return -1;
	if (check_commands(commands, o, err) || check_slip(commands, named, o, err))
		return -1;
	return want_defaults(command, o, err);
}
