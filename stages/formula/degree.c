/*
 * Degrees. A value of degree d becomes s^d times as much where all bands become s times as much,
 * s > 0: a band has 1, a number 0, and 0 every degree. Of a value that has one it does not depend
 * on s whether it is 0, less or more than 0, and whether it is there at all. Its logarithm grows by
 * d log s, so that differences of such may be free of s again.
 */
#include "degree.h"

#include <math.h>

struct degree {
	enum { UNTOLD, OF_ONE, OF_ALL, GROWS } kind;
	double d; /* OF_ONE; GROWS: by d log s */
};

static const struct degree untold = {UNTOLD, 0}, any = {OF_ALL, 0}, none = {OF_ONE, 0};

static bool told(struct degree a)
{
	return a.kind == OF_ONE || a.kind == OF_ALL;
}

static struct degree of(double d)
{
	return (struct degree){OF_ONE, d};
}

/* Are the degrees of 0.1 + 0.2 and of 0.3 the same? */
static bool same(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fabs(a));
}

/* Of what is one or the other, or their sum: that of both. */
static struct degree common(struct degree a, struct degree b)
{
	if (!told(a) || !told(b))
		return untold;
	if (a.kind == OF_ALL || b.kind == OF_ALL)
		return a.kind == OF_ALL ? b : a;
	return same(a.d, b.d) ? a : untold;
}

/* A function of which nothing is known: of what does not change it does not change either. */
static struct degree unchanged(struct degree a)
{
	return a.kind == OF_ALL || (a.kind == OF_ONE && same(a.d, 0)) ? none : untold;
}

/* a + b or a - b: logarithms may be among them. */
static struct degree sum(struct degree a, struct degree b, double sign)
{
	bool grows = a.kind == GROWS || b.kind == GROWS;

	if (!grows)
		return common(a, b);
	if ((a.kind != GROWS && !told(unchanged(a))) || (b.kind != GROWS && !told(unchanged(b))))
		return untold;
	a.d += sign * b.d;
	return same(a.d, 0) ? none : (struct degree){GROWS, a.d};
}

static struct degree logarithm(struct degree a, double of_e)
{
	if (a.kind != OF_ONE || same(a.d, 0))
		return unchanged(a);
	return (struct degree){GROWS, a.d * of_e};
}

static struct degree product(struct degree a, struct degree b, double sign)
{
	if (!told(a) || !told(b))
		return untold;
	return a.kind == OF_ALL || b.kind == OF_ALL ? any : of(a.d + sign * b.d);
}

/* a to the power of b, which is a number, or else neither of them changes. */
static struct degree power(struct degree a, struct degree b, const struct code_value *exponent)
{
	if (exponent->op == OP_CONSTANT && a.kind == OF_ONE)
		return of(a.d * exponent->number);
	return told(unchanged(a)) && told(unchanged(b)) ? none : untold;
}

/* How an operation's degree follows from its operands'. */
enum rule {
	UNKNOWN, /* of no other: functions, rounding */
	BAND,
	NUMBER,
	SAME,
	HALF,
	LOGARITHM,
	SUM,
	DIFFERENCE,
	EITHER, /* one of both */
	PRODUCT,
	QUOTIENT,
	POWER,
	TRUTH,      /* of each operand by itself */
	COMPARISON, /* of both together */
	CHOICE,
};

static const enum rule rules[N_OPS] = {
	[OP_BAND] = BAND,      [OP_CONSTANT] = NUMBER, [OP_NEG] = SAME,      [OP_ABS] = SAME,
	[OP_SQRT] = HALF,      [OP_NOT] = TRUTH,       [OP_ISVALID] = TRUTH, [OP_ADD] = SUM,
	[OP_SUB] = DIFFERENCE, [OP_MIN] = EITHER,      [OP_MAX] = EITHER,    [OP_MUL] = PRODUCT,
	[OP_DIV] = QUOTIENT,   [OP_POW] = POWER,       [OP_LT] = COMPARISON, [OP_LE] = COMPARISON,
	[OP_GT] = COMPARISON,  [OP_GE] = COMPARISON,   [OP_EQ] = COMPARISON, [OP_NE] = COMPARISON,
	[OP_AND] = TRUTH,      [OP_OR] = TRUTH,        [OP_WHERE] = CHOICE,  [OP_LOG] = LOGARITHM,
	[OP_LOG2] = LOGARITHM, [OP_LOG10] = LOGARITHM,
};

static struct degree degree_of(const struct code *code, const struct code_value *value,
			       const struct degree *degree)
{
	unsigned n = op_rows[value->op].n_args;
	struct degree a = n > 0 ? degree[value->arg[0]] : none;
	struct degree b = n > 1 ? degree[value->arg[1]] : none;

	switch (rules[value->op]) {
	case BAND:
		return of(1);
	case NUMBER:
		return value->number == 0 ? any : none;
	case SAME:
		return told(a) ? a : untold;
	case HALF:
		return told(a) ? (struct degree){a.kind, a.d / 2} : untold;
	case LOGARITHM:
		return logarithm(a, 1 / log(value->op == OP_LOG2    ? 2
					    : value->op == OP_LOG10 ? 10
								    : exp(1)));
	case SUM:
		return sum(a, b, 1);
	case DIFFERENCE:
		return sum(a, b, -1);
	case EITHER:
		return common(a, b);
	case PRODUCT:
		return product(a, b, 1);
	case QUOTIENT:
		return product(a, b, -1);
	case POWER:
		return power(a, b, &code->value[value->arg[1]]);
	case TRUTH:
		return told(a) && told(b) ? none : untold;
	case COMPARISON:
		return told(common(a, b)) ? none : untold;
	case CHOICE:
		return told(a) ? common(b, degree[value->arg[2]]) : untold;
	case UNKNOWN:
		break;
	}
	return n == 1 ? unchanged(a) : untold;
}

bool code_is_scale_free(const struct code *code, int root)
{
	struct degree degree[CODE_VALUES_MOST];

	for (int v = 0; v <= root; v++)
		degree[v] = degree_of(code, &code->value[v], degree);
	return told(unchanged(degree[root]));
}
