/*
 * Texts of errors: one line, bounded, the cause and the remedy kept.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"

static void errors_are_one_line(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, EX_DATAERR, "a\nb%c", 7), -1);
	assert_string_equal(err.text, "a\\x0Ab\\x07");
	error_prefix(&err, "file\x1b");
	assert_string_equal(err.text, "file\\x1B: a\\x0Ab\\x07");
	assert_int_equal(err.code, EX_DATAERR);
	error_set(&err, EX_DATAERR, "%0*d", 5000, 1);
	assert_int_equal(strlen(err.text), ERROR_TEXT_BYTES - 1);
	/* A path as long as they come keeps out neither the cause nor the remedy. */
	error_errno(&err, EX_NOINPUT, ENOENT, "%04000d.tif: cannot be opened", 1);
	assert_non_null(strstr(err.text, "...0000"));
	assert_non_null(strstr(err.text, "1.tif: cannot be opened: No such file or directory"));
	error_prefix(&err, "%0*d", 9000, 1);
	assert_int_equal(strlen(err.text), ERROR_TEXT_BYTES - 1);
	assert_non_null(strstr(err.text, "No such file or directory"));
	assert_int_equal(error_set(NULL, EX_DATAERR, "nobody listens"), -1);
	/* Lines that are there already stay lines. */
	(void)strcpy(err.text, "cause\na + b\n  ^");
	error_prefix(&err, "one\ntwo");
	assert_string_equal(err.text, "one\\x0Atwo: cause\na + b\n  ^");
}

/* The place of an error in a formula: a prefix leaves it as it is, while all fits. */
static void lines_of_a_place_stay(void **state)
{
	struct error err = {.code = EX_USAGE, .text = "a value is missing\nA +\n   ^"};

	(void)state;
	error_prefix(&err, "--expr x\n");
	assert_string_equal(err.text, "--expr x\\x0A: a value is missing\nA +\n   ^");
	assert_int_equal(err.code, EX_USAGE);
	error_prefix(&err, "%0*d", ERROR_TEXT_BYTES - 20, 1);
	assert_null(strchr(err.text, '\n'));
	assert_non_null(strstr(err.text, "A +"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors_are_one_line),
		cmocka_unit_test(lines_of_a_place_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
