/*
 * Text from outside (file names, band descriptions, words of libraries) can hold any byte. This is
 * how it is shown wherever people or programs look: characters as they are, and `\xNN` (two capital
 * hexadecimal digits) for each byte of what must not be seen raw: bytes that are not UTF-8, control
 * characters, and characters that are invisible or change the direction of the text.
 *
 * Two forms. Words for people: a text that is printable already stays as it is, so that it does not
 * matter how often this is done. Names for programs (CSV, JSON): a `\xNN` that stands in the name
 * itself has its backslash written `\x5C`; so the bytes can be recovered, by turning every `\xNN`
 * into its byte, from left to right.
 *
 * Pure, thread-safe. Knows no report and no terminal.
 */
#ifndef IMGPIPE_PRINTABLE_H
#define IMGPIPE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

enum { PRINTABLE_PIECE = 4 * 4 + 1 }; /* four bytes as \xNN, and the end */

/* Bytes of the UTF-8 character at p, 1 to 4; 0 if there is none (also at the end of a text). */
size_t utf8_length(const char *p);

/* The character of n bytes at p, n as utf8_length() says, is shown as it is. */
bool printable_as_is(const char *p, size_t n);

/* The number of that character. */
uint32_t utf8_number(const char *p, size_t n);

/*
 * Put the next piece of a text that is not at its end into `piece`, ended by NUL, and step over it.
 * Returns its bytes: one character, or several of one column each.
 */
size_t printable_next(char piece[PRINTABLE_PIECE], const char **text);
/* The same for the form that can be turned back. */
size_t printable_name_next(char piece[PRINTABLE_PIECE], const char **name);

/*
 * Copy as words for people; what does not fit loses its middle ("..."), and no character is cut.
 * Returns out.
 */
char *printable_copy(char *out, size_t size, const char *text);

/* Turn names back in place: every `\xNN` into its byte. */
void printable_restore(char *name);

/* Print (printf-like) one line as words for people: what is not printable in it becomes so, and a
 * newline ends it. Longer than 4 KiB it loses its middle. */
void printable_line(FILE *out, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
