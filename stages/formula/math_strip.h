/*
 * Our own elementary functions, on strips of doubles: plain double operations in one fixed order,
 * no library, no fused multiply-add, so that every compiler, instruction set and machine gives the
 * same bits. Errors in units of the last place of double are in stages/formula/README.md. out and
 * in may not overlap. Where a function has no value the result is not finite.
 */
#ifndef IMGPIPE_FORMULA_MATH_STRIP_H
#define IMGPIPE_FORMULA_MATH_STRIP_H

#include <stddef.h>

void math_exp(double *out, const double *in, size_t n);
void math_log(double *out, const double *in, size_t n);
void math_log2(double *out, const double *in, size_t n);
void math_log10(double *out, const double *in, size_t n);
void math_tanh(double *out, const double *in, size_t n);
void math_sin(double *out, const double *in, size_t n);
void math_cos(double *out, const double *in, size_t n);
void math_atan(double *out, const double *in, size_t n);
/* x to the power of y; of negative x where y is an integer. */
void math_pow(double *out, const double *x, const double *y, size_t n);

#endif
