/*
 * Our elementary functions: accuracy against the C library in long double, special values, and the
 * bits of a million results each, which are the same for every compiler and instruction set.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/simd.h"
#include "formula/math_strip.h"

enum { MILLION = 1000000, STRIP = 500, SAMPLE = 200000 };

/* --- inputs: integers of a fixed generator (splitmix64), and single exact operations on them
 * ------ */

static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static double from_bits(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

static uint64_t to_bits(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(x));
	return isnan(x) ? UINT64_C(0x7ff8000000000000) : bits;
}

/* Uniform in [-size, size). */
static double uniform(uint64_t *state, double size)
{
	return (double)((int64_t)next(state) >> 10) * 0x1p-53 * size;
}

/* Any sign, any fraction, exponents from lo to hi. */
static double spread(uint64_t *state, int lo, int hi)
{
	uint64_t bits = next(state), range = (uint64_t)(hi - lo + 1);
	uint64_t exponent = next(state) % range + (uint64_t)(lo + 1023);

	return from_bits((bits & UINT64_C(0x800FFFFFFFFFFFFF)) | exponent << 52);
}

static double in_exp(uint64_t *state)
{
	return next(state) & 1 ? uniform(state, 750) : spread(state, -60, 3);
}

static double in_log(uint64_t *state)
{
	return next(state) & 1 ? 1 + uniform(state, 0.5)
			       : from_bits(next(state) % UINT64_C(0x7ff0000000000000));
}

static double in_tanh(uint64_t *state)
{
	return next(state) & 1 ? uniform(state, 23) : spread(state, -60, 6);
}

static double in_turn(uint64_t *state)
{
	return next(state) & 1 ? uniform(state, 100) : spread(state, -40, 39);
}

static double in_atan(uint64_t *state)
{
	return next(state) & 1 ? uniform(state, 4) : spread(state, -60, 60);
}

static double in_base(uint64_t *state)
{
	return next(state) & 1 ? fabs(uniform(state, 2)) : fabs(spread(state, -30, 30));
}

static double in_exponent(uint64_t *state)
{
	uint64_t kind = next(state) % 4;

	return kind == 0 ? (double)(next(state) % 21) - 10 : uniform(state, kind == 1 ? 30 : 3);
}

/* --- functions ---------------------------------------------------------------------------------
 */

/* Exact enough: 64 bits of fraction where long double has them. */
static long double log2_of(long double x)
{
	return log2l(x);
}

static const struct function {
	const char *name;
	void (*own)(double *, const double *, size_t);
	long double (*library)(long double);
	double (*input)(uint64_t *);
	double most; /* error in units of the last place */
	uint64_t sum;
} functions[] = {
	{"exp", math_exp, expl, in_exp, 1.0, UINT64_C(0xB3B2305C25638029)},
	{"log", math_log, logl, in_log, 0.6, UINT64_C(0xCDFE8D0A0C71B35E)},
	{"log2", math_log2, log2_of, in_log, 0.6, UINT64_C(0xDF990ECEB32940F1)},
	{"log10", math_log10, log10l, in_log, 0.6, UINT64_C(0xAAB89D9A158441EF)},
	{"tanh", math_tanh, tanhl, in_tanh, 3.0, UINT64_C(0xD00CF314C12CA8C1)},
	{"sin", math_sin, sinl, in_turn, 1.0, UINT64_C(0x3B64B10E5D4FE9C6)},
	{"cos", math_cos, cosl, in_turn, 1.0, UINT64_C(0xB7DCB518C6CBBF4B)},
	{"atan", math_atan, atanl, in_atan, 2.0, UINT64_C(0xE00F17FB1FD72296)},
};

enum { N_FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

static const uint64_t pow_sum = UINT64_C(0xED0ED09E19ED8EF9);

/* In units of the last place of the double that is right. */
static double error_of(double got, long double right)
{
	int exponent;

	if (isinf((double)right) || right == 0)
		return got == (double)right ? 0 : HUGE_VAL;
	(void)frexpl(right, &exponent);
	exponent = exponent < -1021 ? -1021 : exponent;
	return (double)fabsl(ldexpl((long double)got - right, 53 - exponent));
}

static void accuracy_of_functions(void **state)
{
	(void)state;
	if (LDBL_MANT_DIG < 64)
		skip();
	for (size_t f = 0; f < N_FUNCTIONS; f++) {
		uint64_t seed = 7;
		double worst = 0, at = 0;

		for (int i = 0; i < SAMPLE; i++) {
			double x = functions[f].input(&seed), y, e;

			functions[f].own(&y, &x, 1);
			e = error_of(y, functions[f].library((long double)x));
			if (e > worst) {
				worst = e;
				at = x;
			}
		}
		print_message("%s: %.3f units of the last place, at %a\n", functions[f].name, worst,
			      at);
		assert_true(worst <= functions[f].most);
	}
}

static void accuracy_of_pow(void **state)
{
	uint64_t seed = 7;
	double worst = 0, at[2] = {0};

	(void)state;
	if (LDBL_MANT_DIG < 64)
		skip();
	for (int i = 0; i < SAMPLE; i++) {
		double x = in_base(&seed), y = in_exponent(&seed), got, e;

		math_pow(&got, &x, &y, 1);
		e = error_of(got, powl((long double)x, (long double)y));
		if (e > worst) {
			worst = e;
			at[0] = x;
			at[1] = y;
		}
	}
	print_message("pow: %.3f units of the last place, at %a, %a\n", worst, at[0], at[1]);
	assert_true(worst <= 1);
}

/* --- special values ----------------------------------------------------------------------------
 */

static double value(void (*own)(double *, const double *, size_t), double x)
{
	double y;

	own(&y, &x, 1);
	return y;
}

static double power(double x, double y)
{
	double z;

	math_pow(&z, &x, &y, 1);
	return z;
}

static void exact_values(void **state)
{
	(void)state;
	assert_true(value(math_exp, 0) == 1 && value(math_exp, 710) == INFINITY);
	assert_true(value(math_exp, -746) == 0 && value(math_exp, -INFINITY) == 0);
	assert_true(value(math_exp, 1e300) == INFINITY && isnan(value(math_exp, NAN)));
	assert_true(value(math_log, 1) == 0 && value(math_log, 0) == -INFINITY);
	assert_true(isnan(value(math_log, -1)) && value(math_log, INFINITY) == INFINITY);
	for (int k = -1074; k < 1024; k++)
		assert_true(value(math_log2, ldexp(1, k)) == k);
	for (double k = 0, ten = 1; k <= 22; k++, ten *= 10)
		assert_true(value(math_log10, ten) == k);
	assert_true(value(math_tanh, 0) == 0 && value(math_tanh, 1e300) == 1);
	assert_true(value(math_tanh, -30) == -1 && value(math_tanh, 1e-300) == 1e-300);
	assert_true(value(math_sin, 0) == 0 && value(math_cos, 0) == 1);
	assert_true(isnan(value(math_sin, 2e12)) && isnan(value(math_cos, INFINITY)));
	assert_true(isfinite(value(math_sin, 0x1p40)) && isnan(value(math_sin, NAN)));
	assert_true(value(math_atan, INFINITY) == M_PI_2 && value(math_atan, -1) == -M_PI_4);
	assert_true(value(math_atan, 0) == 0 && value(math_atan, 1e-300) == 1e-300);
}

static void powers_of_special_values(void **state)
{
	(void)state;
	assert_true(power(0, 0) == 1 && power(0, 3) == 0 && power(0, -1) == INFINITY);
	assert_true(power(1, 1e300) == 1 && power(2, 1e300) == INFINITY && power(2, -1e300) == 0);
	assert_true(power(-2, 3) == -8 && power(-2, 2) == 4 && isnan(power(-2, 0.5)));
	assert_true(power(-1, 0x1p53) == 1 && power(-1, 0x1p52 + 1) == -1 && power(5, 0) == 1);
	for (int k = -1074; k < 1024; k++)
		assert_true(power(2, k) == ldexp(1, k));
	assert_true(power(10, 3) == 1000 && power(3, 4) == 81 && power(0.25, 0.5) == 0.5);
}

/* --- bits --------------------------------------------------------------------------------------
 */

/* FNV-1a of 64-bit words. */
static uint64_t add_bits(uint64_t sum, const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ to_bits(x[i])) * UINT64_C(0x100000001B3);
	return sum;
}

static uint64_t bits_of_million(const struct function *f)
{
	uint64_t seed = 1, sum = UINT64_C(0xCBF29CE484222325);
	double in[STRIP], out[STRIP];

	for (int i = 0; i < MILLION / STRIP; i++) {
		for (int j = 0; j < STRIP; j++)
			in[j] = f->input(&seed);
		f->own(out, in, STRIP);
		sum = add_bits(sum, out, STRIP);
	}
	return sum;
}

static uint64_t bits_of_powers(void)
{
	uint64_t seed = 1, sum = UINT64_C(0xCBF29CE484222325);
	double x[STRIP], y[STRIP], out[STRIP];

	for (int i = 0; i < MILLION / STRIP; i++) {
		for (int j = 0; j < STRIP; j++) {
			x[j] = in_base(&seed);
			y[j] = in_exponent(&seed);
		}
		math_pow(out, x, y, STRIP);
		sum = add_bits(sum, out, STRIP);
	}
	return sum;
}

static int compare_sum(const char *name, uint64_t got, uint64_t stored)
{
	if (got != stored)
		print_error("%s: 0x%016llX where 0x%016llX is stored\n", name,
			    (unsigned long long)got, (unsigned long long)stored);
	return got != stored;
}

static void same_bits_everywhere(void **state)
{
	int wrong = 0;

	(void)state;
	for (int level = 0; level < N_SIMD_LEVELS; level++) {
		if (simd_force((enum simd_level)level) != (enum simd_level)level)
			continue;
		for (size_t f = 0; f < N_FUNCTIONS; f++)
			wrong += compare_sum(functions[f].name, bits_of_million(&functions[f]),
					     functions[f].sum);
		wrong += compare_sum("pow", bits_of_powers(), pow_sum);
	}
	(void)simd_force(N_SIMD_LEVELS - 1);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accuracy_of_functions), cmocka_unit_test(accuracy_of_pow),
		cmocka_unit_test(exact_values),          cmocka_unit_test(powers_of_special_values),
		cmocka_unit_test(same_bits_everywhere),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
