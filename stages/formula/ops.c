/*
 * The loops of operations, and their table. Every loop is plain: compilers make vectors of it.
 */
#include "ops.h"

#include <float.h>
#include <string.h>

#include "accum.h"
#include "base/simd.h"
#include "math_core.h"
#include "math_strip.h"

/* --- no value, and why: two NaNs ---------------------------------------------------------------
 */

static const uint64_t div0_bits = UINT64_C(0x7ff8000000000000) + PIXEL_DIV0;
static const uint64_t nonfinite_bits = UINT64_C(0x7ff8000000000000) + PIXEL_NONFINITE;

/* A finite number stays; what overflowed or was NaN has no value. */
MATH_INLINE double settled(double x)
{
	return magnitude(x) <= DBL_MAX ? x : of_bits(nonfinite_bits);
}

/* The first operand without a value decides. */
MATH_INLINE double first_of(double a, double result)
{
	return a == a ? result : a;
}

/* --- what each computes; of_...: fast, careful_...: knows of operands without values
 * -------------- */

#define OF1(name, expression)                  \
	MATH_INLINE double of_##name(double a) \
	{                                      \
		return expression;             \
	}
#define OF2(name, expression)                            \
	MATH_INLINE double of_##name(double a, double b) \
	{                                                \
		return expression;                       \
	}

MATH_INLINE double floor_of(double a)
{
	double r = nearest(a);

	return r > a ? r - 1 : r;
}

OF1(neg, -a)
OF1(abs, magnitude(a))
OF1(sqrt, __builtin_sqrt(a))
OF1(floor, floor_of(a))
OF1(round, nearest(a))
OF1(not, a == 0 ? 1 : 0)
OF2(add, a + b)
OF2(sub, a - b)
OF2(mul, a *b)
OF2(min, b < a ? b : a)
OF2(max, b > a ? b : a)
OF2(lt, a < b ? 1 : 0)
OF2(le, a <= b ? 1 : 0)
OF2(gt, a > b ? 1 : 0)
OF2(ge, a >= b ? 1 : 0)
OF2(eq, a == b ? 1 : 0)
OF2(ne, a != b ? 1 : 0)
OF2(and, a != 0 && b != 0 ? 1 : 0)
OF2(or, a != 0 || b != 0 ? 1 : 0)

#define CAREFUL1(name)                                     \
	MATH_INLINE double careful_##name(double a)        \
	{                                                  \
		return first_of(a, settled(of_##name(a))); \
	}
#define CAREFUL2(name)                                                     \
	MATH_INLINE double careful_##name(double a, double b)              \
	{                                                                  \
		return first_of(a, first_of(b, settled(of_##name(a, b)))); \
	}

CAREFUL1(neg)
CAREFUL1(abs)
CAREFUL1(sqrt)
CAREFUL1(floor)
CAREFUL1(round)
CAREFUL1(not )
CAREFUL2(add)
CAREFUL2(sub)
CAREFUL2(mul)
CAREFUL2(min)
CAREFUL2(max)
CAREFUL2(lt)
CAREFUL2(le)
CAREFUL2(gt)
CAREFUL2(ge)
CAREFUL2(eq)
CAREFUL2(ne)

MATH_INLINE double careful_div(double a, double b)
{
	double quotient = b == 0 ? of_bits(div0_bits) : settled(a / b);

	return first_of(a, first_of(b, quotient));
}

/* The second operand does not count where the first decides. */
MATH_INLINE double careful_and(double a, double b)
{
	return first_of(a, a == 0 ? 0 : first_of(b, b != 0 ? 1 : 0));
}

MATH_INLINE double careful_or(double a, double b)
{
	return first_of(a, a != 0 ? 1 : first_of(b, b != 0 ? 1 : 0));
}

/* --- loops -------------------------------------------------------------------------------------
 */

#define EACH _Pragma("omp simd") for (size_t i = 0; i < n; i++)

#define LOOP1(name, function)                      \
	SIMD_KERNEL(name, (struct strip * s), (s)) \
	{                                          \
		const double *a = s->in[0];        \
		double *out = s->out;              \
		size_t n = s->n;                   \
                                                   \
		EACH out[i] = function(a[i]);      \
	}

#define LOOP2(name, function)                               \
	SIMD_KERNEL(name, (struct strip * s), (s))          \
	{                                                   \
		const double *a = s->in[0], *b = s->in[1];  \
		double x = s->number[0], y = s->number[1];  \
		double *out = s->out;                       \
		size_t n = s->n;                            \
                                                            \
		if (s->constant == 1)                       \
			EACH out[i] = function(x, b[i]);    \
		else if (s->constant == 2)                  \
			EACH out[i] = function(a[i], y);    \
		else                                        \
			EACH out[i] = function(a[i], b[i]); \
	}

#define LOOPS1(name) \
	LOOP1(fast_##name##_strip, of_##name) LOOP1(careful_##name##_strip, careful_##name)
#define LOOPS2(name) \
	LOOP2(fast_##name##_strip, of_##name) LOOP2(careful_##name##_strip, careful_##name)

LOOPS1(neg)
LOOPS1(abs)
LOOPS1(sqrt)
LOOPS1(floor)
LOOPS1(round)
LOOPS1(not )
LOOPS2(add)
LOOPS2(sub)
LOOPS2(mul)
LOOPS2(min)
LOOPS2(max)
LOOPS2(lt)
LOOPS2(le)
LOOPS2(gt)
LOOPS2(ge)
LOOPS2(eq)
LOOPS2(ne)
LOOPS2(and)
LOOPS2(or)
LOOP2(careful_div_strip, careful_div)

/* k is the third operand; rounded twice, as two operations are. */
#define LOOP_SCALED(name, fast, careful)                             \
	SIMD_KERNEL(fast_##name##_strip, (struct strip * s), (s))    \
	{                                                            \
		const double *a = s->in[0], *b = s->in[1];           \
		double *out = s->out, k = s->number[2];              \
		size_t n = s->n;                                     \
                                                                     \
		EACH out[i] = fast;                                  \
	}                                                            \
	SIMD_KERNEL(careful_##name##_strip, (struct strip * s), (s)) \
	{                                                            \
		const double *a = s->in[0], *b = s->in[1];           \
		double *out = s->out, k = s->number[2];              \
		size_t n = s->n;                                     \
                                                                     \
		EACH out[i] = careful;                               \
	}

LOOP_SCALED(plus_scaled, a[i] + k * b[i], careful_add(a[i], careful_mul(b[i], k)))
LOOP_SCALED(scaled_plus, k *a[i] + b[i], careful_add(careful_mul(a[i], k), b[i]))
LOOP_SCALED(scaled_less, k *a[i] - b[i], careful_sub(careful_mul(a[i], k), b[i]))
LOOP_SCALED(sum_scaled, k *(a[i] + b[i]), careful_mul(careful_add(a[i], b[i]), k))
LOOP_SCALED(less_scaled, k *(a[i] - b[i]), careful_mul(careful_sub(a[i], b[i]), k))

/* 1 / infinity is 0: noted here, at no cost beside the division. */
SIMD_KERNEL(fast_div_strip, (struct strip * s), (s))
{
	const double *a = s->in[0], *b = s->in[1];
	double x = s->number[0], y = s->number[1], *out = s->out;
	int64_t bad = 0;
	size_t n = s->n;

	if (s->constant == 2)
		EACH out[i] = a[i] / y;
	else if (s->constant == 1)
#pragma omp simd reduction(| : bad)
		for (size_t i = 0; i < n; i++) {
			bad |= magnitude(b[i]) <= DBL_MAX ? 0 : 1;
			out[i] = x / b[i];
		}
	else
#pragma omp simd reduction(| : bad)
		for (size_t i = 0; i < n; i++) {
			bad |= magnitude(b[i]) <= DBL_MAX ? 0 : 1;
			out[i] = a[i] / b[i];
		}
	s->bad |= bad;
}

SIMD_KERNEL(check_strip, (struct strip * s), (s))
{
	const double *a = s->in[0];
	int64_t bad = 0;
	size_t n = s->n;

#pragma omp simd reduction(| : bad)
	for (size_t i = 0; i < n; i++)
		bad |= magnitude(a[i]) <= DBL_MAX ? 0 : 1;
	s->bad |= bad;
}

void strip_check(struct strip *s)
{
	check_strip(s);
}

SIMD_KERNEL(fast_where_strip, (struct strip * s), (s))
{
	const double *c = s->in[0], *a = s->in[1], *b = s->in[2];
	double *out = s->out;
	size_t n = s->n;

	EACH out[i] = c[i] != 0 ? a[i] : b[i];
}

SIMD_KERNEL(careful_where_strip, (struct strip * s), (s))
{
	const double *c = s->in[0], *a = s->in[1], *b = s->in[2];
	double *out = s->out;
	size_t n = s->n;

	EACH out[i] = first_of(c[i], c[i] != 0 ? a[i] : b[i]);
}

SIMD_KERNEL(constant_strip, (struct strip * s), (s))
{
	double *out = s->out, x = s->number[0];
	size_t n = s->n;

	EACH out[i] = x;
}

/* Where nothing fails, all have values. */
SIMD_KERNEL(fast_isvalid_strip, (struct strip * s), (s))
{
	double *out = s->out;
	size_t n = s->n;

	EACH out[i] = 1;
}

SIMD_KERNEL(careful_isvalid_strip, (struct strip * s), (s))
{
	const double *a = s->in[0];
	double *out = s->out;
	size_t n = s->n;

	EACH out[i] = a[i] == a[i] ? 1 : 0;
}

/* A band's samples are finite where the pixel counts; elsewhere they may be anything. */
SIMD_KERNEL(settle1_strip, (struct strip * s), (s))
{
	const double *a = s->in[0];
	double *out = s->out;
	size_t n = s->n;

	EACH out[i] = first_of(a[i], settled(out[i]));
}

#define FUNCTION1(name)                                     \
	static void fast_##name##_strip(struct strip *s)    \
	{                                                   \
		math_##name(s->out, s->in[0], s->n);        \
	}                                                   \
	static void careful_##name##_strip(struct strip *s) \
	{                                                   \
		math_##name(s->out, s->in[0], s->n);        \
		settle1_strip(s);                           \
	}

FUNCTION1(exp)
FUNCTION1(log)
FUNCTION1(log2)
FUNCTION1(log10)
FUNCTION1(tanh)
FUNCTION1(sin)
FUNCTION1(cos)
FUNCTION1(atan)

SIMD_KERNEL(settle_pow_strip, (struct strip * s), (s))
{
	const double *a = s->in[0], *b = s->in[1];
	double *out = s->out;
	size_t n = s->n;

	EACH
	{
		double x = a[i], y = b[i], power = settled(out[i]);

		power = x == 0 && y < 0 ? of_bits(div0_bits) : power;
		out[i] = first_of(x, first_of(y, power));
	}
}

static void fast_pow_strip(struct strip *s)
{
	math_pow(s->out, s->in[0], s->in[1], s->n);
}

static void careful_pow_strip(struct strip *s)
{
	math_pow(s->out, s->in[0], s->in[1], s->n);
	settle_pow_strip(s);
}

/* --- the table ---------------------------------------------------------------------------------
 */

#define LOOPS(name) .fast = fast_##name##_strip, .careful = careful_##name##_strip
#define PLAIN1      .n_args = 1, .in_place = true
#define SCALED      .n_args = 3, .in_place = true, .numbers = true, .overflows = true
#define PLAIN2      .n_args = 2, .in_place = true, .numbers = true

const struct op_row op_rows[N_OPS] = {
	[OP_BAND] = {.n_args = 0},
	[OP_CONSTANT] = {.n_args = 0, .fast = constant_strip, .careful = constant_strip},
	[OP_NEG] = {PLAIN1, LOOPS(neg)},
	[OP_ABS] = {PLAIN1, LOOPS(abs)},
	[OP_SQRT] = {PLAIN1, .fails = true, .overflows = true, LOOPS(sqrt)},
	[OP_FLOOR] = {PLAIN1, LOOPS(floor)},
	[OP_ROUND] = {PLAIN1, LOOPS(round)},
	[OP_NOT] = {PLAIN1, .swallows = true, LOOPS(not )},
	[OP_EXP] = {.n_args = 1, .overflows = true, .swallows = true, LOOPS(exp)},
	[OP_LOG] = {.n_args = 1, .fails = true, .overflows = true, LOOPS(log)},
	[OP_LOG2] = {.n_args = 1, .fails = true, .overflows = true, LOOPS(log2)},
	[OP_LOG10] = {.n_args = 1, .fails = true, .overflows = true, LOOPS(log10)},
	[OP_TANH] = {.n_args = 1, .swallows = true, LOOPS(tanh)},
	[OP_SIN] = {.n_args = 1, .overflows = true, LOOPS(sin)},
	[OP_COS] = {.n_args = 1, .overflows = true, LOOPS(cos)},
	[OP_ATAN] = {.n_args = 1, .swallows = true, LOOPS(atan)},
	[OP_ISVALID] = {PLAIN1, .lazy = true, .swallows = true, LOOPS(isvalid)},
	[OP_ADD] = {PLAIN2, .overflows = true, LOOPS(add)},
	[OP_SUB] = {PLAIN2, .overflows = true, LOOPS(sub)},
	[OP_MUL] = {PLAIN2, .overflows = true, LOOPS(mul)},
	[OP_DIV] = {PLAIN2, .fails = true, .overflows = true, LOOPS(div)},
	[OP_POW] = {.n_args = 2, .fails = true, .overflows = true, .swallows = true, LOOPS(pow)},
	[OP_MIN] = {PLAIN2, .swallows = true, LOOPS(min)},
	[OP_MAX] = {PLAIN2, .swallows = true, LOOPS(max)},
	[OP_LT] = {PLAIN2, .swallows = true, LOOPS(lt)},
	[OP_LE] = {PLAIN2, .swallows = true, LOOPS(le)},
	[OP_GT] = {PLAIN2, .swallows = true, LOOPS(gt)},
	[OP_GE] = {PLAIN2, .swallows = true, LOOPS(ge)},
	[OP_EQ] = {PLAIN2, .swallows = true, LOOPS(eq)},
	[OP_NE] = {PLAIN2, .swallows = true, LOOPS(ne)},
	[OP_AND] = {PLAIN2, .lazy = true, .swallows = true, LOOPS(and)},
	[OP_OR] = {PLAIN2, .lazy = true, .swallows = true, LOOPS(or)},
	[OP_WHERE] = {.n_args = 3, .in_place = true, .lazy = true, .swallows = true, LOOPS(where)},
	[OP_PLUS_SCALED] = {SCALED, LOOPS(plus_scaled)},
	[OP_SCALED_PLUS] = {SCALED, LOOPS(scaled_plus)},
	[OP_SCALED_LESS] = {SCALED, LOOPS(scaled_less)},
	[OP_SUM_SCALED] = {SCALED, LOOPS(sum_scaled)},
	[OP_LESS_SCALED] = {SCALED, LOOPS(less_scaled)},
};

int op_of_numbers(enum op op, const double *number, double *value)
{
	struct strip strip = {.out = value, .n = 1};

	for (unsigned i = 0; i < op_rows[op].n_args; i++)
		strip.in[i] = &number[i];
	op_rows[op].careful(&strip);
	return *value == *value ? 0 : -1;
}

/* --- the end -----------------------------------------------------------------------------------
 */

MATH_INLINE bool any_set(const uint8_t *byte, size_t n)
{
	uint8_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= byte[i];
	return all != PIXEL_VALID;
}

/* + 0: a zero has no sign. */
SIMD_KERNEL(round_strip, (const double *in, size_t n, float *value, const uint8_t *class, int *bad),
	    (in, n, value, class, bad))
{
	int32_t all = 0;

	if (!any_set(class, n)) {
#pragma omp simd reduction(| : all)
		for (size_t i = 0; i < n; i++) {
			float v = (float)in[i] + 0.0f;

			all |= __builtin_fabsf(v) <= FLT_MAX ? 0 : 1;
			value[i] = v;
		}
	} else {
#pragma omp simd reduction(| : all)
		for (size_t i = 0; i < n; i++) {
			float v = class[i] == PIXEL_VALID ? (float)in[i] + 0.0f : 0.0f;

			all |= __builtin_fabsf(v) <= FLT_MAX ? 0 : 1;
			value[i] = v;
		}
	}
	*bad = all;
}

bool strip_finish(const double *in, size_t n, float *value, const uint8_t *class)
{
	int bad;

	round_strip(in, n, value, class, &bad);
	return !bad;
}

void strip_finish_carefully(const double *in, size_t n, float *value, uint8_t *class)
{
	for (size_t i = 0; i < n; i++) {
		float v = (float)in[i] + 0.0f;
		uint8_t found = __builtin_fabsf(v) <= FLT_MAX ? PIXEL_VALID
				: bits_of(in[i]) == div0_bits ? PIXEL_DIV0
							      : PIXEL_NONFINITE;

		class[i] = class[i] == PIXEL_VALID ? found : class[i];
		value[i] = class[i] == PIXEL_VALID ? v : 0.0f;
	}
}
