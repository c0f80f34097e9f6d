/*
 * Sine and cosine, and the inverse of their quotient. Angles are reduced by multiples of pi/2 in
 * three parts, exactly, up to 2^40; beyond that there is no value.
 */
#include "math_strip.h"

#include <stdbool.h>

#include "base/simd.h"
#include "math_core.h"

/* r of at most about pi/4, r.lo included, so that x = quarter pi/2 + r. */
MATH_INLINE struct double_double reduced(double x, uint64_t *quarter)
{
	double shifted = x * 0x1.45f306dc9c883p-1 + integer_shift, n = shifted - integer_shift;
	struct double_double a = exact_product(n, 0x1.921fb54442d18p+0);
	struct double_double b = exact_product(n, 0x1.1a62633145c07p-54);
	double r = x - a.hi, t, u, v; /* exact: a.hi is near x */

	*quarter = integer_bits(shifted);
	t = r - a.lo;
	u = (r - t) - a.lo; /* |a.lo| <= |r|, or both are tiny */
	v = t - b.hi;
	u += ((t - v) - b.hi) - (b.lo + n * -0x1.f1976b7ed8fbcp-110);
	return exact_sum(v, u);
}

MATH_INLINE double sine(struct double_double r)
{
	double z = r.hi * r.hi, p = 1.0 / 355687428096000; /* Taylor: r^n / n! */

	p = p * -z + 1.0 / 1307674368000;
	p = p * -z + 1.0 / 6227020800;
	p = p * -z + 1.0 / 39916800;
	p = p * -z + 1.0 / 362880;
	p = p * -z + 1.0 / 5040;
	p = p * -z + 1.0 / 120;
	p = p * -z + 1.0 / 6;
	return r.hi - (r.hi * z * p - r.lo * (1 - 0.5 * z));
}

MATH_INLINE double cosine(struct double_double r)
{
	double z = r.hi * r.hi, half = 0.5 * z, w = 1 - half, p = 1.0 / 6402373705728000;

	p = p * -z + 1.0 / 20922789888000;
	p = p * -z + 1.0 / 87178291200;
	p = p * -z + 1.0 / 479001600;
	p = p * -z + 1.0 / 3628800;
	p = p * -z + 1.0 / 40320;
	p = p * -z + 1.0 / 720;
	p = p * -z + 1.0 / 24;
	return w + (((1 - w) - half) + (z * z * p - r.hi * r.lo));
}

/* The sine of x plus `turn` quarters. */
MATH_INLINE double turned(double x, uint64_t turn)
{
	uint64_t quarter;
	struct double_double r = reduced(x, &quarter);
	double s = sine(r), c = cosine(r), value;

	quarter += turn;
	value = quarter & 1 ? c : s;
	value = of_bits(bits_of(value) ^ (quarter & 2) << 62);
	return magnitude(x) <= 0x1p40 ? value : __builtin_nan("");
}

SIMD_KERNEL(turned_strip, (double *out, const double *in, uint64_t turn, size_t n),
	    (out, in, turn, n))
{
#pragma omp simd
	for (size_t i = 0; i < n; i++)
		out[i] = turned(in[i], turn);
}

void math_sin(double *out, const double *in, size_t n)
{
	turned_strip(out, in, 0, n);
}

void math_cos(double *out, const double *in, size_t n)
{
	turned_strip(out, in, 1, n);
}

/*
 * atan a = base + atan t with |t| <= tan(pi/8): a itself, (a - 1) / (a + 1) beside pi/4, -1 / a
 * beside pi/2.
 */
MATH_INLINE double arc_tangent(double x)
{
	double a = magnitude(x), p = 1.0 / 45; /* t - t^3/3 + t^5/5 ... */
	bool far = a > 0x1.3504f333f9de6p+1, near = a < 0x1.a827999fcef34p-2;
	double over = far ? -1 : near ? a : a - 1, under = far ? a : near ? 1 : a + 1;
	double base = far ? 0x1.921fb54442d18p+0 : near ? 0 : 0x1.921fb54442d18p-1;
	double rest = far ? 0x1.1a62633145c07p-54 : near ? 0 : 0x1.1a62633145c07p-55;
	double t = over / under, z = t * t;

	for (int n = 43; n >= 3; n -= 2)
		p = 1.0 / n - p * z;
	return with_sign_of(base + (t + (rest - t * z * p)), x);
}

SIMD_KERNEL(atan_strip, (double *out, const double *in, size_t n), (out, in, n))
{
#pragma omp simd
	for (size_t i = 0; i < n; i++)
		out[i] = arc_tangent(in[i]);
}

void math_atan(double *out, const double *in, size_t n)
{
	atan_strip(out, in, n);
}
