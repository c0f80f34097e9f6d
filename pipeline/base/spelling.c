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

/* Words come from a function or from a list. */
struct vocabulary {
	const char *(*word)(unsigned number);
	const char *const *words;
};

static const char *word_of(const struct vocabulary *known, unsigned i)
{
	return known->word ? known->word(i) : known->words[i];
}

static const char *near(char list[SPELLING_LIST], const char *name, const struct vocabulary *from)
{
	char wanted[TEXT_WORD_MOST + 1], known[TEXT_WORD_MOST + 1];
	size_t length = strlen(name), used = 0;
	unsigned best = (length >= 3) + (length >= 5); /* slips that may be */

	*list = '\0';
	for (unsigned i = 0; to_lower(wanted, name) && word_of(from, i); i++) {
		const char *word = word_of(from, i);
		unsigned d = to_lower(known, word) ? text_distance(wanted, length, known)
						   : TEXT_WORD_MOST;

		if (d > best)
			continue;
		used = d < best ? 0 : used;
		best = d;
		if (used + strlen(word) + 3 < SPELLING_LIST)
			used += (size_t)snprintf(list + used, SPELLING_LIST - used, "%s%s",
						 used ? ", " : "", word);
	}
	return list;
}

const char *spelling_near(char list[SPELLING_LIST], const char *name,
			  const char *(*word)(unsigned number))
{
	return near(list, name, &(struct vocabulary){.word = word});
}

const char *spelling_near_words(char list[SPELLING_LIST], const char *name,
				const char *const *words)
{
	return near(list, name, &(struct vocabulary){.words = words});
}

int spelling_none_of(struct error *err, const char *value, const char *const *words)
{
	char all[160] = "", meant[SPELLING_LIST];
	size_t used = 0;

	spelling_near_words(meant, value, words);
	for (unsigned i = 0; words[i] && used < sizeof(all); i++)
		used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i ? ", " : "",
					 words[i]);
	return error_set(err, EX_USAGE, "'%.40s' is none of: %s%s%s%s", value, all,
			 *meant ? "; did you mean " : "", meant, *meant ? "?" : "");
}
