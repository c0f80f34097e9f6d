/*
 * A recipe while it is made: who has which constants, and what names mean in whose formula. For the
 * recipe_*.c of this room alone.
 */
#ifndef IMGPIPE_FORMULA_MAKER_H
#define IMGPIPE_FORMULA_MAKER_H

#include <stdbool.h>

#include "index_table.h"
#include "options.h"
#include "program.h"
#include "recipe.h"

/* Whose constants a formula has: a row's or an expression's. */
struct owner {
	struct maker *maker;
	const struct index_row *row; /* NULL: an expression's */
	char name[VALUE_NAME_BYTES]; /* lower case */
	const char *text;            /* the expression */
};

/* --const, in parts. */
struct setting {
	char name[VALUE_NAME_BYTES];
	double value;
	const struct owner *owner; /* NULL: given without, for whoever has it */
	const struct owner *taker; /* whose formula has asked for it */
	const struct owner *other; /* a second one that has */
};

struct maker {
	struct recipe *recipe;
	unsigned n_owners, n_settings;
	struct owner *owner;                       /* rows as they are needed, and expressions */
	const struct owner *of[RECIPE_MAX_VALUES]; /* whose formula a value is */
	struct value_def *in_hand;                 /* the value whose formula is written out */
	struct setting setting[OPTION_TEXTS_MOST];
	unsigned n_kept;
	struct band_wish kept[RECIPE_MAX_BANDS]; /* of --bands-output */
};

/* --- recipe_words.c --- */

/* [A-Za-z_][A-Za-z0-9_]* */
bool word_is_name(const char *text, size_t length);
/* In lower case; false where it does not fit. */
bool word_lower(char to[VALUE_NAME_BYTES], const char *from, size_t length);
/* A finite number up to the character `end`; *behind is what follows that. */
bool word_number(const char *text, char end, const char **behind, double *value);
/* -1 with EX_USAGE where the user's own name would hide one that formulas know. */
int word_is_free(const char *name, struct error *err) MUST_CHECK;

/* --- recipe_names.c --- */

/* The band's place in the recipe, which has it then; until bands are sorted. */
int recipe_add_band(struct recipe *recipe, const struct band_wish *wish, unsigned *slot,
		    struct error *err) MUST_CHECK;
/* What names mean in its formula. */
struct formula_scope scope_of(const struct owner *owner);
/* In a formula that is written out, where only bands are left. */
struct formula_scope scope_of_bands(const struct owner *owner);

/* --- recipe_constants.c --- */

/* The row's owner, made where there is none yet. */
const struct owner *owner_of_row(struct maker *m, const struct index_row *row);
/* By name, NULL where the run has none; a row's by its other names, too. */
const struct owner *owner_find(const struct maker *m, const char *name);
/* A --const. -1 with EX_USAGE. */
int setting_add(struct maker *m, const char *text, struct error *err) MUST_CHECK;
/* The value that was set for an owner, and that it was asked for; NULL: none. */
const struct setting *setting_find(struct maker *m, const struct owner *owner, const char *name);
/* Once all formulas have been gone through: each was asked for, by one. */
int settings_check(const struct maker *m, struct error *err) MUST_CHECK;

/* --- recipe_kept.c --- */

/* The list of --bands-output, NULL for none: bands that the recipe has from now on. */
int kept_add(struct maker *m, const char *list, struct error *err) MUST_CHECK;
/* Once the bands are in their order: recipe->kept. */
void kept_mark(struct maker *m);

/* --- recipe_asked.c --- */

/* Fills recipe->asked. -1 without memory. */
int recipe_tell(struct maker *m, struct error *err) MUST_CHECK;

#endif
