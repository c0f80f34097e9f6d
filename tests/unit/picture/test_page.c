/*
 * Pages: elements that are closed in order, text that is escaped, and what a screen reader needs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picture/page.h"

static char *text;

static FILE *begin(void)
{
	static size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	return out;
}

static void check(FILE *out, const char *expected)
{
	assert_int_equal(fclose(out), 0);
	if (!strstr(text, expected))
		fail_msg("no %s in %s", expected, text);
	free(text);
}

static void test_links_find_sections(void **state)
{
	static const char *const headings[] = {"Left out", NULL};
	FILE *out = begin();

	(void)state;
	page_open_listed(out, "A <b>", NULL, headings);
	assert_int_equal(fflush(out), 0);
	assert_non_null(strstr(text, "<title>A &lt;b&gt;</title>"));
	assert_non_null(strstr(text, "<html lang=\"en\">"));
	assert_non_null(strstr(text, "<a class=\"skip\" href=\"#content\">"));
	assert_non_null(strstr(text, "<main id=\"content\">"));
	assert_non_null(strstr(text, "<a href=\"#left-out\">Left out</a>"));
	page_section(out, headings[0]);
	check(out, "<h2 id=\"left-out\">Left out</h2>");
}

static void test_heads_of_numbers(void **state)
{
	static const char *const heads[] = {"scene", ">mean"};
	FILE *out = begin();

	(void)state;
	page_table_open(out, "Cap & tion", heads, 2);
	page_row_open(out);
	page_row_head(out, "<%s>", "x");
	page_number(out, "%d", 5);
	page_row_close(out);
	page_table_close(out);
	assert_int_equal(fflush(out), 0);
	assert_non_null(strstr(text, "<caption>Cap &amp; tion</caption>"));
	assert_non_null(strstr(text, "<th scope=\"col\">scene</th>"
				     "<th scope=\"col\" class=\"n\">mean</th>"));
	check(out, "<tr><th scope=\"row\">&lt;x&gt;</th><td class=\"n\">5</td></tr>");
}

static void test_pictures(void **state)
{
	FILE *out = begin();

	(void)state;
	page_picture(out, &(struct page_picture){.png = "foobar",
						 .n_png = 5,
						 .link = "",
						 .caption = "<i>",
						 .alt = "a \"map\"",
						 .x_size = 64,
						 .y_size = 16});
	page_key(out, &(struct page_key){.name = "n<", .words = "w&", .holes = true});
	page_swatch(out, "#102030", "<%s>", "c");
	assert_int_equal(fflush(out), 0);
	/* RFC 4648, section 10, has these vectors. */
	assert_non_null(strstr(text, "src=\"data:image/png;base64,Zm9vYmE=\""));
	assert_non_null(strstr(text, "alt=\"a &quot;map&quot;\""));
	assert_non_null(strstr(text, "<figcaption>&lt;i&gt;</figcaption>"));
	assert_non_null(strstr(text, "<strong>n&lt;</strong>"));
	assert_non_null(strstr(text, "no valid pixel"));
	check(out, "style=\"background:#102030\"></i> &lt;c&gt;</span>");
}

static void test_a_long_text_is_cut(void **state)
{
	FILE *out = begin();
	char *longer = malloc(100000);

	(void)state;
	assert_non_null(longer);
	memset(longer, 'x', 99999);
	longer[99999] = '\0';
	page_wide_cell(out, 3, "%s", longer);
	free(longer);
	assert_int_equal(fflush(out), 0);
	assert_true(strlen(text) < 4200);
	check(out, "<td class=\"w\" colspan=\"3\"><div>xxx");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links_find_sections),
		cmocka_unit_test(test_heads_of_numbers),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_a_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
