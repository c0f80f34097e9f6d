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
#include "picture/svg.h"

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

/* The style takes them from the table, by the number of the column: from 2 on, the first is the
 * row's. */
static void test_pairs_have_the_names_of_columns(void **state)
{
	static const char *const heads[] = {"stage", ">MB in", "a < b"};
	FILE *out = begin();

	(void)state;
	page_pairs_open(out, "Stages", heads, 3);
	page_table_close(out);
	page_open(out, "Title", NULL);
	assert_int_equal(fflush(out), 0);
	assert_non_null(strstr(text, "<table class=\"pairs\" "
				     "style=\"--c2:'MB in';--c3:'a &lt; b';\">\n<caption>"));
	assert_non_null(strstr(text, ".pairs td:nth-child(2){--name:var(--c2)}"));
	check(out, "<th scope=\"col\">stage</th><th scope=\"col\" class=\"n\">MB in</th>");
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
	assert_non_null(strstr(text, "xxx ...</div></td>"));
	check(out, "<td class=\"w\" colspan=\"3\"><div>xxx");
}

/* Browsers break lines behind hyphens: "--/mask" is not what can be typed. */
static void test_options_are_not_broken(void **state)
{
	FILE *out = begin();

	(void)state;
	page_paragraph(
		out, "%s",
		"pass --mask <no>, or `-o maps/`; well-known, -5, 8 - 3 (--a-b); 2026-07-01, 26-7");
	assert_int_equal(fflush(out), 0);
	check(out, "<p>pass <span class=\"s\">--mask</span> &lt;no&gt;, or `<span class=\"s\">-o"
		   "</span> maps/`; well-known, -5, 8 - 3 (<span class=\"s\">--a-b</span>); <span "
		   "class=\"s\">"
		   "2026-07-01</span>, 26-7</p>");
}

static void draw_width(FILE *out, double width, const void *what)
{
	fprintf(out, "<svg>%s %.0f</svg>\n", (const char *)what, width);
}

static void test_a_figure_has_two_widths(void **state)
{
	FILE *out = begin();

	(void)state;
	page_figure(out, "Time", "By --workers", draw_width, "drawn for");
	page_row_below(out, 7, "<%s>", "why");
	assert_int_equal(fflush(out), 0);
	assert_non_null(strstr(text, "<div class=\"broad\">\n<svg>drawn for 900</svg>\n</div>\n"
				     "<div class=\"slim\">\n<svg>drawn for 400</svg>\n</div>\n"
				     "<figcaption>By "));
	check(out, "<tr><td class=\"w b\" colspan=\"7\"><div>&lt;why&gt;</div></td></tr>");
}

/* Three entries of 18 + 6.48 * letters, 20 apart, between 100 and 300. */
static void test_a_legend_goes_on_in_a_new_row(void **state)
{
	struct svg_legend legend = svg_legend_at(100, 300);
	FILE *out = begin();
	double first = legend.y;

	(void)state;
	svg_legend_area(NULL, &legend, SVG_INK, "0123456789");
	assert_true(legend.y == first && legend.x > 100);
	svg_legend_area(NULL, &legend, SVG_INK, "01234567");
	assert_true(legend.y == first);
	svg_legend_area(NULL, &legend, SVG_INK, "0");
	assert_true(legend.y > first);
	svg_legend_row(&legend);
	svg_legend_row(&legend); /* an empty row is not left out twice */
	first = legend.y;
	svg_legend_area(out, &legend, SVG_INK,
			"wider than all that is between the edges, it is cut");
	assert_true(legend.y == first);
	check(out, "<text x=\"118\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_links_find_sections),
		cmocka_unit_test(test_heads_of_numbers),
		cmocka_unit_test(test_pairs_have_the_names_of_columns),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_a_long_text_is_cut),
		cmocka_unit_test(test_options_are_not_broken),
		cmocka_unit_test(test_a_figure_has_two_widths),
		cmocka_unit_test(test_a_legend_goes_on_in_a_new_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
