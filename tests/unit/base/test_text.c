/*
 * Text for people: names are cut and shown safely, sizes have three digits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/screen.h"
#include "base/text.h"

static void test_single_blanks(void **state)
{
	static const struct {
		char text[24];
		const char *expected;
	} cases[] = {{"PS         WGS84", "PS WGS84"},
		     {"  a  b ", "a b"},
		     {"a b", "a b"},
		     {"   ", ""},
		     {"", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[24];

		memcpy(text, cases[i].text, sizeof(text));
		text_single_blanks(text);
		assert_string_equal(text, cases[i].expected);
	}
}

static void test_text_cut(void **state)
{
	char out[4 * TEXT_NAME_COLUMNS + 1];

	(void)state;
	assert_string_equal(text_cut(out, "abc", 5), "abc  ");
	assert_string_equal(text_cut(out, "abcdefghij", 7), "ab...ij");
	assert_string_equal(text_cut(out,
				     "\xC3\xA4\xC3\xB6\xC3\xBC\xC3\x9F\xE2\x82\xAC"
				     "z",
				     5),
			    "\xC3\xA4...z");
	assert_string_equal(text_cut(out, "a\n\xFF", 9), "a\\x0A\\xFF");
	assert_int_equal(utf8_length("\xED\xA0\x80"), 0); /* a surrogate */
	assert_int_equal(utf8_length("\xC0\xAF"), 0);     /* overlong */
	assert_int_equal(utf8_length("\xF0\x9F\x8C\x8D"), 4);
	assert_int_equal(utf8_length("\xF0\x9F"), 0);
}

/* Japanese takes two columns a character, an accent of its own none; none of that moves columns. */
static void test_wide_and_narrow(void **state)
{
	static const char tokyo[] = "\xE6\x9D\xB1\xE4\xBA\xAC"; /* 2 characters */
	static const char a_umlaut[] = "A\xCC\x88";             /* A, U+0308, as macOS writes it */
	char out[4 * TEXT_CUT_MOST + 1], name[4000] = "A";

	(void)state;
	assert_int_equal(text_columns(tokyo), 4);
	assert_int_equal(text_columns(a_umlaut), 1);
	assert_int_equal(text_columns("\xEA\xB0\x80 \xF0\x9F\x9B\xB0 \xC3\xA4"), 7);
	assert_string_equal(text_cut(out, tokyo, 6), "\xE6\x9D\xB1\xE4\xBA\xAC  ");
	assert_string_equal(text_cut(out, a_umlaut, 5), "A\xCC\x88    ");
	/* 8 columns in 7: the head has 2, the tail 2 */
	assert_string_equal(text_cut(out, "\xE6\x9D\xB1\xE6\x9D\xB1\xE6\x9D\xB1\xE4\xBA\xAC", 7),
			    "\xE6\x9D\xB1...\xE4\xBA\xAC");
	/* 6 in 5: a head of one column cannot hold half a character */
	assert_string_equal(text_cut(out, "\xE6\x9D\xB1\xE6\x9D\xB1\xE4\xBA\xAC", 5), "...  ");
	assert_string_equal(text_cut(out, "A\xCC\x88_long_name_A\xCC\x88", 7),
			    "A\xCC\x88_..._A\xCC\x88");
	for (size_t i = 1; i + 2 < sizeof(name); i += 2) /* accents without end */
		memcpy(name + i, "\xCC\x88", 3);
	assert_int_equal(text_columns(name), 1);
	assert_true(strlen(text_cut(out, name, 5)) <= 4 * 5);
}

static void test_bytes(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{0, "0 B"},
		{1023, "1023 B"},
		{1024, "1.00 KiB"},
		{10 << 10, "10.0 KiB"},
		{100 << 10, "100 KiB"},
		{1 << 20, "1.00 MiB"},
		{1536 << 10, "1.50 MiB"},
		{1ull << 50, "1.00 PiB"},
		{1ull << 60, "1024 PiB"},
	};
	char text[24];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(bytes_text(text, rows[i].bytes), rows[i].text);
}

static void test_value(void **state)
{
	char text[24];

	(void)state;
	assert_string_equal(text_value(text, NAN), "-");
	assert_string_equal(text_value(text, -0.12345), "-0.1235");
	assert_string_equal(text_value(text, 999.9999), "999.9999");
	assert_string_equal(text_value(text, 1000), "1000");
	assert_string_equal(text_value(text, 4700.3333), "4700.33");
	assert_string_equal(text_value(text, -12345.678), "-12345.7");
	assert_string_equal(text_value(text, 999999.4), "999999");
	assert_string_equal(text_value(text, -999999.6), "-1e+06");
}

static void test_fold(void **state)
{
	char *text = NULL, words[3 * SCREEN_PLAIN + 1];
	size_t size, line = 0;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	for (size_t i = 0; i < sizeof(words) - 1; i++)
		words[i] = i % 7 == 6 ? ' ' : 'w';
	words[sizeof(words) - 1] = '\0';
	text_item(out, 8, "label", words);
	assert_int_equal(fclose(out), 0);
	assert_memory_equal(text, "label   wwwwww w", 16);
	for (size_t i = 0; i < size; i++) {
		line = text[i] == '\n' ? 0 : line + 1;
		assert_true(line <= SCREEN_PLAIN);
		if (text[i] == '\n' && i + 1 < size)
			assert_memory_equal(text + i, "\n        w", 10);
	}
	assert_int_equal(text[size - 1], '\n');
	free(text);
}

/* A gap is not left before nothing. */
static void test_fold_behind(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	text_fold_behind(out, 0, 2, 4, "a b");
	text_fold_behind(out, SCREEN_PLAIN - 3, 2, 4, "a b");
	text_fold_behind(out, SCREEN_PLAIN - 2, 2, 4, "a b");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, "  a b\n  a\n    b\n\n    a b\n");
	free(text);
}

/* A name stays with its value, a number with its unit, wherever the line ends. */
static void test_fold_pairs(void **state)
{
	static const char text[] = "width = 64, share = 50 % of 7.81 KiB; of 512 x 8 (5 x 5) with "
				   "--scale 0.0001 --offset -0.1 --mask 'SCL=4' 2 more";
	static const char *const pairs[] = {"width = 64,",   "share = 50 %",  "7.81 KiB;",
					    "512 x 8",       "(5 x 5)",       "--scale 0.0001",
					    "--offset -0.1", "--mask 'SCL=4'"};

	(void)state;
	for (unsigned column = 4; column < SCREEN_PLAIN; column++) {
		char *folded = NULL;
		size_t size;
		FILE *out = open_memstream(&folded, &size);

		text_fold(out, column, 4, text);
		assert_int_equal(fclose(out), 0);
		for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
			if (!strstr(folded, pairs[i]))
				fail_msg("no %s from column %u: %s", pairs[i], column, folded);
		free(folded);
	}
}

static void check_word(const char *text, const char *first)
{
	size_t length = (size_t)(text_word_end(text) - text);

	assert_int_equal(length, strlen(first));
	assert_memory_equal(text, first, length);
}

static void test_where_lines_end(void **state)
{
	char wide[2 * SCREEN_PLAIN];
	char *text = NULL;
	size_t size;
	FILE *out;

	(void)state;
	check_word("a b", "a");
	check_word("a = b = c = d", "a = b = c");
	check_word("size = 5 x 5 x 5", "size = 5 x 5");
	check_word("3 x faster", "3");
	check_word("5 xs", "5");
	check_word("10 Booleans", "10");
	check_word("--scale and --offset 0", "--scale");
	check_word("--offset 0", "--offset 0");
	check_word("--offset, 0", "--offset,");
	check_word("-1 2", "-1");
	check_word("a =", "a");
	check_word("a = ", "a = ");
	check_word("", "");
	/* A pair that is wider than a line is two words. */
	memset(wide, 'w', sizeof(wide));
	memcpy(wide + SCREEN_PLAIN - 8, " = ", 3);
	wide[SCREEN_PLAIN + 10] = '\0';
	out = open_memstream(&text, &size);
	text_fold(out, 0, 4, wide);
	assert_int_equal(fclose(out), 0);
	assert_memory_equal(text + SCREEN_PLAIN - 8, " =\n    w", 8);
	free(text);
}

static void check_distance(const char *a, const char *b, unsigned want)
{
	assert_int_equal(text_distance(a, strlen(a), b), want);
	assert_int_equal(text_distance(b, strlen(b), a), want);
}

static void test_distance(void **state)
{
	(void)state;
	check_distance("", "", 0);
	check_distance("nir", "nir", 0);
	check_distance("", "nir", 3);
	check_distance("nri", "nir", 1);
	check_distance("gren", "green", 1);
	check_distance("swir16", "swir22", 2);
	check_distance("kitten", "sitting", 3);
	/* A swap is one step, but what was swapped is not changed again. */
	check_distance("ca", "abc", 3);
	check_distance("x", "123456789012345678901234567890123", TEXT_WORD_MOST);
	assert_int_equal(text_distance("nirx", 3, "nir"), 0);
}

static void check_path(const char *path, const char *folder, const char *name)
{
	char *got = path_folder(path);

	assert_non_null(got);
	assert_string_equal(got, folder);
	assert_string_equal(path_name(path), name);
	free(got);
}

static void test_path(void **state)
{
	(void)state;
	check_path("a.tif", ".", "a.tif");
	check_path("", ".", "");
	check_path("b/a.tif", "b", "a.tif");
	check_path("../c//b///a.tif", "../c//b", "a.tif");
	check_path("b/", "b", "");
	check_path("/a.tif", "/", "a.tif");
	check_path("//a.tif", "/", "a.tif");
}

static void names_said_once(void **state)
{
	(void)state;
	assert_string_equal(text_beyond_name("l8: no band", "l8"), "no band");
	assert_string_equal(text_beyond_name("l8: l8: no band", "l8"), "l8: no band");
	assert_string_equal(text_beyond_name("l8.tif: no band", "l8"), "l8.tif: no band");
	assert_string_equal(text_beyond_name("l8:", "l8"), "l8:");
	assert_string_equal(text_beyond_name(": no band", ""), ": no band");
	assert_string_equal(text_beyond_name("l8", "l8"), "l8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_said_once), cmocka_unit_test(test_single_blanks),
		cmocka_unit_test(test_text_cut),   cmocka_unit_test(test_wide_and_narrow),
		cmocka_unit_test(test_bytes),      cmocka_unit_test(test_value),
		cmocka_unit_test(test_fold),       cmocka_unit_test(test_fold_behind),
		cmocka_unit_test(test_fold_pairs), cmocka_unit_test(test_where_lines_end),
		cmocka_unit_test(test_distance),   cmocka_unit_test(test_path),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
