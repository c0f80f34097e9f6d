/*
 * What to say of an option that a command does not take: which command takes it, what an
 * abbreviation may mean, or what was probably meant.
 */
#include "command_line.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { LIST_BYTES = 200 };

static void add_word(char list[LIST_BYTES], const char *between, const char *mark, const char *word)
{
	size_t used = strlen(list);

	(void)snprintf(list + used, LIST_BYTES - used, "%s%s%s", used ? between : "", mark, word);
}

/* The option that is nearest to what was typed, if any is near. */
static const char *nearest(const struct option_list *list, const char *name, size_t length)
{
	const char *found = NULL;
	unsigned best = (length >= 3) + (length >= 5) + 1; /* more than the slips that may be */

	for (unsigned i = 0; i < list->n; i++) {
		unsigned d = text_distance(name, length, list->item[i].row.name);

		if (d < best) {
			best = d;
			found = list->item[i].row.name;
		}
	}
	return found;
}

/* Several options of the command begin with it: getopt takes an abbreviation of one. */
static bool is_ambiguous(const struct option_list *list, const char *name, size_t length,
			 char words[LIST_BYTES])
{
	unsigned fit = 0;

	*words = '\0';
	for (unsigned i = 0; i < list->n; i++)
		if (length && strncmp(list->item[i].row.name, name, length) == 0) {
			add_word(words, " or ", "--", list->item[i].row.name);
			fit++;
		}
	return fit > 1;
}

/* The one name that it is short for, over all commands; NULL: none, or several. */
static const char *short_for(command_table commands, const char *name, size_t length)
{
	const char *found = NULL;
	struct option_list list;

	for (; *commands; commands++) {
		option_list_make(&list, *commands);
		for (unsigned i = 0; i < list.n; i++) {
			const char *whole = list.item[i].row.name;

			if (length < 2 || strncmp(whole, name, length) != 0)
				continue;
			if (found && strcmp(found, whole) != 0)
				return NULL;
			found = whole;
		}
	}
	return found;
}

/* Where other commands take it: that is the hint, and 1. */
static int others_option(command_table commands, const struct command *command, const char *name,
			 size_t length, struct error *err)
{
	char words[LIST_BYTES] = "";
	struct option_list list;

	for (command_table c = commands; *c; c++) {
		option_list_make(&list, *c);
		if (option_list_find(&list, name, length))
			add_word(words, ", ", "", (*c)->word);
	}
	if (!*words)
		return 0;
	(void)error_set(err, EX_USAGE, "imgpipe %s takes no --%.*s; imgpipe %s %s", command->word,
			(int)length, name, words, strchr(words, ',') ? "do" : "does");
	return 1;
}

int unknown_option(command_table commands, const struct command *command, const char *word,
		   struct error *err)
{
	const char *name = word + strspn(word, "-"), *whole, *near;
	size_t length = strcspn(name, "=");
	char words[LIST_BYTES], option[96];
	struct option_list list;

	option_list_make(&list, command);
	(void)snprintf(option, sizeof(option), "--%.*s", (int)(length < 80 ? length : 80), name);
	if (others_option(commands, command, name, length, err))
		return -1;
	if (is_ambiguous(&list, name, length, words))
		return error_set(err, EX_USAGE, "option %s may mean %s; write it out", option,
				 words);
	whole = short_for(commands, name, length);
	if (whole && others_option(commands, command, whole, strlen(whole), err))
		return -1;
	near = nearest(&list, name, length);
	if (near)
		return error_set(err, EX_USAGE, "unknown option %s; did you mean --%s?", option,
				 near);
	return error_set(err, EX_USAGE, "unknown option %s; see imgpipe %s --help", option,
			 command->word);
}

int one_dash(command_table commands, const struct command *command, const char *word,
	     struct error *err)
{
	const char *name = word + 1;
	const size_t length = strcspn(name, "=");
	struct option_list list;

	option_list_make(&list, command);
	if (option_list_find(&list, name, length))
		return error_set(err, EX_USAGE, "unknown option -%.*s; did you mean --%.*s?",
				 (int)length, name, (int)length, name);
	return others_option(commands, command, name, length, err) ? -1 : 0;
}

int unknown_letter(command_table commands, const struct command *command, char letter,
		   struct error *err)
{
	char words[LIST_BYTES] = "";
	struct option_list list;

	for (command_table c = commands; *c; c++) {
		option_list_make(&list, *c);
		for (unsigned i = 0; i < list.n; i++)
			if (list.item[i].row.letter == letter)
				add_word(words, ", ", "", (*c)->word);
	}
	if (*words)
		return error_set(err, EX_USAGE, "imgpipe %s takes no -%c; imgpipe %s %s",
				 command->word, letter, words, strchr(words, ',') ? "do" : "does");
	return error_set(err, EX_USAGE, "unknown option -%c; see imgpipe %s --help", letter,
			 command->word);
}
