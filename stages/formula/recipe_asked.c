/*
 * What a run was asked for beside the default: a text for each meaning, for the identity of
 * results.
 */
#include "maker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "expand.h"

/* Adds to *list, which is then longer or, without memory, NULL with *failed. */
static void add_word(char **list, const char *between, const char *word, bool *failed)
{
	char *longer = NULL;

	if (!*failed &&
	    asprintf(&longer, "%s%s%s", *list ? *list : "", *list ? between : "", word) < 0)
		longer = NULL;
	*failed = !longer;
	free(*list);
	*list = longer;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_default(const struct setting *s)
{
	struct index_constant constant[INDEX_CONSTANTS_MOST];
	unsigned n = s->taker->row ? index_constants(constant, s->taker->row) : 0;

	for (unsigned i = 0; i < n; i++)
		if (strcmp(constant[i].name, s->name) == 0)
			return constant[i].value == s->value;
	return false;
}

static bool tell_constants(struct maker *m)
{
	char *text[OPTION_TEXTS_MOST] = {NULL}, number[FORMULA_NUMBER_BYTES];
	unsigned n = 0;
	bool failed = false;

	for (unsigned i = 0; i < m->n_settings && !failed; i++) {
		const struct setting *s = &m->setting[i];

		if (is_default(s))
			continue;
		failed = asprintf(&text[n], "%s.%s=%s", s->taker->name, s->name,
				  formula_number(number, s->value)) < 0;
		n += !failed;
	}
	qsort(text, n, sizeof(text[0]), by_text);
	for (unsigned i = 0; i < n; i++) {
		add_word(&m->recipe->asked[RECIPE_CONST], " ", text[i], &failed);
		free(text[i]);
	}
	return !failed;
}

static bool is_usual(const struct value_def *value, const struct owner *owner)
{
	const struct value_grid usual =
		owner->row ? owner->row->grid : (struct value_grid){.lo = -1, .hi = 1};

	return value->grid.exponent == usual.exponent && value->grid.lo == usual.lo &&
	       value->grid.hi == usual.hi;
}

enum { RANGE_TEXT_BYTES = VALUE_NAME_BYTES + 2 * FORMULA_NUMBER_BYTES + 4 };

static const char *range_text(char text[RANGE_TEXT_BYTES], const struct value_def *value, double lo,
			      double hi)
{
	char least[FORMULA_NUMBER_BYTES], most[FORMULA_NUMBER_BYTES];

	(void)snprintf(text, RANGE_TEXT_BYTES, "%s=%s,%s", value->name, formula_number(least, lo),
		       formula_number(most, hi));
	return text;
}

static bool tell_value(struct recipe *recipe, const struct value_def *value,
		       const struct owner *owner)
{
	char text[RANGE_TEXT_BYTES], *whole;
	bool failed = false;

	if (owner->row)
		add_word(&recipe->asked[RECIPE_INDEX], ",", value->name, &failed);
	else if (asprintf(&whole, "%s=%s", value->name, value->formula) < 0)
		return false;
	else {
		add_word(&recipe->asked[RECIPE_EXPR], " ", whole, &failed);
		free(whole);
	}
	if (!is_usual(value, owner))
		add_word(&recipe->asked[RECIPE_RANGE], " ",
			 range_text(text, value, value->grid.lo, value->grid.hi), &failed);
	if (value->limited)
		add_word(&recipe->asked[RECIPE_VALID], " ",
			 range_text(text, value, value->least, value->most), &failed);
	return !failed;
}

static bool tell_kept(struct recipe *recipe)
{
	bool failed = false;

	for (unsigned i = 0; i < recipe->n_bands; i++)
		if (recipe->kept >> i & 1)
			add_word(&recipe->asked[RECIPE_BANDS_OUTPUT], ",", recipe->band[i].text,
				 &failed);
	return !failed;
}

int recipe_tell(struct maker *m, struct error *err)
{
	struct recipe *recipe = m->recipe;
	bool told = tell_constants(m) && tell_kept(recipe);

	for (unsigned v = 0; v < recipe->n_values && told; v++)
		told = tell_value(recipe, &recipe->value[v], m->of[v]);
	if (told && recipe->n_values == 1 &&
	    strcmp(recipe->value[0].name, recipe_ndvi.value[0].name) == 0) {
		free(recipe->asked[RECIPE_INDEX]);
		recipe->asked[RECIPE_INDEX] = NULL;
	}
	return told ? 0 : error_memory(err, "a recipe", sizeof(*recipe));
}
