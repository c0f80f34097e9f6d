/*
 * Words and short texts for completion, from the table of commands.
 */
#include "completion.h"

#include <ctype.h>
#include <string.h>

enum { HELP_COLUMNS = 64 };

static bool is_taken_before(command_table commands, const struct command *command,
			    const void *identity)
{
	for (; *commands && *commands != command; commands++)
		if (command_takes(*commands, identity))
			return true;
	return false;
}

void completion_each_option(FILE *out, command_table commands, completion_option *put)
{
	struct option_list list;

	for (command_table c = commands; *c; c++) {
		option_list_make(&list, *c);
		for (unsigned i = 0; i < list.n; i++)
			if (!is_taken_before(commands, *c, list.item[i].identity))
				put(out, commands, *c, &list.item[i]);
	}
}

static void put_between(FILE *out, const char **separator, const char *between, const char *word)
{
	fprintf(out, "%s%s", *separator, word);
	*separator = between;
}

void completion_put_takers(FILE *out, command_table commands, const void *identity,
			   const char *between)
{
	const char *separator = "";

	for (; *commands; commands++)
		if (command_takes(*commands, identity))
			put_between(out, &separator, between, (*commands)->word);
}

void completion_put_operands(FILE *out, command_table commands, enum option_value operand,
			     const char *between)
{
	const char *separator = "";

	for (; *commands; commands++)
		if ((*commands)->operand == operand)
			put_between(out, &separator, between, (*commands)->word);
}

void completion_put_commands(FILE *out, command_table commands, const char *between)
{
	const char *separator = "";

	for (; *commands; commands++)
		put_between(out, &separator, between, (*commands)->word);
}

/* --- words of a value --- */

/* The words of "auto|tile|N|WxH": those that are typed as they stand; how many. */
static unsigned plain_words(FILE *out, const char *argument)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	unsigned n = 0;

	while (*argument) {
		size_t length = strcspn(argument, "|,");

		if (strspn(argument, letters) == length && length && islower(*argument)) {
			if (out)
				fprintf(out, "%s%.*s", n ? " " : "", (int)length, argument);
			n++;
		}
		argument += length + (argument[length] != '\0');
	}
	return n;
}

static void put_lower(FILE *out, const char *text)
{
	for (; *text; text++)
		fputc(tolower((unsigned char)*text), out);
}

/* "ndvi", "scl scl:clear scl:land" */
static void put_choices(FILE *out, const char **between, const struct option_row *row, unsigned i)
{
	const char *word = row->word(i), *more;

	fputs(*between, out);
	*between = " ";
	put_lower(out, word);
	for (unsigned j = 0; row->behind && (more = row->behind(i, j)); j++) {
		fputc(' ', out);
		put_lower(out, word);
		fputc(':', out);
		put_lower(out, more);
	}
}

/* "ndvi=", "evi.C1= evi.C2=" */
static void put_names(FILE *out, const char **between, const struct option_row *row, unsigned i)
{
	const char *word = row->word(i), *name;

	for (unsigned j = 0; (name = row->behind ? row->behind(i, j) : ""); j++) {
		fputs(*between, out);
		*between = " ";
		put_lower(out, word);
		fprintf(out, "%s%.*s=", row->behind ? "." : "", (int)strcspn(name, "="), name);
		if (!row->behind)
			break;
	}
}

static void put_table(FILE *out, const struct option_row *row)
{
	const char *between = "";

	for (unsigned i = 0; row->word(i); i++)
		(row->assigns ? put_names : put_choices)(out, &between, row, i);
}

bool completion_has_words(const struct option_row *row)
{
	return (row->kind == VALUE_WORD || row->kind == VALUE_WORDS) &&
	       (row->word || row->values || plain_words(NULL, row->argument));
}

void completion_put_words(FILE *out, const struct option_row *row)
{
	if (row->word)
		put_table(out, row);
	else if (row->values)
		fputs(row->values, out);
	else
		(void)plain_words(out, row->argument);
}

void completion_put_shown(FILE *out, const struct command *command)
{
	const struct option_row row = {.word = command->shown, .behind = command->shown_behind};

	if (command->shown)
		put_table(out, &row);
}

/* --- help --- */

/* Its first clause; of a long one what stands before a colon, else its first words. */
static size_t clause_length(const char *help)
{
	enum { LEAST = 20 };
	size_t length = strcspn(help, ";"), colon = strcspn(help, ":"), end = HELP_COLUMNS;

	if (length <= HELP_COLUMNS)
		return length;
	if (colon >= LEAST && colon <= HELP_COLUMNS)
		return colon;
	while (end > 1 && help[end] != ' ')
		end--;
	return end - (help[end - 1] == ',');
}

void completion_put_help(FILE *out, const char *help, const char *escaped, const char *quote)
{
	size_t n = clause_length(help);

	for (size_t i = 0; i < n; i++) {
		if (help[i] == '\'') {
			fputs(quote, out);
			continue;
		}
		if (strchr(escaped, help[i]))
			fputc('\\', out);
		fputc(help[i], out);
	}
}
