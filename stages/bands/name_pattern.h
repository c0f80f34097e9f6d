/*
 * Patterns over file names, as the table of sensors writes them. Pure, thread-safe.
 */
#ifndef IMGPIPE_NAME_PATTERN_H
#define IMGPIPE_NAME_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Does the whole of text[0 ... len) match one of the '|'-separated alternatives? '*' is any run,
 * '?' any character, '#' a digit, '@' a letter, [47] and [4-7] one of these; other characters stand
 * for themselves. Case does not matter.
 */
bool name_matches(const char *alternatives, const char *text, size_t len);

#endif
