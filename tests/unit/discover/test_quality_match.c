/*
 * Names of quality bands against what rules call them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "discover/quality_match.h"

enum { GRADE = ~15 };

static unsigned grade(const char *text, const char *name, const char *pattern)
{
	return quality_match(text, name, pattern) & (unsigned)GRADE;
}

static void test_grades(void **state)
{
	(void)state;
	assert_int_equal(grade("SCL_20m.tif", "x_SCL_20m.tif", "scl"), MATCH_WHOLE);
	assert_int_equal(grade("QA_PIXEL.TIF", "y_QA_PIXEL.TIF", "QA_PIXEL"), MATCH_WHOLE);
	assert_int_equal(grade("QA_PIXEL.TIF", "y_QA_PIXEL.TIF", "qa"), MATCH_WORD);
	assert_int_equal(grade("QA60", NULL, "QA"), MATCH_HOLDS);
	assert_int_equal(grade("B8A", NULL, "B8"), MATCH_HOLDS);
	assert_int_equal(grade("udm2.tif", "x_udm2.tif", "udm"), MATCH_HOLDS);
	assert_int_equal(grade("udm2.tif", "x_udm2.tif", "scl"), MATCH_NONE);
	assert_int_equal(grade("udm2.tif", "x_udm2.tif", ""), MATCH_NONE);
	/* Of the name in front only where the pattern is more than a word. */
	assert_int_equal(grade("udm.tif", "a_3B_DN_udm.tif", "DN_udm|_udm."), MATCH_WORD);
	assert_int_equal(grade("QA60.tif", "SCL_test_QA60.tif", "SCL"), MATCH_NONE);
	/* A band's description has no extension. */
	assert_int_equal(grade("SCL.x", NULL, "SCL"), MATCH_WORD);
}

static void test_alternatives(void **state)
{
	(void)state;
	assert_true(quality_match("CLM_R1.tif", "x_CLM_R1.tif", "CLM_R1|CLM") >
		    quality_match("CLM_R2.tif", "x_CLM_R2.tif", "CLM_R1|CLM"));
	assert_true(quality_match("CLM_R2.tif", "x_CLM_R2.tif", "CLM_R1|CLM") >= MATCH_WORD);
	assert_int_equal(quality_match("CLD", NULL, "||CLD") & (unsigned)GRADE, MATCH_WHOLE);
}

static void test_wildcards(void **state)
{
	(void)state;
	assert_true(quality_is_wild("*_x.tif") && !quality_is_wild("SCL"));
	assert_int_equal(grade("q.tif", "a_q.tif", "*_q.tif"), MATCH_WHOLE);
	assert_int_equal(grade("q.tif", "a_q.tif", "*_p.tif"), MATCH_NONE);
	assert_int_equal(grade("a_q.tif", NULL, "*"), MATCH_NONE);
}

static void check_asked(const char *pattern, const char *name, int prefix_len)
{
	struct masks masks = {.n = 1, .rule = {{.kind = RULE_FREE}}};
	size_t len = 99;
	bool whole;

	strcpy(masks.rule[0].need.pattern, pattern);
	assert_int_equal(quality_asked(&masks, name, &len, &whole), prefix_len != -1);
	assert_int_equal(whole, prefix_len == -2);
	if (prefix_len >= 0)
		assert_int_equal(len, prefix_len);
}

static void test_asked(void **state)
{
	bool whole;
	size_t len;

	(void)state;
	check_asked("clouds", "x_clouds.tif", 1);
	check_asked("clouds", "x_2_clouds.tif", 3);
	check_asked("CLOUDS", "x_clouds_v2.tif", 1);
	check_asked("clouds", "x_cloudsy.tif", -1);
	check_asked("clouds", "clouds.tif", -2);
	check_asked("clouds.tif", "clouds.tif", -2);
	check_asked("*_clouds.tif", "x_2_clouds.tif", 3);
	check_asked("*clouds*", "x_clouds.tif", 1);
	check_asked("?_clouds.tif", "x_clouds.tif", -1);
	assert_false(quality_asked(NULL, "x_clouds.tif", &len, &whole));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grades),
		cmocka_unit_test(test_alternatives),
		cmocka_unit_test(test_wildcards),
		cmocka_unit_test(test_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
