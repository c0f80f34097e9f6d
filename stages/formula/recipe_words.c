/*
 * Words of --expr, --const and --range: names and numbers, and names that are taken.
 */
#include "maker.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "bands/names.h"
#include "functions.h"

bool word_is_name(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] != '_' && !isalpha((unsigned char)text[i]) &&
		    !(i && isdigit((unsigned char)text[i])))
			return false;
	return length > 0;
}

bool word_lower(char to[VALUE_NAME_BYTES], const char *from, size_t length)
{
	if (length >= VALUE_NAME_BYTES)
		return false;
	for (size_t i = 0; i < length; i++)
		to[i] = (char)tolower((unsigned char)from[i]);
	to[length] = '\0';
	return true;
}

bool word_number(const char *text, char end, const char **behind, double *value)
{
	char *stop;

	if (!*text || text[strspn(text, "0123456789.eE+-")] != end)
		return false;
	*value = strtod(text, &stop);
	*behind = stop + (end != '\0');
	return stop != text && *stop == end && isfinite(*value);
}

static bool is_band(const char *word)
{
	struct band_wish wish;

	return band_wish_parse(word, strlen(word), &wish, NULL) == 0;
}

static bool is_keyword(const char *word)
{
	return strcasecmp(word, "and") == 0 || strcasecmp(word, "or") == 0 ||
	       strcasecmp(word, "not") == 0;
}

int word_is_free(const char *name, struct error *err)
{
	const char *what = index_find(name)                          ? "an index of the table"
			   : is_band(name)                           ? "a band"
			   : function_find(name) || is_keyword(name) ? "a function"
								     : NULL;

	return what ? error_set(err, EX_USAGE, "%s is %s; take another name", name, what) : 0;
}
