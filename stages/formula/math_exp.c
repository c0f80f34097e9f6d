/*
 * e^x and tanh x. x = k log 2 + r, a polynomial of r, and the exponent k: Cody and Waite 1980.
 */
#include "math_strip.h"

#include "base/simd.h"
#include "math_core.h"

SIMD_KERNEL(exp_strip, (double *out, const double *in, size_t n), (out, in, n))
{
#pragma omp simd
	for (size_t i = 0; i < n; i++)
		out[i] = exp_of(in[i], 0);
}

void math_exp(double *out, const double *in, size_t n)
{
	exp_strip(out, in, n);
}

/* With E = e^2x - 1, without loss for small x: E / (E + 2). Above 22 it is 1. */
MATH_INLINE double tanh_of(double x)
{
	double a = magnitude(x), scale, e;
	uint64_t k;

	a = a > 22 ? 22 : a;
	e = exp_reduced(2 * a, 0, &k);
	scale = power_of_two(k);
	e = scale * e + (scale - 1);
	return with_sign_of(e / (e + 2), x);
}

SIMD_KERNEL(tanh_strip, (double *out, const double *in, size_t n), (out, in, n))
{
#pragma omp simd
	for (size_t i = 0; i < n; i++)
		out[i] = tanh_of(in[i]);
}

void math_tanh(double *out, const double *in, size_t n)
{
	tanh_strip(out, in, n);
}
