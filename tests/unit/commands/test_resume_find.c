/*
 * Are the files of a scene still those that a row speaks of? Texts as scene_inputs() writes them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "commands/resume_parts.h"

#define RED  "B04.tif 5000 1600000000000000000"
#define NIR  "B08.tif 6000 1600000000000000001"
#define NAME "//scene s"

static void texts_of_the_same_files_are_the_same(void **state)
{
	(void)state;
	for (int strict = 0; strict < 2; strict++) {
		assert_true(
			resume_same_inputs(RED "\n" NIR "\n" NAME, RED "\n" NIR "\n" NAME, strict));
		assert_false(resume_same_inputs(RED "\n" NAME, RED "\n" NIR "\n" NAME, strict));
		assert_false(resume_same_inputs(RED "\n" NIR "\n" NAME, RED "\n" NAME, strict));
		assert_false(resume_same_inputs(RED "\n" NAME, RED "\n" NAME "2", strict));
		assert_false(resume_same_inputs(RED "\n" NAME "2", RED "\n" NAME, strict));
		assert_false(resume_same_inputs("", NAME, strict));
		assert_false(resume_same_inputs(NAME, "", strict));
		assert_false(resume_same_inputs("a 50 1\n" NAME, "a 5 1\n" NAME, strict));
		assert_false(resume_same_inputs("a 5 12\n" NAME, "a 5 1\n" NAME, strict));
		assert_false(resume_same_inputs("a 5 1\n" NAME, "a 5 12\n" NAME, strict));
	}
}

/* A row that --resume=strict has written serves a run without it, but not the other way. */
static void checksums_are_passed_over_where_they_are_not_asked_for(void **state)
{
	const char *plain = RED "\n" NIR "\n" NAME;
	const char *strict = RED " 0a1b2c3d\n" NIR " 0a1b2c3e\n" NAME;

	(void)state;
	assert_true(resume_same_inputs(strict, plain, false));
	assert_true(resume_same_inputs(RED " ?\n" NIR " 0a1b2c3e\n" NAME, plain, false));
	assert_false(resume_same_inputs(strict, plain, true));
	assert_false(resume_same_inputs(plain, strict, true));
	assert_false(resume_same_inputs(plain, strict, false));
	assert_true(resume_same_inputs(strict, strict, true));
	assert_false(resume_same_inputs(RED " 0a1b2c3\n" NIR "\n" NAME, plain, false));
	assert_false(resume_same_inputs(RED " 0a1b2c3d5\n" NIR "\n" NAME, plain, false));
	assert_false(resume_same_inputs(RED " 0a1b2c3g\n" NIR "\n" NAME, plain, false));
	assert_false(resume_same_inputs(RED " 0a1b2c3d\n" NAME " 0a1b2c3d", RED "\n" NAME, false));
}

static void the_name_stands_behind_the_files(void **state)
{
	char some_text[] = RED "\n", no_text[] = "";
	const struct scene_inputs some = {.text = some_text}, none = {.text = no_text};
	char *text = resume_inputs_text(&some, "s"), *alone = resume_inputs_text(&none, "s");

	(void)state;
	assert_string_equal(text, RED "\n" NAME);
	assert_false(resume_is_name_line(text));
	assert_true(resume_is_name_line(alone));
	free(text);
	free(alone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_the_same_files_are_the_same),
		cmocka_unit_test(checksums_are_passed_over_where_they_are_not_asked_for),
		cmocka_unit_test(the_name_stands_behind_the_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
