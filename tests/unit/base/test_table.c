/*
 * Tables that fit: in 100 columns of what is no terminal, and on terminals of 60, 80 and 200.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/table.h"

enum { MOST_BYTES = 8192 };

/* 65 columns if all are there; 55 without the bytes, 45 without the seconds, too. */
static const struct table_column columns[] = {
	{.head = "scene", .width = 24, .most = 40, .left = true},
	{.head = "mean", .width = 20},
	{.head = "seconds", .width = 9, .drop = 1},
	{.head = "bytes", .width = 9, .drop = 2},
	{.head = "status", .width = 8, .left = true, .drop = 2},
};
static const char *const row[] = {"a-scene-with-a-long-name-of-its-own-and-more", "0.5", "1.25",
				  "1000", "ok"};

enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };

struct page {
	FILE *out;
	int master; /* -1: memory */
	char *memory;
	size_t size;
	char text[MOST_BYTES];
};

/* 0 columns: memory. */
static void page_open(struct page *p, unsigned width)
{
	struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)width};
	int slave;

	*p = (struct page){.master = -1};
	if (width) {
		assert_int_equal(openpty(&p->master, &slave, NULL, NULL, &size), 0);
		p->out = fdopen(slave, "w");
	} else {
		p->out = open_memstream(&p->memory, &p->size);
	}
	assert_non_null(p->out);
}

/* Closes it; the text without carriage returns. */
static const char *page_close(struct page *p)
{
	size_t n = 0, kept = 0;
	ssize_t got;

	assert_int_equal(fclose(p->out), 0);
	if (p->memory)
		n = (size_t)snprintf(p->text, sizeof(p->text), "%s", p->memory);
	while (!p->memory && (got = read(p->master, p->text + n, sizeof(p->text) - 1 - n)) > 0)
		n += (size_t)got;
	for (size_t i = 0; i < n; i++)
		if (p->text[i] != '\r')
			p->text[kept++] = p->text[i];
	p->text[kept] = '\0';
	if (p->memory)
		free(p->memory);
	else
		(void)close(p->master);
	return p->text;
}

static int without_colour(void **state)
{
	(void)state;
	screen_choose_color(SCREEN_COLOR_NEVER);
	return setenv("TERM", "xterm", 1);
}

static void test_in_memory(void **state)
{
	struct table table;
	struct page page;

	(void)state;
	page_open(&page, 0);
	table_init(&table, page.out, columns, N_COLUMNS);
	assert_int_equal(table.n_left_out, 0);
	assert_int_equal(table_column_at(&table, 1), 41);
	table_head(&table);
	table_row(&table, INK_PLAIN, row);
	assert_string_equal(
		page_close(&page),
		"scene                                                    mean   seconds"
		"     bytes status\n"
		"a-scene-with-a-long...f-its-own-and-more                  0.5      1.25"
		"      1000 ok\n");
}

static void test_widths(void **state)
{
	static const struct {
		unsigned screen, left_out, name, longest;
	} rows[] = {
		{200, 0, 40, 90}, {100, 0, 40, 90}, {80, 0, 30, 80},
		{73, 2, 40, 71},  {60, 2, 29, 60},  {40, 2, 29, 60},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct table table;
		struct page page;

		page_open(&page, rows[i].screen);
		table_init(&table, page.out, columns, N_COLUMNS);
		assert_int_equal(table.n_left_out, rows[i].left_out);
		assert_int_equal(table_shows(&table, 4), !rows[i].left_out);
		assert_true(table_shows(&table, 2));
		assert_int_equal(table.width[0], rows[i].name);
		table_row(&table, INK_PLAIN, row);
		/* `ok` ends in column 2 of 8 */
		assert_int_equal(strlen(page_close(&page)) - 1,
				 rows[i].longest - (rows[i].left_out ? 0 : 6));
	}
}

/* A number that does not fit is whole, and what stands behind it does not move, if it can. */
static void test_wide_numbers(void **state)
{
	static const struct table_column narrow[] = {{.head = "n", .width = 5, .left = true},
						     {.head = "a", .width = 3},
						     {.head = "b", .width = 6},
						     {.head = "c", .width = 3}};
	static const char *const wide[] = {"x", "12345", "1", "22"};
	static const char *const wider[] = {"x", "123456789", "1", "22"};
	struct table table;
	struct page page;

	(void)state;
	page_open(&page, 0);
	table_init(&table, page.out, narrow, 4);
	table_row(&table, INK_PLAIN, wide);
	table_row(&table, INK_PLAIN, wider);
	assert_string_equal(page_close(&page), "x     12345    1  22\n"
					       "x     123456789 1 22\n");
}

static void test_words(void **state)
{
	static const char *const failed[] = {"scene-1", NULL, NULL, NULL, NULL};
	struct table table;
	struct page page;

	(void)state;
	page_open(&page, 60);
	table_init(&table, page.out, columns, N_COLUMNS);
	table_row_words(&table, INK_BAD, failed, 0, "FAILED", 4,
			"b.tif: is damaged; get it anew from where it came");
	assert_string_equal(page_close(&page),
			    "scene-1                       FAILED  b.tif: is damaged; get\n"
			    "    it anew from where it came\n");

	/* No blanks at the end of a row on which nothing fits. */
	page_open(&page, 60);
	table_init(&table, page.out, columns, N_COLUMNS);
	table_row_words(&table, INK_BAD, failed, 0, "FAILED", 4,
			"a-name-of-a-file-that-does-not-fit-there.tif: is damaged");
	assert_string_equal(page_close(&page),
			    "scene-1                       FAILED\n"
			    "    a-name-of-a-file-that-does-not-fit-there.tif: is damaged\n");
}

/* What a name holds does not steer the terminal, nor does it move columns. */
static void test_hostile_names(void **state)
{
	static const char *const hostile[] = {"\033[2Jx\xC3\xA4\xE2\x82\xAC", "1", "2", NULL, NULL};
	struct table table;
	struct page page;

	(void)state;
	page_open(&page, 60);
	table_init(&table, page.out, columns, N_COLUMNS);
	table_row(&table, INK_PLAIN, hostile);
	assert_string_equal(page_close(&page),
			    "\\x1B[2Jx\xC3\xA4\xE2\x82\xAC"
			    "                                       1         2\n");
}

static void test_ink(void **state)
{
	static const struct table_column one[] = {{.head = "name", .width = 6, .left = true},
						  {.head = "n", .width = 3}};
	static const char *const bad[] = {"x", "1"};
	struct table table;
	struct page page;

	(void)state;
	screen_choose_color(SCREEN_COLOR_AUTO);
	(void)unsetenv("NO_COLOR");
	page_open(&page, 80);
	table_init(&table, page.out, one, 2);
	table_head(&table);
	table_row(&table, INK_BAD, bad);
	table_row_words(&table, INK_BAD, bad, 0, "FAILED", 4, "why");
	assert_string_equal(page_close(&page),
			    "\033[1mname     n\033[0m\n"
			    "\033[1;31mx        1\033[0m\n"
			    "\033[1;31mx     \033[0m \033[1;31mFAILED\033[0m  why\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_in_memory, without_colour),
		cmocka_unit_test_setup(test_widths, without_colour),
		cmocka_unit_test_setup(test_wide_numbers, without_colour),
		cmocka_unit_test_setup(test_words, without_colour),
		cmocka_unit_test_setup(test_hostile_names, without_colour),
		cmocka_unit_test_setup(test_ink, without_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
