/*
 * Fits of the laws of scaling: times made by the law give its parameters back; times with noise
 * give what NumPy and SciPy give.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "sweep/fit.h"

enum { N = 8 };
static const double workers[N] = {1, 2, 3, 4, 6, 8, 12, 16};

static void assert_near(double value, double expected, double tolerance)
{
	if (!(fabs(value - expected) <= tolerance * fmax(1, fabs(expected))))
		fail_msg("%.17g is not %.17g", value, expected);
}

static void test_amdahl_closed(void **state)
{
	double t[N];
	struct amdahl law;

	(void)state;
	for (int i = 0; i < N; i++)
		t[i] = 20 * (0.05 + 0.95 / workers[i]);
	law = fit_amdahl(workers, t, N);
	assert_true(law.ok);
	assert_near(law.t1, 20, 1e-12);
	assert_near(law.serial, 0.05, 1e-12);
	assert_near(amdahl_time(&law, 1e9), 1, 1e-6); /* 20 s * 5 %: what no worker helps with */
	law = fit_amdahl(workers, t, 2);
	assert_near(law.serial, 0.05, 1e-12);
}

static void test_usl_closed(void **state)
{
	double t[N];
	struct usl law;

	(void)state;
	for (int i = 0; i < N; i++) {
		double n = workers[i];

		t[i] = 3 * (1 + 0.04 * (n - 1) + 0.006 * n * (n - 1)) / n;
	}
	law = fit_usl(workers, t, N);
	assert_true(law.ok);
	assert_near(law.t1, 3, 1e-12);
	assert_near(law.contention, 0.04, 1e-11);
	assert_near(law.coherency, 0.006, 1e-11);
	assert_near(law.n_max, 12.649110640673518, 1e-9); /* sqrt(0.96 / 0.006) = sqrt(160) */
	assert_near(usl_time(&law, 4), 3 * (1 + 0.12 + 0.072) / 4, 1e-11);
}

/* numpy.linalg.lstsq 1.24.2 on the same columns. */
static void test_noise(void **state)
{
	static const double t[N] = {10.02, 5.31, 3.66, 2.91, 2.12, 1.77, 1.49, 1.41};
	struct amdahl amdahl = fit_amdahl(workers, t, N);
	struct usl usl = fit_usl(workers, t, N);

	(void)state;
	assert_near(amdahl.t1, 9.96792443844749, 1e-10);
	assert_near(amdahl.serial, 0.06522867061169628, 1e-10);
	assert_near(usl.t1, 10.132345450205687, 1e-10);
	assert_near(usl.contention, 0.03357373687331738, 1e-10);
	assert_near(usl.coherency, 0.003004852561062168, 1e-10);
	assert_near(usl.n_max, 17.933818829451276, 1e-9);
}

/* Faster than linear at first: free least squares makes the contention negative; scipy 1.10.1's
 * nnls holds it at 0. */
static void test_bounds(void **state)
{
	static const double t[N] = {10, 4.9, 3.25, 2.44, 1.66, 1.3, 1.0, .95};
	static const double linear[N] = {10, 4.9, 3.2, 2.4, 1.6, 1.2, .8, .6};
	struct usl usl = fit_usl(workers, t, N);
	struct amdahl amdahl = fit_amdahl(workers, linear, N);

	(void)state;
	assert_near(usl.t1, 9.540830645081732, 1e-10);
	assert_true(usl.contention == 0);
	assert_near(usl.coherency, 0.002311877080508423, 1e-10);
	assert_near(amdahl.t1, 9.90449339, 1e-8);
	assert_true(amdahl.serial == 0);
	usl = fit_usl(workers, linear, N);
	assert_near(usl.t1, 9.675, 1e-10);
	assert_true(isinf(usl.n_max));
}

static void test_too_few(void **state)
{
	static const double n[3] = {1, 2, 2}, t[3] = {2, 1, 1.1};

	(void)state;
	assert_int_equal(fit_distinct(n, 3), 2);
	assert_true(fit_amdahl(n, t, 3).ok);
	assert_false(fit_usl(n, t, 3).ok);
	assert_false(fit_amdahl(n, t, 1).ok);
	assert_false(fit_amdahl(n + 1, t + 1, 2).ok);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_amdahl_closed), cmocka_unit_test(test_usl_closed),
		cmocka_unit_test(test_noise),         cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_too_few),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("fit", tests, NULL, NULL);
}
