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

/* The ends of each whole type are its, the numbers beyond them are not. */
static void test_ends(void **state)
{
	static const struct {
		enum sample_type type;
		double min, max;
	} row[] = {{SAMPLE_U8, 0, 255},         {SAMPLE_I8, -128, 127},
		   {SAMPLE_U16, 0, 65535},      {SAMPLE_I16, -32768, 32767},
		   {SAMPLE_U32, 0, 4294967295}, {SAMPLE_I32, -2147483648.0, 2147483647}};
	double v;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_true(sample_holds(row[i].type, row[i].min, &v) && v == row[i].min);
		assert_true(sample_holds(row[i].type, row[i].max, &v) && v == row[i].max);
		assert_false(sample_holds(row[i].type, row[i].min - 1, &v));
		assert_false(sample_holds(row[i].type, row[i].max + 1, &v));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_holds),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
