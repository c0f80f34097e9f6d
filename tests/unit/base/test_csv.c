/*
 * Fields of CSV: what is quoted, and what a spreadsheet would run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/csv.h"

static void check(void (*put)(FILE *, const char *), const char *in, const char *want)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	put(out, in);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, want);
	free(text);
}

static void what_is_quoted(void **state)
{
	(void)state;
	check(csv_words, "", "");
	check(csv_words, "a b", "a b");
	check(csv_words, "a,b", "\"a,b\"");
	check(csv_words, "a\"b", "\"a\"\"b\"");
	check(csv_words, " a", "\" a\"");
	check(csv_words, "a ", "\"a \"");
	check(csv_name, "a ", "\"a \"");
	check(csv_name, "a;b", "a;b");
}

static void no_formula(void **state)
{
	(void)state;
	check(csv_words, "=1+1", "\\x3D1+1");
	check(csv_words, " =1", "\" \\x3D1\"");
	check(csv_words, "-1", "\\x2D1");
	check(csv_words, "a-1", "a-1");
	check(csv_words, "a;=1", "a;\\x3D1");
	check(csv_name, "@x", "\\x40x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_quoted),
		cmocka_unit_test(no_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
