/*
 * Formulas written out: every constant as its number, every index as its formula, every band by one
 * word. The same text has the same values, however it was typed.
 */
#ifndef IMGPIPE_FORMULA_EXPAND_H
#define IMGPIPE_FORMULA_EXPAND_H

#include "band_name.h"
#include "program.h"

/*
 * *out: the text without blanks, owned by the caller. band[i].text is how the band of slot i is
 * written, once scope->band() has given that slot. -1 with EX_USAGE where a word is not known or
 * the text is too long. Thread-safe if the scope is.
 */
int formula_expand(char **out, const char *text, const struct formula_scope *scope,
		   const struct band_wish *band, struct error *err) MUST_CHECK;

/* The shortest text that reads back as the same number. Returns buf. */
enum { FORMULA_NUMBER_BYTES = 32 };
const char *formula_number(char buf[FORMULA_NUMBER_BYTES], double value);

#endif
