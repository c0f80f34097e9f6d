/*
 * Patterns over file names, as the table of sensors writes them. Pure, thread-safe.
 */
#ifndef IMGPIPE_NAME_PATTERN_H
#define IMGPIPE_NAME_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Does the whole of text[0 ... len) match one of the '|'-separated alternatives? '*' is any run,
 * '?' any character, '#' a digit, '@' a letter, [47] and [4-7] one of these; other characters stand
 * for themselves. Case does not matter.
 */
bool name_matches(const char *alternatives, const char *text, size_t len);

/*
 * A text can match only where name_begin() of its first character and name_begins() have a bit in
 * common; case does not matter.
 */
uint32_t name_begin(char c);
uint32_t name_begins(const char *alternatives);

#endif
