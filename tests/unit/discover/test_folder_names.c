/*
 * Which names a folder lacks, as it was when it was first asked about.
 */
#include "scene_list_fixture.h"

#include "discover/folder_names.h"

static struct folder_names names;

static void only_what_is_not_there_is_lacking(void **state)
{
	(void)state;
	make_text("n/a.tif", "1");
	make_text("n/B.TIF", "1");
	folder_names_begin(&names, 2);
	assert_false(folder_names_lacks(&names, "n/a.tif"));
	assert_false(folder_names_lacks(&names, "n/b.tif")); /* it may be the same */
	assert_true(folder_names_lacks(&names, "n/a.tif.msk"));
	assert_true(folder_names_lacks(&names, "n/c.tif"));
	assert_false(folder_names_lacks(NULL, "n/c.tif"));
	assert_false(folder_names_lacks(&names, "n/\xc3\xa4.tif"));
	assert_false(folder_names_lacks(&names, "none/c.tif")); /* no folder: the kernel says */
	make_text("n/c.tif", "1");
	assert_true(folder_names_lacks(&names, "n/c.tif")); /* of that moment */
	folder_names_end(&names);
	folder_names_begin(&names, 2);
	assert_false(folder_names_lacks(&names, "n/c.tif"));
	folder_names_end(&names);
}

/* A letter that is not ASCII may be another one's small form. */
static void other_letters_leave_a_folder_to_the_kernel(void **state)
{
	(void)state;
	make_text("u/a.tif", "1");
	make_text("u/\xe2\x84\xaa.tif", "1");
	folder_names_begin(&names, 2);
	assert_false(folder_names_lacks(&names, "u/k.tif"));
	folder_names_end(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_not_there_is_lacking),
		cmocka_unit_test(other_letters_leave_a_folder_to_the_kernel),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
