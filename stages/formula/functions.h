/*
 * The functions of formulas by name.
 */
#ifndef IMGPIPE_FORMULA_FUNCTIONS_H
#define IMGPIPE_FORMULA_FUNCTIONS_H

#include <stddef.h>

#include "code.h"

enum { FUNCTION_ARGS_MOST = 64 };

struct function {
	const char *name, *use; /* "clamp", "clamp(x, lo, hi)" */
	unsigned least, most;   /* arguments */
	/* The value's number, or CODE_FULL. */
	int (*build)(struct code *code, const int *args, unsigned n, enum op op);
	enum op op;
};

/* In any case; NULL: no such function. */
const struct function *function_find(const char *name);
/* The one whose name is nearest, NULL where none is near. */
const struct function *function_near(const char *name);

#endif
