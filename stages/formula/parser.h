/*
 * From the text of a formula to code.
 */
#ifndef IMGPIPE_FORMULA_PARSER_H
#define IMGPIPE_FORMULA_PARSER_H

#include "code.h"
#include "program.h"

/* The number of the formula's value in the code, or -1 with EX_USAGE and its place. */
int parse_formula(struct code *code, const char *text, const struct formula_scope *scope,
		  struct error *err) MUST_CHECK;

#endif
