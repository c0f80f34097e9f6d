/*
 * What our elementary functions share: rounding to integers, exact products, e^x and log x beyond
 * double precision. Inline and without branches, for loops that become vectors. Each operation is
 * one IEEE operation, or works on the bits.
 */
#ifndef IMGPIPE_FORMULA_MATH_CORE_H
#define IMGPIPE_FORMULA_MATH_CORE_H

#include <stdint.h>

#include "base/double_bits.h"

#define MATH_INLINE static inline __attribute__((always_inline))

/* An unevaluated sum; lo is below the last place of hi. */
struct double_double {
	double hi, lo;
};

MATH_INLINE double magnitude(double x)
{
	return of_bits(bits_of(x) & ~(UINT64_C(1) << 63));
}

MATH_INLINE double with_sign_of(double x, double sign)
{
	return of_bits(bits_of(x) | (bits_of(sign) & UINT64_C(1) << 63));
}

/* To the nearest integer, halves to the even one. */
MATH_INLINE double nearest(double x)
{
	double shift = with_sign_of(0x1p52, x);
	double rounded = with_sign_of((x + shift) - shift, x);

	return magnitude(x) < 0x1p52 ? rounded : x;
}

/* For |x| < 2^50: the integer in the low bits of the sum, as its double and as bits. */
static const double integer_shift = 0x1.8p52;

MATH_INLINE uint64_t integer_bits(double shifted)
{
	return bits_of(shifted) - bits_of(integer_shift);
}

/* 2^k for k = -1022 to 1023. */
MATH_INLINE double power_of_two(uint64_t k)
{
	return of_bits((k + 1023) << 52);
}

/* a b, exactly, where nothing overflows and a b is not near the smallest numbers: Dekker 1971. */
MATH_INLINE struct double_double exact_product(double a, double b)
{
	double ca = a * 0x1.0000002p27, cb = b * 0x1.0000002p27;
	double ah = ca - (ca - a), bh = cb - (cb - b), al = a - ah, bl = b - bh;
	double p = a * b;

	return (struct double_double){p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
}

/* a + b, exactly, where |a| >= |b| or a is 0. */
MATH_INLINE struct double_double exact_sum(double a, double b)
{
	double s = a + b;

	return (struct double_double){s, b - (s - a)};
}

MATH_INLINE struct double_double product(struct double_double a, struct double_double b)
{
	struct double_double p = exact_product(a.hi, b.hi);

	return exact_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/* e^(hi + lo) = 2^k (1 + rest), for -746 <= hi <= 710; |rest| < 0.42 */
MATH_INLINE double exp_reduced(double hi, double lo, uint64_t *k)
{
	double shifted = hi * 0x1.71547652b82fep+0 + integer_shift, n = shifted - integer_shift;
	double a = hi - n * 0x1.62e42fef00000p-1, b = n * 0x1.473de6af278edp-34 - lo;
	double r = a - b, c = (a - r) - b, p = 1.0 / 6227020800; /* Taylor: r^n / n! */

	p = p * r + 1.0 / 479001600;
	p = p * r + 1.0 / 39916800;
	p = p * r + 1.0 / 3628800;
	p = p * r + 1.0 / 362880;
	p = p * r + 1.0 / 40320;
	p = p * r + 1.0 / 5040;
	p = p * r + 1.0 / 720;
	p = p * r + 1.0 / 120;
	p = p * r + 1.0 / 24;
	p = p * r + 1.0 / 6;
	p = p * r + 0.5;
	*k = integer_bits(shifted);
	return r + (p * (r * r) + (c + c * r));
}

/* Any hi but NaN, which stays NaN; infinite above 709.78, 0 below -745.14. */
MATH_INLINE double exp_of(double hi, double lo)
{
	double bounded = hi > 710 ? 710 : hi < -746 ? -746 : hi, rest;
	uint64_t k, half;

	rest = exp_reduced(bounded, bounded == hi ? lo : 0, &k);
	half = ((k + 2048) >> 1) - 1024; /* in two steps, as 2^-1074 has no factor of its own */
	return (1.0 + rest) * power_of_two(half) * power_of_two(k - half);
}

/* x = 2^k m with m in [sqrt(1/2), sqrt(2)): log m, and k; x > 0 and finite. */
MATH_INLINE struct double_double log_reduced(double x, double *k)
{
	const uint64_t root = UINT64_C(0x3fe6a09e667f3bcd);
	double small = x < 0x1p-1022 ? 54 : 0;
	uint64_t bits = bits_of(x < 0x1p-1022 ? x * 0x1p54 : x);
	uint64_t e = ((bits - root + (UINT64_C(1024) << 52)) >> 52) - 1024;
	double f = of_bits(bits - (e << 52)) - 1, t = 2 + f, tl = f - (t - 2);
	double s = f / t, z = s * s, p = 1.0 / 23; /* log m = 2 (s + s^3/3 + s^5/5 + ...) */
	struct double_double st = exact_product(s, t);
	double sl = ((f - st.hi) - st.lo - s * tl) / t;

	p = p * z + 1.0 / 21;
	p = p * z + 1.0 / 19;
	p = p * z + 1.0 / 17;
	p = p * z + 1.0 / 15;
	p = p * z + 1.0 / 13;
	p = p * z + 1.0 / 11;
	p = p * z + 1.0 / 9;
	p = p * z + 1.0 / 7;
	p = p * z + 1.0 / 5;
	p = p * z + 1.0 / 3;
	*k = (of_bits(bits_of(integer_shift) + e) - integer_shift) - small;
	return exact_sum(2 * s, 2 * (sl + s * z * p));
}

/* log x; x > 0 and finite. */
MATH_INLINE struct double_double log_double(double x)
{
	double k;
	struct double_double m = log_reduced(x, &k);
	struct double_double s = exact_sum(k * 0x1.62e42fef00000p-1, m.hi);

	return exact_sum(s.hi, s.lo + (k * 0x1.473de6af278edp-34 + m.lo));
}

#endif
