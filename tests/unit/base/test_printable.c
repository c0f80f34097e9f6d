/*
 * What is shown as it is and what is escaped, in words, names and CSV; and that names come back.
 * The characters that must not be seen raw are taken one by one from Unicode's own lists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/csv.h"
#include "base/text.h"
#include "printable.h"

static char *words(const char *text)
{
	static char out[1024];

	return printable_copy(out, sizeof(out), text);
}

static char *name(const char *text)
{
	static char out[8192];
	size_t used = 0;

	while (*text)
		used += printable_name_next(out + used, &text);
	out[used] = '\0';
	return out;
}

static void test_words(void **state)
{
	static const struct {
		const char *text, *shown;
	} cases[] = {
		{"", ""},
		{"plain ~ \"x\" \\ <&>", "plain ~ \"x\" \\ <&>"},
		{"\xC3\xBC \xE2\x82\xAC \xF0\x9F\x8C\x8D \xD7\xA9\xD7\x9C",
		 "\xC3\xBC \xE2\x82\xAC \xF0\x9F\x8C\x8D \xD7\xA9\xD7\x9C"},
		{"\x1b[31m\a\n\r\t\x7f", "\\x1B[31m\\x07\\x0A\\x0D\\x09\\x7F"},
		{"\xC2\x9B"
		 "31m",
		 "\\xC2\\x9B31m"},                                   /* CSI in one character */
		{"a\xE2\x80\xAEgpj.tif", "a\\xE2\\x80\\xAEgpj.tif"}, /* right-to-left override */
		{"\xE2\x81\xA6\xE2\x81\xA9", "\\xE2\\x81\\xA6\\xE2\\x81\\xA9"}, /* isolates */
		{"\xE2\x80\x8B\xE2\x80\x8F",
		 "\\xE2\\x80\\x8B\\xE2\\x80\\x8F"}, /* zero width, mark */
		{"\xE2\x80\xA8\xE2\x80\xA9", "\\xE2\\x80\\xA8\\xE2\\x80\\xA9"}, /* separators */
		{"\xEF\xBB\xBF\xEF\xBF\xBF", "\\xEF\\xBB\\xBF\\xEF\\xBF\\xBF"}, /* BOM, no char */
		{"\xF3\xA0\x81\x81\xF0\x9F\xBF\xBF", "\\xF3\\xA0\\x81\\x81\\xF0\\x9F\\xBF\\xBF"},
		{"\xFF\xC0\xAF\xED\xA0\x80\xF5", "\\xFF\\xC0\\xAF\\xED\\xA0\\x80\\xF5"},
		{"\xE2\x82", "\\xE2\\x82"}, /* cut off */
		{"\\x1B", "\\x1B"},         /* printable already */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(words(cases[i].text), cases[i].shown);
		assert_string_equal(words(cases[i].shown), cases[i].shown);
	}
}

/* Any bytes become printable text, and the same bytes again. */
static void test_names_come_back(void **state)
{
	static const char fixed[][16] = {"\\x1B", "\\\\x1B", "\\x5Cx1B", "\\x5c",
					 "\\",    "\\x",     "\\xA"};
	uint64_t random = 88172645463325252u;
	char raw[64], back[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		printable_restore(strcpy(back, name(fixed[i])));
		assert_string_equal(back, fixed[i]);
	}
	assert_string_equal(name("\\x1B"), "\\x5Cx1B");
	for (int n = 0; n < 200000; n++) {
		size_t length = 0;

		while (length < sizeof(raw) - 1) {
			static const char often[] = "\\x\\x0F9A\xC2\xE2\x80\xAE\x9B=";

			random = random * 6364136223846793005u + 1442695040888963407u;
			raw[length] = random >> 63 ? often[(random >> 40) % (sizeof(often) - 1)]
						   : (char)(random >> 32);
			if (raw[length++] == '\0' || (random >> 50 & 31) == 0)
				break;
		}
		raw[length] = '\0';
		strcpy(back, name(raw));
		for (const char *p = back; *p; p += utf8_length(p))
			assert_true(printable_as_is(p, utf8_length(p)));
		printable_restore(back);
		assert_string_equal(back, raw);
	}
}

static void test_middle_is_cut(void **state)
{
	char out[16];

	(void)state;
	assert_string_equal(printable_copy(out, 9, "12345678"), "12345678");
	assert_string_equal(printable_copy(out, 9, "123456789"), "12...789");
	assert_string_equal(printable_copy(out, 10,
					   "\x1b"
					   "12345\x1b"),
			    "...");
	assert_string_equal(printable_copy(out, 3, "1234"), "");
}

static char *csv(void (*put)(FILE *out, const char *text), const char *text)
{
	static char written[512];
	FILE *out = fmemopen(written, sizeof(written), "w");

	assert_non_null(out);
	put(out, text);
	assert_int_equal(fclose(out), 0);
	return written;
}

static void test_csv(void **state)
{
	(void)state;
	assert_string_equal(csv(csv_name, "a b"), "a b");
	assert_string_equal(csv(csv_name, "a,\"b\""), "\"a,\"\"b\"\"\"");
	assert_string_equal(csv(csv_name, "a\nb\r"), "a\\x0Ab\\x0D");
	assert_string_equal(csv(csv_name, "=cmd()"), "\\x3Dcmd()");
	assert_string_equal(csv(csv_name, "+1"), "\\x2B1");
	assert_string_equal(csv(csv_name, "-rf"), "\\x2Drf");
	assert_string_equal(csv(csv_name, "@x"), "\\x40x");
	assert_string_equal(csv(csv_name, "  =x"), "\"  \\x3Dx\"");
	assert_string_equal(csv(csv_name, "\t=x"), "\\x09=x");
	assert_string_equal(csv(csv_name, "a;=x;b-c=d"), "a;\\x3Dx;b-c=d");
	assert_string_equal(csv(csv_name, "a,=x"), "\"a,\\x3Dx\"");
	assert_string_equal(csv(csv_name, "\\x3D"), "\\x5Cx3D");
	assert_string_equal(csv(csv_words, "\\x3D"), "\\x3D");
	assert_string_equal(csv(csv_words, "a.tif: cause; --memory 9M does"),
			    "a.tif: cause; --memory 9M does");
}

static void test_columns(void **state)
{
	char out[4 * TEXT_NAME_COLUMNS + 1];

	(void)state;
	assert_string_equal(text_cut(out, "\x1b", 6), "\\x1B  ");
	assert_string_equal(text_cut(out, "abc\x1b\x1b\x1bxyz", 9), "abc...xyz");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),         cmocka_unit_test(test_names_come_back),
		cmocka_unit_test(test_middle_is_cut), cmocka_unit_test(test_csv),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
