/*
 * Spelling: distances between names.
 */
#include "spelling.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned spelling_distance(const char *a, size_t length, const char *b)
{
	unsigned row[3][SPELLING_MOST + 1];
	size_t other = strlen(b);

	if (length > SPELLING_MOST || other > SPELLING_MOST)
		return SPELLING_MOST;
	for (size_t j = 0; j <= other; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= length; i++) {
		unsigned *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= other; j++) {
			now[j] = least(least(now[j - 1], last[j]) + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[length % 3][other];
}

unsigned spelling_slips(size_t length)
{
	return (length >= 3) + (length >= 5);
}

static void to_lower(char to[SPELLING_MOST + 1], const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		to[i] = (char)tolower((unsigned char)from[i]);
	to[length] = '\0';
}

unsigned spelling_distance_any_case(const char *a, size_t length, const char *b)
{
	char x[SPELLING_MOST + 1], y[SPELLING_MOST + 1];
	size_t other = strlen(b);

	if (length > SPELLING_MOST || other > SPELLING_MOST)
		return SPELLING_MOST;
	to_lower(x, a, length);
	to_lower(y, b, other);
	return spelling_distance(x, length, y);
}

const char *spelling_near(char list[SPELLING_LIST], const char *a,
			  const char *(*word)(unsigned number))
{
	size_t length = strlen(a), used = 0;
	unsigned best = spelling_slips(length) + 1;

	*list = '\0';
	for (unsigned i = 0; word(i); i++) {
		unsigned d = spelling_distance_any_case(a, length, word(i));

		if (d > best || d > spelling_slips(length))
			continue;
		if (d < best)
			used = 0;
		best = d;
		if (used + strlen(word(i)) + 3 < SPELLING_LIST)
			used += (size_t)snprintf(list + used, SPELLING_LIST - used, "%s%s",
						 used ? ", " : "", word(i));
	}
	return list;
}
