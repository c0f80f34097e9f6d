/*
 * The table of indices as text. What an index reads is taken from its recipe, never written twice.
 */
#include "index_text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bands/names.h"
#include "base/table.h"
#include "base/text.h"
#include "recipe_make.h"

enum { LABEL_COLUMNS = 13, SENSOR_COLUMNS = 30 };

static const struct {
	const char *word, *meaning;
} kinds[] = {
	[VALUE_SCALE_FREE] = {"", "a scale of all bands cancels, so numbers as stored will do; an "
				  "offset does not cancel"},
	[VALUE_PROPORTIONAL] = {"unit", "its values are in some power of the unit of the bands: to "
					"be compared, they need reflectance"},
	[VALUE_REFLECTANCE] = {"reflectance", "its constants mean reflectance from 0 to 1: where "
					      "files give no scale, it is refused; see --scale "
					      "(whole numbers) and --assume-reflectance "
					      "(fractions)"},
};

static bool has_band(uint32_t bands, enum band_name name)
{
	enum band_name other = band_name_stand_in(name);

	return bands & 1u << name || (other != NAME_NONE && bands & 1u << other);
}

/* Are all bands of the recipe there? */
static bool has_all(uint32_t bands, const struct recipe *recipe)
{
	for (unsigned i = 0; i < recipe->n_bands; i++)
		if (!has_band(bands, recipe->band[i].name))
			return false;
	return true;
}

uint32_t index_text_bands(const struct sensor *sensor)
{
	uint32_t bands = 0;

	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++)
		if (sensor_has(sensor, name))
			bands |= 1u << name;
	return bands;
}

/* Names in full are folded. On a narrow screen bands are left out: `index show` has them, too. */
enum { AT_INDEX, AT_BANDS, AT_NEEDS, AT_SCENES, AT_NAME_OF_SCENES, N_COLUMNS };

static const struct table_column columns[] = {
	[AT_INDEX] = {.head = "index", .width = 10, .left = true},
	[AT_BANDS] = {.head = "bands", .width = 38, .left = true, .drop = 1},
	[AT_NEEDS] = {.head = "needs", .width = 11, .left = true},
	[AT_NEEDS + 1] = {.head = "name in full", .width = 37, .left = true},
};
/* The same with how many of several scenes allow it. */
static const struct table_column columns_of_scenes[] = {
	[AT_INDEX] = {.head = "index", .width = 10, .left = true},
	[AT_BANDS] = {.head = "bands", .width = 38, .left = true, .drop = 1},
	[AT_NEEDS] = {.head = "needs", .width = 11, .left = true},
	[AT_SCENES] = {.head = "scenes", .width = 10, .left = true},
	[AT_NAME_OF_SCENES] = {.head = "name in full", .width = 26, .left = true},
};

static void list_row(const struct table *table, const struct index_row *row,
		     const struct recipe *recipe, uint32_t n, uint32_t of)
{
	unsigned last = of > 1 ? AT_SCENES : AT_NEEDS, at = table_column_at(table, last + 1);
	char bands[160] = "", scenes[32];
	const char *cell[N_COLUMNS] = {[AT_INDEX] = row->name,
				       [AT_BANDS] = bands,
				       [AT_NEEDS] = kinds[row->kind].word,
				       [AT_SCENES] = scenes};
	size_t used = 0;

	for (unsigned i = 0; i < recipe->n_bands && used < sizeof(bands); i++)
		used += (size_t)snprintf(bands + used, sizeof(bands) - used, "%s%s", i ? " " : "",
					 recipe->band[i].text);
	(void)snprintf(scenes, sizeof(scenes), "%" PRIu32 " of %" PRIu32, n, of);
	table_row_begin(table, INK_PLAIN, cell, last);
	(void)fputc(' ', table->out);
	text_fold(table->out, at, at, row->title);
}

/* How many of the scenes have all that it needs. */
static uint32_t n_allow(const struct recipe *recipe, const uint32_t *scene, uint32_t n_scenes)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_scenes; i++)
		n += has_all(scene[i], recipe);
	return n;
}

int index_text_list(FILE *out, uint32_t bands, const uint32_t *scene, uint32_t n_scenes,
		    struct error *err)
{
	struct table table;
	unsigned n = 0;

	if (n_scenes > 1)
		table_init(&table, out, columns_of_scenes, N_COLUMNS);
	else
		table_init(&table, out, columns, N_COLUMNS - 1);
	for (const struct index_row *row = index_table; row->name; row++) {
		struct recipe *recipe;
		uint32_t allow;

		if (recipe_of_index(&recipe, row->name, err))
			return -1;
		allow = n_allow(recipe, scene, n_scenes);
		if (has_all(bands, recipe) && (allow || !n_scenes)) {
			if (!n++)
				table_head(&table);
			list_row(&table, row, recipe, allow, n_scenes);
		}
		recipe_free(recipe);
	}
	return n ? 0
		 : error_set(err, EX_DATAERR,
			     "no index of the table can do with these bands alone");
}

int index_text_names(char *text, size_t size, uint32_t bands, bool reflectance, struct error *err)
{
	size_t used = 0;

	*text = '\0';
	for (const struct index_row *row = index_table; row->name && used < size; row++) {
		struct recipe *recipe;

		if ((row->kind == VALUE_REFLECTANCE) != reflectance)
			continue;
		if (recipe_of_index(&recipe, row->name, err))
			return -1;
		if (has_all(bands, recipe))
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
						 row->name);
		recipe_free(recipe);
	}
	return 0;
}

/* --- one --- */

static void item(FILE *out, const char *label, const char *text)
{
	text_item(out, LABEL_COLUMNS, label, text);
}

static void show_constants(FILE *out, const struct index_row *row)
{
	struct index_constant constant[INDEX_CONSTANTS_MOST];
	unsigned n = index_constants(constant, row);
	char text[200];
	size_t used = 0;

	for (unsigned i = 0; i < n && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s = %g",
					 i ? ", " : "", constant[i].name, constant[i].value);
	if (n && used < sizeof(text))
		(void)snprintf(text + used, sizeof(text) - used, "; change with --const %s.%s=...",
			       row->name, constant[0].name);
	if (n)
		item(out, "constants", text);
}

static void show_bands(FILE *out, const struct recipe *recipe)
{
	char text[300];
	size_t used = 0;

	for (unsigned i = 0; i < recipe->n_bands && used < sizeof(text); i++) {
		const char *letter = band_name_letter(recipe->band[i].name);

		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 *letter ? "%s%s (%s)" : "%s%s", i ? ", " : "",
					 recipe->band[i].text, letter);
	}
	item(out, "bands", text);
}

static void show_range(FILE *out, const struct value_def *value)
{
	char text[160];

	(void)snprintf(text, sizeof(text), "usually %g to %g, and exact beyond; on a grid of 2^%d",
		       value->grid.lo, value->grid.hi, value->grid.exponent - 30);
	item(out, "values", text);
}

static void show_source(FILE *out, const struct index_row *row)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "%s%s%s", row->source,
		       row->doi ? ", https://doi.org/" : "", row->doi ? row->doi : "");
	item(out, "source", text);
}

/* "blue 2, red 4, nir 8 or 8A"; the band's number is left out where it has none. */
static void sensor_bands(char *text, size_t size, const struct sensor *sensor,
			 const struct recipe *recipe)
{
	size_t used = 0;
	char codes[24];

	for (unsigned i = 0; i < recipe->n_bands && used < size; i++) {
		enum band_name name = recipe->band[i].name;

		if (!sensor_has(sensor, name))
			name = band_name_stand_in(name);
		sensor_codes_text(sensor, name, codes);
		used += (size_t)snprintf(text + used, size - used, "%s%s%s%s", i ? ", " : "",
					 recipe->band[i].text, *codes ? " " : "", codes);
	}
}

static void show_sensors(FILE *out, const struct recipe *recipe)
{
	char label[SENSOR_COLUMNS + 8], text[300];

	fputs("with\n", out);
	for (const struct sensor *s = sensor_next(NULL); s; s = sensor_next(s)) {
		if (!has_all(index_text_bands(s), recipe))
			continue;
		sensor_bands(text, sizeof(text), s, recipe);
		(void)snprintf(label, sizeof(label), "  %.*s", SENSOR_COLUMNS, s->name);
		text_item(out, SENSOR_COLUMNS, label, text);
	}
}

int index_text_show(FILE *out, const struct index_row *row, struct error *err)
{
	struct recipe *recipe;

	if (recipe_of_index(&recipe, row->name, err))
		return -1;
	fprintf(out, "%s: %s\n", row->name, row->title);
	if (row->aliases)
		item(out, "also", row->aliases);
	item(out, "formula", row->formula);
	show_constants(out, row);
	item(out, "written out", recipe->value[0].formula);
	show_bands(out, recipe);
	item(out, "needs", kinds[row->kind].meaning);
	show_range(out, &recipe->value[0]);
	show_source(out, row);
	if (row->dispute)
		item(out, "beware", row->dispute);
	show_sensors(out, recipe);
	recipe_free(recipe);
	return 0;
}
