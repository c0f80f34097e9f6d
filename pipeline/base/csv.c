/*
 * Text in CSV. A spreadsheet takes a field that begins with `=`, `+`, `-` or `@` for a formula, and
 * runs it; so that first character is written as `\xNN`, like all that is not printable. As some
 * spreadsheets cut lines at semicolons, and take quotes as they find them, the same is done behind
 * `,`, `;` and `"`. Numbers are not text: a minus there stays.
 */
#include "csv.h"

#include <stdbool.h>
#include <string.h>

#include "printable.h"

static bool begins_formula(char c)
{
	return c && strchr("=+-@", c);
}

static bool ends_field(char c)
{
	return c && strchr(",;\"", c);
}

/* Spaces at the ends are quoted too: some readers strip them. */
static bool needs_quotes(const char *text)
{
	size_t n = strlen(text);

	return n && (strpbrk(text, ",\"") || text[0] == ' ' || text[n - 1] == ' ');
}

static void put_piece(FILE *out, const char *piece, bool in_front)
{
	if (in_front && begins_formula(*piece))
		(void)fprintf(out, "\\x%02X", (unsigned)(unsigned char)*piece);
	else
		(void)fprintf(out, *piece == '"' ? "\"%s" : "%s", piece);
}

static void put_field(FILE *out, const char *text,
		      size_t (*next)(char piece[PRINTABLE_PIECE], const char **text))
{
	bool quotes = needs_quotes(text), at_start = true, behind_end = false;
	char piece[PRINTABLE_PIECE];

	if (quotes)
		(void)fputc('"', out);
	while (*text) {
		(void)next(piece, &text);
		put_piece(out, piece, at_start || behind_end);
		at_start = at_start && *piece == ' ';
		behind_end = ends_field(*piece);
	}
	if (quotes)
		(void)fputc('"', out);
}

void csv_name(FILE *out, const char *name)
{
	put_field(out, name, printable_name_next);
}

void csv_words(FILE *out, const char *text)
{
	put_field(out, text, printable_next);
}
