/*
 * Logarithms to base e, 2 and 10. Exact powers of the base give integers.
 */
#include "math_strip.h"

#include <float.h>

#include "base/simd.h"
#include "math_core.h"

/* What has no logarithm: of 0 it is minus infinity, of less NaN; infinity stays. */
MATH_INLINE double where_positive(double x, double log)
{
	double none = x == 0 ? -__builtin_inf() : __builtin_nan("");

	return x > 0 ? (x <= DBL_MAX ? log : x) : none;
}

MATH_INLINE double log_e(double x)
{
	return where_positive(x, log_double(x).hi);
}

MATH_INLINE double log_2(double x)
{
	double k;
	struct double_double m = log_reduced(x, &k), s;

	m = product(m, (struct double_double){0x1.71547652b82fep+0, 0x1.777d0ffda0d24p-56});
	s = exact_sum(k, m.hi);
	return where_positive(x, s.hi + (s.lo + m.lo));
}

MATH_INLINE double log_10(double x)
{
	double k;
	struct double_double m = log_reduced(x, &k), s;

	m = product(m, (struct double_double){0x1.bcb7b1526e50ep-2, 0x1.95355baaafad3p-57});
	s = exact_sum(k * 0x1.3441350900000p-2, m.hi);
	return where_positive(x, s.hi + (s.lo + (k * 0x1.ef3fde623e256p-35 + m.lo)));
}

#define DEFINE_LOG(name, function)                                                           \
	SIMD_KERNEL(name##_strip, (double *out, const double *in, size_t n), (out, in, n))   \
	{                                                                                    \
		_Pragma("omp simd") for (size_t i = 0; i < n; i++) out[i] = function(in[i]); \
	}                                                                                    \
                                                                                             \
	void name(double *out, const double *in, size_t n)                                   \
	{                                                                                    \
		name##_strip(out, in, n);                                                    \
	}

DEFINE_LOG(math_log, log_e)
DEFINE_LOG(math_log2, log_2)
DEFINE_LOG(math_log10, log_10)
