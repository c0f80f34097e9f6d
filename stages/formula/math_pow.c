/*
 * x to the power of y as e^(y log x), where the logarithm and the product have more digits than
 * double.
 */
#include "math_strip.h"

#include <stdbool.h>

#include "base/simd.h"
#include "math_core.h"

MATH_INLINE double power_of(double x, double y)
{
	double bounded = y > 0x1p66    ? 0x1p66
			 : y < -0x1p66 ? -0x1p66
				       : y; /* the answer is the same */
	bool whole = nearest(y) == y, odd = nearest(y * 0.5) != y * 0.5;
	struct double_double log = log_double(magnitude(x)), e = exact_product(bounded, log.hi);
	double power = exp_of(e.hi, e.lo + bounded * log.lo);
	double negative = !whole ? __builtin_nan("") : odd ? -power : power;
	double of_zero = y > 0 ? 0 : __builtin_inf();

	power = x < 0 ? negative : power;
	power = x == 0 ? of_zero : power;
	return y == 0 ? 1 : power;
}

SIMD_KERNEL(pow_strip, (double *out, const double *x, const double *y, size_t n), (out, x, y, n))
{
#pragma omp simd
	for (size_t i = 0; i < n; i++)
		out[i] = power_of(x[i], y[i]);
}

void math_pow(double *out, const double *x, const double *y, size_t n)
{
	pow_strip(out, x, y, n);
}
