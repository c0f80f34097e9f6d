/*
 * What names mean in formulas: constants of the formula's owner, indices of the table, bands. A
 * band that is named for the first time becomes one of the recipe's.
 */
#include "maker.h"

#include <stdio.h>
#include <string.h>

#include "bands/names.h"
#include "base/spelling.h"
#include "recipe_make.h"

static int scope_constant(void *context, const char *name, double *value)
{
	const struct owner *owner = context;
	struct index_constant constant[INDEX_CONSTANTS_MOST];
	unsigned n = owner->row ? index_constants(constant, owner->row) : 0, i = 0;
	const struct setting *setting;

	while (i < n && strcmp(constant[i].name, name) != 0)
		i++;
	if (owner->row && i == n)
		return 1; /* rows have theirs and no others */
	setting = setting_find(owner->maker, owner, name);
	if (setting)
		*value = setting->value;
	else if (owner->row)
		*value = constant[i].value;
	return setting || owner->row ? 0 : 1;
}

static const char *scope_macro(void *context, const char *name, struct formula_scope *inner);

int recipe_add_band(struct recipe *recipe, const struct band_wish *wish, unsigned *slot,
		    struct error *err)
{
	unsigned i = 0;

	while (i < recipe->n_bands && !band_wish_equal(&recipe->band[i], wish))
		i++;
	if (i == RECIPE_MAX_BANDS)
		return error_set(err, EX_USAGE,
				 "%s is one band too many: a run takes %d at most; compute some "
				 "of the indices in another",
				 wish->text, RECIPE_MAX_BANDS);
	if (i == recipe->n_bands)
		recipe->band[recipe->n_bands++] = *wish;
	*slot = i;
	return 0;
}

static const char *band_word_at(unsigned number)
{
	return number + 1 < N_BAND_NAMES ? band_name_word((enum band_name)(number + 1)) : NULL;
}

/* Known to be no band: what may have been meant. */
static int unknown_name(const struct owner *owner, const char *name, struct error *err)
{
	const struct owner *other = owner_find(owner->maker, name);
	char near[SPELLING_LIST];

	if (other && !other->row)
		return error_set(err, EX_USAGE,
				 "an expression cannot use another one: write out what `%s` "
				 "stands for",
				 name);
	if (*name == '#')
		return error_set(err, EX_USAGE,
				 "`%s` is no band: a place in a file is #1, #2 ... #65535", name);
	if (!*spelling_near(near, name, band_word_at))
		index_near(near, name);
	return error_set(err, EX_USAGE,
			 "`%s` is neither a band nor an index%s%s%s; a constant is given by "
			 "--const %s=NUMBER",
			 name, *near ? " (is it " : "", near, *near ? "?)" : "", name);
}

static int scope_band(void *context, const char *name, unsigned *slot, struct error *err)
{
	const struct owner *owner = context;
	struct error why = {0};
	struct band_wish wish;

	if (!band_wish_parse(name, strlen(name), &wish, &why))
		return recipe_add_band(owner->maker->recipe, &wish, slot, err);
	return unknown_name(owner, name, err);
}

struct formula_scope scope_of(const struct owner *owner)
{
	return (struct formula_scope){.context = (void *)owner,
				      .constant = scope_constant,
				      .macro = scope_macro,
				      .band = scope_band};
}

/* An expression that has an index in it needs reflectance where that does. */
static void note_kind(struct maker *m, const struct index_row *row)
{
	if (row->kind == VALUE_REFLECTANCE)
		m->in_hand->kind = VALUE_REFLECTANCE;
}

static const char *scope_macro(void *context, const char *name, struct formula_scope *inner)
{
	const struct owner *owner = context;
	const struct index_row *row = index_find(name);

	if (!row)
		return NULL;
	note_kind(owner->maker, row);
	*inner = scope_of(owner_of_row(owner->maker, row));
	return row->formula;
}

/* --- where bands are all that is left --- */

static int no_constant(void *context, const char *name, double *value)
{
	(void)context;
	(void)name;
	(void)value;
	return 1;
}

static const char *no_macro(void *context, const char *name, struct formula_scope *inner)
{
	(void)context;
	(void)name;
	(void)inner;
	return NULL;
}

struct formula_scope scope_of_bands(const struct owner *owner)
{
	return (struct formula_scope){.context = (void *)owner,
				      .constant = no_constant,
				      .macro = no_macro,
				      .band = scope_band};
}

static int band_of_recipe(void *context, const char *name, unsigned *slot, struct error *err)
{
	const struct recipe *recipe = context;

	for (*slot = 0; *slot < recipe->n_bands; (*slot)++)
		if (strcmp(recipe->band[*slot].text, name) == 0)
			return 0;
	return error_set(err, EX_USAGE, "`%s` is no band of the recipe", name);
}

bool recipe_is_difference(const struct recipe *recipe, const char *formula)
{
	const struct formula_scope scope = {.context = (void *)recipe,
					    .constant = no_constant,
					    .macro = no_macro,
					    .band = band_of_recipe};
	struct error ignored;
	struct program *program = program_compile(formula, &scope, &ignored);
	unsigned a, b;
	bool is = program && program_is_normalized_difference(program, &a, &b);

	program_free(program);
	return is;
}
