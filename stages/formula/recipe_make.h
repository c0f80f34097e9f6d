/*
 * Recipes from options: --index, --expr, --const and --range become bands to look for and programs
 * to run. Nothing is opened.
 */
#ifndef IMGPIPE_FORMULA_RECIPE_MAKE_H
#define IMGPIPE_FORMULA_RECIPE_MAKE_H

#include "options.h"
#include "recipe.h"

/*
 * The values are the indices in the order given, then the expressions; without either NDVI, as in
 * recipe_ndvi; bands those that values read and those of --bands-output. Bands lie in the order of
 * enum band_name, then those by number, then by place. -1 with EX_USAGE and the option in front;
 * *out is then NULL. Free it with recipe_free().
 */
int recipe_make(struct recipe **out, const struct options *options, struct error *err) MUST_CHECK;
void recipe_free(struct recipe *recipe);

/* Of one row of the table alone, with its defaults. */
int recipe_of_index(struct recipe **out, const char *name, struct error *err) MUST_CHECK;

/*
 * Is a formula that is written out, with the texts of the recipe's bands, (a - b) / (a + b) of two
 * of them? False, too, where it is no such formula, or without memory.
 */
bool recipe_is_difference(const struct recipe *recipe, const char *formula);

#endif
