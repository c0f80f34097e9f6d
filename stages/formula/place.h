/*
 * Errors that show their place in a formula: the message, the formula cut around the place, a caret
 * under it. Three lines, all printable, whatever bytes the formula holds.
 */
#ifndef IMGPIPE_FORMULA_PLACE_H
#define IMGPIPE_FORMULA_PLACE_H

#include <stddef.h>

#include "error.h"

enum { PLACE_COLUMNS = 70 };

/* Sets EX_USAGE; `at` is a byte of the text, at most its length. Always returns -1. */
int place_error(struct error *err, const char *text, size_t at, const char *format, ...)
	PRINTF_LIKE(4, 5);

#endif
