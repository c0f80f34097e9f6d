/*
 * The table of indices. A row is all that a new index takes: its formula in the grammar of
 * program.h, with the letters of bands (names.c of stages/bands), names of other rows, and
 * constants of its own. What a run makes of rows is in recipe.h.
 *
 * All of it is constant data; thread-safe.
 */
#ifndef IMGPIPE_FORMULA_INDEX_TABLE_H
#define IMGPIPE_FORMULA_INDEX_TABLE_H

#include <stddef.h>

#include "base/spelling.h"
#include "error.h"
#include "recipe.h"

struct index_row {
	const char *name;    /* as its authors write it; unique without regard to case */
	const char *aliases; /* other names of the same formula, "NDII LSWI"; NULL: none */
	const char *title;   /* the name in full */
	const char *formula;
	const char
		*constants; /* with their defaults, "L=0.5"; those of this row alone; NULL: none */
	enum value_kind kind;
	struct value_grid grid; /* for reflectance from 0 to 1 */
	const char *source;     /* authors and year */
	const char *doi;        /* NULL where none is known for certain */
	const char *dispute;    /* what others mean by the name, or how it fails; NULL: nothing */
};

/* Ended by a row without a name. */
extern const struct index_row index_table[];

/* By name or alias, without regard to case; NULL: no such index. */
const struct index_row *index_find(const char *name);

enum { INDEX_CONSTANT_BYTES = 16, INDEX_CONSTANTS_MOST = 8 };

struct index_constant {
	char name[INDEX_CONSTANT_BYTES];
	double value;
};

/* The constants of a row, at most INDEX_CONSTANTS_MOST; their number. */
unsigned index_constants(struct index_constant constant[INDEX_CONSTANTS_MOST],
			 const struct index_row *row);

/* "NDVI, NDWI": names that are near to one that does not exist; "" where none is. Returns list. */
const char *index_near(char list[SPELLING_LIST], const char *name);
/* EX_USAGE: there is no such index, what is near, and `advice` (NULL: none). Returns -1. */
int index_unknown(const char *name, const char *advice, struct error *err);
/* Their names one after another, then NULL. */
const char *index_word(unsigned number);
/* Constant i of that index, as the row has it: its name, =, and more behind. NULL: it has fewer. */
const char *index_constant_word(unsigned number, unsigned i);

#endif
