/*
 * Width and colour of streams: files and pipes, terminals of several sizes, NO_COLOR, TERM,
 * --color.
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

#include "base/screen.h"
#include "base/text.h"

enum { MOST_BYTES = 8192 };

/* A terminal whose other end is here. */
struct terminal {
	int master;
	FILE *out;
};

static void terminal_open(struct terminal *t, unsigned columns)
{
	struct winsize size = {.ws_row = 24, .ws_col = (unsigned short)columns};
	int slave;

	assert_int_equal(openpty(&t->master, &slave, NULL, NULL, &size), 0);
	t->out = fdopen(slave, "w");
	assert_non_null(t->out);
}

static void terminal_close(struct terminal *t)
{
	assert_int_equal(fclose(t->out), 0);
	(void)close(t->master);
}

/* The same; what it has shown, without the carriage returns that a terminal adds. */
static void terminal_read(struct terminal *t, char text[MOST_BYTES])
{
	size_t n = 0, kept = 0;
	ssize_t got;

	assert_int_equal(fclose(t->out), 0);
	while ((got = read(t->master, text + n, MOST_BYTES - 1 - n)) > 0)
		n += (size_t)got;
	(void)close(t->master);
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\r')
			text[kept++] = text[i];
	text[kept] = '\0';
}

static int colour_as_usual(void **state)
{
	(void)state;
	screen_choose_color(SCREEN_COLOR_AUTO);
	(void)unsetenv("NO_COLOR");
	(void)unsetenv("COLUMNS");
	return setenv("TERM", "xterm", 1);
}

static void test_what_is_no_terminal(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size), *file = tmpfile();

	(void)state;
	assert_int_equal(screen_columns(memory), 100);
	assert_int_equal(screen_fold_columns(memory), 100);
	assert_int_equal(screen_columns(file), 100);
	assert_false(screen_has_color(memory));
	assert_false(screen_has_color(file));
	screen_choose_color(SCREEN_COLOR_ALWAYS);
	assert_false(screen_has_color(memory)); /* nor would a file of --report */
	assert_false(screen_has_color(file));
	assert_true(screen_has_color(stdout)); /* a pipe to less -R */
	assert_true(screen_has_color(stderr));
	screen_put(memory, INK_BAD, "bad");
	assert_int_equal(fclose(memory), 0);
	assert_string_equal(text, "bad");
	free(text);
	(void)fclose(file);
}

static void test_width(void **state)
{
	static const struct {
		unsigned columns, table, sentence;
	} rows[] = {
		{80, 80, 80},    {60, 60, 60},    {20, 60, 60},
		{200, 200, 100}, {500, 200, 100}, {0, 80, 80},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct terminal t;

		terminal_open(&t, rows[i].columns);
		assert_int_equal(screen_columns(t.out), rows[i].table);
		assert_int_equal(screen_fold_columns(t.out), rows[i].sentence);
		terminal_close(&t);
	}
}

/* A terminal that does not know its size (a serial line): the variable. */
static void test_columns_of_the_environment(void **state)
{
	struct terminal t;

	(void)state;
	terminal_open(&t, 0);
	assert_int_equal(setenv("COLUMNS", "132", 1), 0);
	assert_int_equal(screen_columns(t.out), 132);
	assert_int_equal(setenv("COLUMNS", "-5", 1), 0);
	assert_int_equal(screen_columns(t.out), 80);
	terminal_close(&t);
}

static void test_colour(void **state)
{
	static const struct {
		enum screen_color when;
		const char *no_color, *term;
		bool has;
	} rows[] = {
		{SCREEN_COLOR_AUTO, NULL, "xterm", true},
		{SCREEN_COLOR_AUTO, "", "xterm", true},
		{SCREEN_COLOR_AUTO, "1", "xterm", false},
		{SCREEN_COLOR_AUTO, NULL, "dumb", false},
		{SCREEN_COLOR_AUTO, NULL, NULL, false},
		{SCREEN_COLOR_NEVER, NULL, "xterm", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct terminal t;
		char text[MOST_BYTES];

		(void)(rows[i].no_color ? setenv("NO_COLOR", rows[i].no_color, 1)
					: unsetenv("NO_COLOR"));
		(void)(rows[i].term ? setenv("TERM", rows[i].term, 1) : unsetenv("TERM"));
		screen_choose_color(rows[i].when);
		terminal_open(&t, 80);
		assert_int_equal(screen_has_color(t.out), rows[i].has);
		text_item_in(t.out, INK_WARNING, 8, "note:", "all is well");
		terminal_read(&t, text);
		assert_string_equal(text, rows[i].has ? "\033[33mnote:\033[0m   all is well\n"
						      : "note:   all is well\n");
	}
}

/* Standard output and standard error on one file, and on two. */
static void test_one_screen(void **state)
{
	int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO);
	FILE *a = tmpfile(), *b = tmpfile();
	bool same, apart;

	(void)state;
	(void)fflush(stdout);
	(void)dup2(fileno(a), STDOUT_FILENO);
	(void)dup2(fileno(a), STDERR_FILENO);
	same = screen_is_one();
	(void)dup2(fileno(b), STDERR_FILENO);
	apart = !screen_is_one();
	(void)dup2(out, STDOUT_FILENO);
	(void)dup2(err, STDERR_FILENO);
	assert_true(same);
	assert_true(apart);
	(void)close(out);
	(void)close(err);
	(void)fclose(a);
	(void)fclose(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_is_no_terminal, colour_as_usual),
		cmocka_unit_test_setup(test_width, colour_as_usual),
		cmocka_unit_test_setup(test_columns_of_the_environment, colour_as_usual),
		cmocka_unit_test_setup(test_colour, colour_as_usual),
		cmocka_unit_test_setup(test_one_screen, colour_as_usual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
