/*
 * Spelling: names that are near to another.
 */
#include "spelling.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

/* false where it is too long to be compared. */
static bool to_lower(char to[TEXT_WORD_MOST + 1], const char *from)
{
	size_t length = strlen(from);

	if (length > TEXT_WORD_MOST)
		return false;
	for (size_t i = 0; i <= length; i++)
		to[i] = (char)tolower((unsigned char)from[i]);
	return true;
}

const char *spelling_near(char list[SPELLING_LIST], const char *name,
			  const char *(*word)(unsigned number))
{
	char wanted[TEXT_WORD_MOST + 1], known[TEXT_WORD_MOST + 1];
	size_t length = strlen(name), used = 0;
	unsigned best = (length >= 3) + (length >= 5); /* slips that may be */

	*list = '\0';
	for (unsigned i = 0; to_lower(wanted, name) && word(i); i++) {
		unsigned d = to_lower(known, word(i)) ? text_distance(wanted, length, known)
						      : TEXT_WORD_MOST;

		if (d > best)
			continue;
		used = d < best ? 0 : used;
		best = d;
		if (used + strlen(word(i)) + 3 < SPELLING_LIST)
			used += (size_t)snprintf(list + used, SPELLING_LIST - used, "%s%s",
						 used ? ", " : "", word(i));
	}
	return list;
}
