/*
 * Sample types: which values they can hold.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sample.h"

static void test_sample_holds(void **state)
{
	double v;

	(void)state;
	assert_true(sample_holds(SAMPLE_U8, 255, &v) && v == 255);
	assert_false(sample_holds(SAMPLE_U8, 256, &v));
	assert_false(sample_holds(SAMPLE_U16, -9999, &v));
	assert_false(sample_holds(SAMPLE_I16, 0.5, &v));
	assert_false(sample_holds(SAMPLE_I32, (double)NAN, &v));
	assert_true(sample_holds(SAMPLE_F32, (double)NAN, &v) && v != v);
	assert_true(sample_holds(SAMPLE_F32, -3.4028234663852886e+38, &v));
	assert_true(sample_holds(SAMPLE_F32, -3.40282347e+38, &v) && v == -3.4028234663852886e+38);
	assert_false(sample_holds(SAMPLE_F32, 1e39, &v));
	assert_true(sample_holds(SAMPLE_F32, 0.1, &v) && v == (double)0.1f);
	assert_true(sample_holds(SAMPLE_F64, 1e300, &v) && v == 1e300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
