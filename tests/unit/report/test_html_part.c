/*
 * Parts of a page: what is written comes back behind what is there, and nothing stays beside it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report/html_part.h"

static char folder[] = "/tmp/part-XXXXXX";
static char page[64];

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	(void)snprintf(page, sizeof(page), "%s/p.html", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(folder); /* it is empty */
}

static void copies(const char *path)
{
	char *text = NULL;
	struct html_part part;
	struct error err;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(html_part_open(&part, path, &err), 0);
	for (int i = 0; i < 100000; i++)
		assert_true(fputs("row\n", part.out) >= 0);
	assert_true(fputs("head\n", out) >= 0);
	assert_int_equal(html_part_copy(&part, out, &err), 0);
	html_part_close(&part);
	html_part_close(&part);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(size, 400005);
	assert_memory_equal(text, "head\nrow\n", 9);
	assert_memory_equal(text + size - 8, "row\nrow\n", 8);
	free(text);
}

static void test_copies(void **state)
{
	(void)state;
	copies(page);
	copies("-");
	copies("/dev/null");
}

static void test_no_folder(void **state)
{
	struct html_part part;
	struct error err = {0};

	(void)state;
	assert_int_equal(html_part_open(&part, "/no/such/folder/p.html", &err), -1);
	assert_int_equal(err.code, EX_CANTCREAT);
	html_part_close(&part);
}

/* A part that the disk has no room for is an error, not a page with a hole. */
static void test_no_room(void **state)
{
	struct rlimit old, small = {1000, RLIM_INFINITY};
	struct html_part part;
	struct error err = {0};

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_int_equal(html_part_open(&part, page, &err), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	for (int i = 0; i < 10000; i++)
		(void)fputs("row\n", part.out);
	assert_int_equal(html_part_copy(&part, stdout, &err), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	html_part_close(&part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_no_folder),
		cmocka_unit_test(test_no_room),
	};

	(void)signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
