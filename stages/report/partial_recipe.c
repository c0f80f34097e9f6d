/*
 * What was computed, as the head of a partial says it: bands by name, and the values in order. What
 * is read back is a recipe for reports and checks; nothing can be computed with it. It must not
 * know which indices there are.
 */
#include "partial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formula/program.h"
#include "formula/recipe_make.h"
#include "json_stats.h"

static const char *const kind_words[] = {
	[VALUE_SCALE_FREE] = "scale-free",
	[VALUE_PROPORTIONAL] = "proportional",
	[VALUE_REFLECTANCE] = "reflectance",
};

enum { N_KINDS = sizeof(kind_words) / sizeof(kind_words[0]) };

/* --- writing --- */

static json_t *band_names(const struct recipe *recipe, unsigned bands)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < recipe->n_bands; i++)
		if (bands >> i & 1)
			js_append(&list, partial_text(recipe->band[i].text));
	return list;
}

json_t *partial_bands(const struct recipe *recipe)
{
	return band_names(recipe, UINT16_MAX);
}

static json_t *value_object(const struct recipe *recipe, const struct value_def *value)
{
	json_t *o = json_object(), *range = json_array();

	js_append(&range, js_number(value->grid.lo));
	js_append(&range, js_number(value->grid.hi));
	js_put(&o, "name", partial_text(value->name));
	js_put(&o, "formula", partial_text(value->formula));
	js_put(&o, "bands", band_names(recipe, value->reads));
	js_put(&o, "kind", json_string(kind_words[value->kind]));
	js_put(&o, "grid_exponent", json_integer(value->grid.exponent));
	js_put(&o, "range", range);
	return o;
}

json_t *partial_values(const struct recipe *recipe)
{
	json_t *list = json_array();

	for (unsigned v = 0; v < recipe->n_values; v++)
		js_append(&list, value_object(recipe, &recipe->value[v]));
	return list;
}

/* --- reading: false where it is not as it is written --- */

static bool read_word(char *to, size_t size, const json_t *value)
{
	const char *text = json_string_value(value);

	if (!text || !*text || json_string_length(value) >= size)
		return false;
	(void)snprintf(to, size, "%s", text);
	return true;
}

/* Common names, numbers of a product and places: "nir", "B8A", "#5". */
static bool read_band(struct recipe *recipe, const json_t *value)
{
	static const char signs[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789#";
	struct band_wish *band = &recipe->band[recipe->n_bands];

	if (!read_word(band->text, sizeof(band->text), value) ||
	    band->text[strspn(band->text, signs)])
		return false;
	for (unsigned i = 0; i < recipe->n_bands; i++)
		if (strcmp(recipe->band[i].text, band->text) == 0)
			return false;
	recipe->n_bands++;
	return true;
}

static bool read_bands(struct recipe *recipe, const json_t *list)
{
	size_t n = json_array_size(list);

	if (!n || n > RECIPE_MAX_BANDS)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!read_band(recipe, json_array_get(list, i)))
			return false;
	return true;
}

/* Words of expressions, in lower case; each once. */
static bool read_name(struct recipe *recipe, struct value_def *value, const json_t *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	static const char signs[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

	if (!read_word(value->name, sizeof(value->name), name) ||
	    !strchr(letters, value->name[0]) || value->name[strspn(value->name, signs)])
		return false;
	for (const struct value_def *other = recipe->value; other < value; other++)
		if (strcmp(other->name, value->name) == 0)
			return false;
	return true;
}

/* Some of the recipe's bands, in its order. */
static bool read_reads(const struct recipe *recipe, struct value_def *value, const json_t *list)
{
	size_t n = json_array_size(list), found = 0;

	for (unsigned i = 0; i < recipe->n_bands; i++) {
		const char *text = json_string_value(json_array_get(list, found));

		if (!text || strcmp(text, recipe->band[i].text) != 0)
			continue;
		value->reads |= (uint16_t)(1u << i);
		found++;
	}
	return n && found == n;
}

static bool read_kind(enum value_kind *kind, const json_t *value)
{
	const char *word = json_string_value(value);

	for (int i = 0; word && i < N_KINDS; i++)
		if (strcmp(kind_words[i], word) == 0) {
			*kind = (enum value_kind)i;
			return true;
		}
	return false;
}

/* A zero has no sign: one way to write it. */
static bool read_end(double *to, const json_t *value)
{
	*to = json_real_value(value);
	return json_is_real(value) && isfinite(*to) && (*to != 0 || !signbit(*to));
}

static bool read_grid(struct value_grid *grid, const json_t *exponent, const json_t *range)
{
	json_int_t e = json_integer_value(exponent);

	if (!json_is_integer(exponent) || e < 0 || e > ACCUM_MOST_EXPONENT ||
	    json_array_size(range) != 2 || !read_end(&grid->lo, json_array_get(range, 0)) ||
	    !read_end(&grid->hi, json_array_get(range, 1)))
		return false;
	grid->exponent = (int)e;
	return value_grid_valid(grid);
}

static bool read_value(struct recipe *recipe, const json_t *o)
{
	struct value_def *value = &recipe->value[recipe->n_values++];

	if (json_object_size(o) != 6 || !read_name(recipe, value, json_object_get(o, "name")))
		return false;
	value->formula = partial_read_text(json_object_get(o, "formula"), FORMULA_MOST);
	if (!value->formula || !*value->formula)
		return false;
	value->normalized_difference = recipe_is_difference(recipe, value->formula);
	return read_reads(recipe, value, json_object_get(o, "bands")) &&
	       read_kind(&value->kind, json_object_get(o, "kind")) &&
	       read_grid(&value->grid, json_object_get(o, "grid_exponent"),
			 json_object_get(o, "range"));
}

/* A band that none of them reads is there to be written (--bands-output). */
static bool read_values(struct recipe *recipe, const json_t *list)
{
	size_t n = json_array_size(list);
	unsigned bands = 0;

	if (!n || n > RECIPE_MAX_VALUES)
		return false;
	for (size_t v = 0; v < n; v++) {
		if (!read_value(recipe, json_array_get(list, v)))
			return false;
		bands |= recipe->value[v].reads;
	}
	recipe->kept = (uint16_t)(((1u << recipe->n_bands) - 1) & ~bands);
	return true;
}

struct recipe *partial_read_recipe(const json_t *bands, const json_t *values)
{
	struct recipe *recipe = calloc(1, sizeof(*recipe));

	if (recipe && read_bands(recipe, bands) && read_values(recipe, values))
		return recipe;
	recipe_free(recipe);
	return NULL;
}

/* --- comparing --- */

enum { BANDS_SHOWN = RECIPE_MAX_BANDS * BAND_WORD_BYTES, VALUE_SHOWN = 320 };

static const char *bands_shown(char text[BANDS_SHOWN], const struct recipe *recipe, unsigned bands)
{
	size_t used = 0;

	for (unsigned i = 0; i < recipe->n_bands; i++)
		if (bands >> i & 1)
			used += (size_t)snprintf(text + used, BANDS_SHOWN - used, "%s%s",
						 used ? "," : "", recipe->band[i].text);
	return text;
}

/* Cut where it is long. */
static const char *value_shown(char text[VALUE_SHOWN], const struct recipe *recipe, unsigned v)
{
	const struct value_def *value = &recipe->value[v];
	char bands[BANDS_SHOWN] = "";

	if (v >= recipe->n_values)
		(void)snprintf(text, VALUE_SHOWN, "%u indices alone", recipe->n_values);
	else
		(void)snprintf(text, VALUE_SHOWN,
			       "%s on range %.9g..%.9g (exponent %d, %s, of %.90s: %.100s)",
			       value->name, value->grid.lo, value->grid.hi, value->grid.exponent,
			       kind_words[value->kind], bands_shown(bands, recipe, value->reads),
			       value->formula);
	return text;
}

static bool same_bands(const struct recipe *a, const struct recipe *b)
{
	if (a->n_bands != b->n_bands)
		return false;
	for (unsigned i = 0; i < a->n_bands; i++)
		if (strcmp(a->band[i].text, b->band[i].text) != 0)
			return false;
	return true;
}

static bool same_value(const struct value_def *a, const struct value_def *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->formula, b->formula) == 0 &&
	       a->reads == b->reads && a->kind == b->kind && a->grid.exponent == b->grid.exponent &&
	       a->grid.lo == b->grid.lo && a->grid.hi == b->grid.hi;
}

int partial_recipe_same(const struct recipe *a, const char *a_path, const struct recipe *b,
			const char *b_path, struct error *err)
{
	unsigned n = a->n_values > b->n_values ? a->n_values : b->n_values;
	char x[VALUE_SHOWN], y[VALUE_SHOWN], bands[2][BANDS_SHOWN] = {"", ""};

	for (unsigned v = 0; v < n; v++)
		if (v >= a->n_values || v >= b->n_values || !same_value(&a->value[v], &b->value[v]))
			return error_set(err, EX_DATAERR,
					 "%s was made with %s, %s with %s; make all parts with the "
					 "same options",
					 b_path, value_shown(y, b, v), a_path,
					 value_shown(x, a, v));
	if (same_bands(a, b))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s was made with the bands %s, %s with %s; make all parts with the same "
			 "options",
			 b_path, bands_shown(bands[0], b, UINT16_MAX), a_path,
			 bands_shown(bands[1], a, UINT16_MAX));
}
