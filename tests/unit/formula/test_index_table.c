/*
 * The table of indices: each row is whole, and none hides another.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "bands/names.h"
#include "formula/functions.h"
#include "formula/index_table.h"
#include "formula/lexer.h"
#include "formula/recipe_make.h"

enum { NAMES_MOST = 256, WORD_MOST = 32 };

/* All names and aliases. */
static unsigned all_names(char name[NAMES_MOST][WORD_MOST])
{
	unsigned n = 0;

	for (const struct index_row *row = index_table; row->name; row++) {
		const char *alias = row->aliases ? row->aliases : "";

		(void)snprintf(name[n++], WORD_MOST, "%s", row->name);
		while (*alias) {
			size_t length = strcspn(alias, " ");

			assert_true(length > 0);
			(void)snprintf(name[n++], WORD_MOST, "%.*s", (int)length, alias);
			alias += length + (alias[length] == ' ');
		}
		assert_in_range(n, 1, NAMES_MOST - 8);
	}
	return n;
}

static void names_are_unique(void **state)
{
	static char name[NAMES_MOST][WORD_MOST];
	unsigned n = all_names(name);

	(void)state;
	assert_true(n >= 60);
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < i; j++)
			if (strcasecmp(name[i], name[j]) == 0)
				fail_msg("%s and %s: names do not differ by case alone", name[i],
					 name[j]);
}

/* What a row says of a factor of all bands is what its formula says. */
static void kinds_fit_formulas(void **state)
{
	(void)state;
	for (const struct index_row *row = index_table; row->name; row++) {
		struct recipe *recipe;
		struct error err;

		assert_int_equal(recipe_of_index(&recipe, row->name, &err), 0);
		if (recipe->value[0].of_unit == (row->kind == VALUE_SCALE_FREE))
			fail_msg("%s: %s", row->name, recipe->value[0].formula);
		recipe_free(recipe);
	}
}

/* In an expression a name has one meaning. */
static void names_are_free(void **state)
{
	static char name[NAMES_MOST][WORD_MOST];
	unsigned n = all_names(name);
	struct band_wish wish;

	(void)state;
	for (unsigned i = 0; i < n; i++)
		if (function_find(name[i]) ||
		    !band_wish_parse(name[i], strlen(name[i]), &wish, NULL))
			fail_msg("%s is a function or a band", name[i]);
}

static void names_are_found(void **state)
{
	(void)state;
	assert_string_equal(index_find("ndvi")->name, "NDVI");
	assert_string_equal(index_find("KNDVI")->name, "kNDVI");
	assert_string_equal(index_find("lswi")->name, "NDMI");
	assert_ptr_equal(index_find("NDII"), index_find("NDMI"));
	assert_string_equal(index_find("msavi2")->name, "MSAVI");
	assert_null(index_find("ndv"));
	assert_null(index_find(""));
	assert_null(index_find("NDII LSWI"));
}

static void near_names(void **state)
{
	char list[SPELLING_LIST];

	(void)state;
	assert_string_equal(index_near(list, "kndvii"), "kNDVI");
	assert_string_equal(index_near(list, "NDVII"), "NDVI");
	assert_string_equal(index_near(list, "vegetation"), "");
	assert_string_equal(index_near(list, ""), "");
	assert_true(strlen(index_near(list, "ND__")) < SPELLING_LIST);
}

/* Does the name stand in the row's own formula? */
static bool uses(const struct index_row *row, const char *name)
{
	struct token token = {0};

	do {
		assert_int_equal(token_next(&token, row->formula, token.end, NULL), 0);
		if (token.kind == TOKEN_NAME && strcmp(token.word, name) == 0)
			return true;
	} while (token.kind != TOKEN_END);
	return false;
}

static void constants_are_used(void **state)
{
	struct index_constant constant[INDEX_CONSTANTS_MOST];
	struct band_wish wish;

	(void)state;
	for (const struct index_row *row = index_table; row->name; row++) {
		unsigned n = index_constants(constant, row);
		char text[128] = "";

		for (unsigned i = 0; i < n; i++) {
			size_t used = strlen(text);

			if (!uses(row, constant[i].name))
				fail_msg("%s has no %s", row->name, constant[i].name);
			if (function_find(constant[i].name) || index_find(constant[i].name) ||
			    !band_wish_parse(constant[i].name, strlen(constant[i].name), &wish,
					     NULL))
				fail_msg("%s of %s means something else, too", constant[i].name,
					 row->name);
			(void)snprintf(text + used, sizeof(text) - used, "%s%s=%g", i ? " " : "",
				       constant[i].name, constant[i].value);
		}
		assert_string_equal(text, row->constants ? row->constants : ""); /* read whole */
	}
}

static void ranges_are_ranges(void **state)
{
	(void)state;
	for (const struct index_row *row = index_table; row->name; row++) {
		const struct value_grid *grid = &row->grid;
		double most = fmax(fabs(grid->lo), fabs(grid->hi));

		assert_true(isfinite(grid->lo) && isfinite(grid->hi) && grid->lo < grid->hi);
		assert_in_range(grid->exponent, 0, 40);
		if (most > ldexp(1, grid->exponent))
			fail_msg("%s: its range goes beyond 2^%d", row->name, grid->exponent);
	}
}

static void rows_are_whole(void **state)
{
	(void)state;
	for (const struct index_row *row = index_table; row->name; row++) {
		assert_true(strlen(row->name) < VALUE_NAME_BYTES);
		assert_true(row->title && *row->title);
		assert_true(row->source && strpbrk(row->source, "12S")); /* a year, or a survey */
		assert_true(!row->doi || strncmp(row->doi, "10.", 3) == 0);
		assert_true(!row->dispute || row->dispute[strlen(row->dispute) - 1] != '.');
	}
}

/* Formulas as they are written out, of rows whose recipe says all that matters. */
static void rows_compile(void **state)
{
	(void)state;
	for (const struct index_row *row = index_table; row->name; row++) {
		struct error err = {0};
		struct recipe *recipe;

		if (recipe_of_index(&recipe, row->name, &err))
			fail_msg("%s: %s", row->name, err.text);
		assert_int_equal(recipe->n_values, 1);
		assert_ptr_equal(recipe->value[0].row, row);
		assert_int_equal(recipe->value[0].reads, (1u << recipe->n_bands) - 1);
		assert_int_equal(recipe->value[0].kind, row->kind);
		for (unsigned i = 0; i < recipe->n_bands; i++)
			assert_int_equal(recipe->band[i].kind, WISH_NAME);
		recipe_free(recipe);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_unique),   cmocka_unit_test(names_are_free),
		cmocka_unit_test(names_are_found),    cmocka_unit_test(near_names),
		cmocka_unit_test(constants_are_used), cmocka_unit_test(ranges_are_ranges),
		cmocka_unit_test(rows_are_whole),     cmocka_unit_test(rows_compile),
		cmocka_unit_test(kinds_fit_formulas),
	};

	return cmocka_run_group_tests_name("table of indices", tests, NULL, NULL);
}
