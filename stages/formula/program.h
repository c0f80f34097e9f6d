/*
 * Programs: formulas compiled to straight lines of operations on strips of pixels, in double
 * precision, rounded once to float. Made by compile.c, run by program.c. A program is plain data
 * behind one pointer, read-only once made; any number of threads may run it at the same time.
 */
#ifndef IMGPIPE_FORMULA_PROGRAM_H
#define IMGPIPE_FORMULA_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "band_name.h"
#include "error.h"

enum {
	PROGRAM_STRIP = 512,     /* pixels that program_run() takes at most */
	FORMULA_MOST = 4096,     /* characters of an expression */
	FORMULA_DEPTH_MOST = 64, /* nested parentheses, calls, signs and powers */
	PROGRAM_OPS_MOST = 256,
	PROGRAM_REGISTERS_MOST = 32,
};

struct program;

/*
 * What names in a formula mean. The compiler asks for each name that is no function; the first of
 * these that knows it wins, in this order.
 */
struct formula_scope {
	void *context;
	/* A constant: 0 and its value; 1: no such constant. */
	int (*constant)(void *context, const char *name, double *value);
	/* Another formula that the name stands for, as text with a scope of its own; NULL: none. */
	const char *(*macro)(void *context, const char *name, struct formula_scope *inner);
	/* A band: its number in the recipe; -1 with EX_USAGE: not known, or one too many. */
	int (*band)(void *context, const char *name, unsigned *slot, struct error *err);
};

/*
 * NULL with EX_USAGE and two more lines in the error's text where it is wrong: the formula around
 * the place, and a caret under it. Owned by the caller.
 */
struct program *program_compile(const char *text, const struct formula_scope *scope,
				struct error *err) MUST_CHECK;
void program_free(struct program *program);

/* The bands that it reads, bit by number in the recipe. */
uint16_t program_reads(const struct program *program);
/* Is it (a - b) / (a + b) of two bands, and of which? */
int program_is_normalized_difference(const struct program *program, unsigned *a, unsigned *b);
/* Does a factor of all bands cancel for certain, as in any ratio of two? */
int program_is_scale_free(const struct program *program);
/* Bytes of registers that program_run() works in, aligned to 64. */
size_t program_scratch(const struct program *program);

/*
 * n <= PROGRAM_STRIP pixels. band[i]: physical values of the recipe's band i, for the bands that it
 * reads; finite where the pixel counts, anything elsewhere. class in: PIXEL_VALID where the pixel
 * counts so far; out: PIXEL_DIV0 or PIXEL_NONFINITE where it has no value. value: 0 where the class
 * is not PIXEL_VALID.
 */
void program_run(const struct program *program, const double *const *band, size_t n, void *scratch,
		 float *value, uint8_t *class);

#endif
