/*
 * Cuts a formula into tokens and refuses what no formula has, with what to write instead. Letters
 * and digits are ASCII, the decimal point is a point: the locale does not matter.
 */
#include "lexer.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "place.h"

static const struct sign {
	char text[3];
	enum token_kind kind;
} signs[] = {
	{"**", TOKEN_POWER}, {"<=", TOKEN_LE},   {">=", TOKEN_GE},  {"==", TOKEN_EQ},
	{"!=", TOKEN_NE},    {"&&", TOKEN_AND},  {"||", TOKEN_OR},  {"+", TOKEN_PLUS},
	{"-", TOKEN_MINUS},  {"*", TOKEN_TIMES}, {"/", TOKEN_OVER}, {"^", TOKEN_POWER},
	{"<", TOKEN_LT},     {">", TOKEN_GT},    {"!", TOKEN_BANG}, {"?", TOKEN_QUESTION},
	{":", TOKEN_COLON},  {",", TOKEN_COMMA}, {"(", TOKEN_OPEN}, {")", TOKEN_CLOSE},
};

/* What other languages have; longer ones first. */
static const struct stranger {
	const char *text, *advice;
} strangers[] = {
	{"//", "`//` is not known; write floor(a / b)"},
	{"=>", "`=>` is no comparison; write `>=`"},
	{"=<", "`=<` is no comparison; write `<=`"},
	{"<>", "`<>` is no comparison; write `!=`"},
	{"<<", "`<<` is not known; write a product, as 4 * a"},
	{">>", "`>>` is not known; write floor(a / 4)"},
	{"&", "`&` is not known; write `&&` or the word `and`"},
	{"|", "`|` is not known; write `||` or the word `or`"},
	{"%", "`%` is not known; write a - floor(a / b) * b"},
	{"~", "`~` is not known; write `!` or the word `not`"},
	{"=", "`=` is no comparison; write `==`"},
	{"[", "brackets are not known; write (...), and a band as `nir`, `B8A` or `#5`"},
	{"]", "brackets are not known; write (...), and a band as `nir`, `B8A` or `#5`"},
	{"{", "braces are not known; write (...)"},
	{"}", "braces are not known; write (...)"},
	{"\"", "quotation marks are not needed; write names as they are"},
	{"'", "quotation marks are not needed; write names as they are"},
	{"\\", "`\\` is not known; write a quotient as a / b"},
	{";", "`;` is not known; one expression only, and commas between arguments"},
	{"@", "`@` is not known; write a band as `nir`, `B8A` or `#5`"},
	{"$", "`$` is not known; write a band as `nir`, `B8A` or `#5`"},
	{"#", "`#` needs the number of a band behind it, as `#5`"},
	{".", "a number needs digits, as `0.5`"},
	{"\xE2\x88\x92", "this minus is not the ASCII one; write `-`"},
	{"\xE2\x80\x90", "this hyphen is not the ASCII minus; write `-`"},
	{"\xE2\x80\x91", "this hyphen is not the ASCII minus; write `-`"},
	{"\xE2\x80\x93", "this dash is not the ASCII minus; write `-`"},
	{"\xE2\x80\x94", "this dash is not the ASCII minus; write `-`"},
	{"\xC3\x97", "this sign is not known; write a product with `*`"},
	{"\xC2\xB7", "this sign is not known; write a product with `*`"},
	{"\xC3\xB7", "this sign is not known; write a quotient with `/`"},
	{"\xC2\xB2", "raised digits are not known; write `**2`"},
	{"\xC2\xB3", "raised digits are not known; write `**3`"},
	{"\xE2\x88\x9A", "this sign is not known; write sqrt(x)"},
	{"\xE2\x89\xA4", "this sign is not known; write `<=`"},
	{"\xE2\x89\xA5", "this sign is not known; write `>=`"},
	{"\xE2\x89\xA0", "this sign is not known; write `!=`"},
	{"\xC2\xA0", "this is a blank that cannot be seen as such; write an ordinary one"},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t skip_digits(const char *text, size_t at)
{
	while (is_digit(text[at]))
		at++;
	return at;
}

static size_t skip_word(const char *text, size_t at)
{
	while (is_letter(text[at]) || is_digit(text[at]))
		at++;
	return at;
}

static int refuse_stranger(const char *text, size_t at, struct error *err)
{
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (strncmp(text + at, strangers[i].text, strlen(strangers[i].text)) == 0)
			return place_error(err, text, at, "%s", strangers[i].advice);
	return place_error(err, text, at,
			   "this character is not known in formulas; letters of names are A to Z, "
			   "a to z, digits and `_`");
}

/* The C locale's, whatever the program or a library of it has set. */
static double to_double(const char *text)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	double number = c ? strtod_l(text, NULL, c) : strtod(text, NULL);

	if (c)
		freelocale(c);
	return number;
}

static bool has_value(const char *text, size_t at, size_t end)
{
	for (; at < end && text[at] != 'e' && text[at] != 'E'; at++)
		if (text[at] >= '1' && text[at] <= '9')
			return true;
	return false;
}

static int read_number(struct token *token, const char *text, struct error *err)
{
	size_t at = token->at, end = skip_digits(text, at);

	if (text[at] == '0' && (text[at + 1] == 'x' || text[at + 1] == 'X'))
		return place_error(err, text, at,
				   "hexadecimal numbers are not known; write a decimal number");
	if (text[end] == '.')
		end = skip_digits(text, end + 1);
	if (text[end] == '.')
		return place_error(err, text, end, "a number has one decimal point at most");
	if (text[end] == 'e' || text[end] == 'E') {
		size_t digits = end + 1 + (text[end + 1] == '+' || text[end + 1] == '-');

		if (is_digit(text[digits]))
			end = skip_digits(text, digits);
	}
	token->kind = TOKEN_NUMBER;
	token->end = end;
	token->number = to_double(text + at);
	if (!isfinite(token->number) || (token->number == 0 && has_value(text, at, end)))
		return place_error(err, text, at, "this number is too %s for double precision",
				   token->number == 0 ? "small" : "large");
	return 0;
}

static enum token_kind word_kind(const char *word)
{
	if (strcasecmp(word, "and") == 0)
		return TOKEN_AND;
	if (strcasecmp(word, "or") == 0)
		return TOKEN_OR;
	return strcasecmp(word, "not") == 0 ? TOKEN_NOT : TOKEN_NAME;
}

static int read_name(struct token *token, const char *text, struct error *err)
{
	size_t n;

	token->end = skip_word(text, token->at + 1);
	n = token->end - token->at;
	if (n >= WORD_BYTES)
		return place_error(err, text, token->at, "names have at most %d characters",
				   WORD_BYTES - 1);
	memcpy(token->word, text + token->at, n);
	token->word[n] = '\0';
	token->kind = word_kind(token->word);
	return 0;
}

static int read_sign(struct token *token, const char *text, struct error *err)
{
	static const char first[][3] = {"//", "=>", "=<", "<>", "<<", ">>"};
	const char *at = text + token->at;

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (strncmp(at, first[i], 2) == 0)
			return refuse_stranger(text, token->at, err);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t n = strlen(signs[i].text);

		if (strncmp(at, signs[i].text, n) == 0) {
			token->kind = signs[i].kind;
			token->end = token->at + n;
			return 0;
		}
	}
	return refuse_stranger(text, token->at, err);
}

int token_next(struct token *token, const char *text, size_t from, struct error *err)
{
	const char *at = text + from + strspn(text + from, " \t\r\n");

	token->at = token->end = (size_t)(at - text);
	token->kind = TOKEN_END;
	if (*at == '\0')
		return 0;
	if (is_digit(*at) || (*at == '.' && is_digit(at[1])))
		return read_number(token, text, err);
	if (is_letter(*at) || (*at == '#' && is_digit(at[1])))
		return read_name(token, text, err);
	return read_sign(token, text, err);
}
