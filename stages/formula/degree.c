/*
 * Degrees. A value of degree d becomes s^d times as much where all bands become s times as much,
 * s > 0: a band has 1, a number 0, and 0 every degree. Of a value that has one it does not depend
 * on s whether it is 0, less or more than 0, and whether it is there at all. Its logarithm grows by
 * d log s; so do multiples of it, sums, and multiples by a value that is free of s, and differences
 * of such may be free of s again.
 */
#include "degree.h"

#include <math.h>

enum { NUMBER_ALONE = -1 };

struct degree {
	enum { UNTOLD, OF_ONE, OF_ALL, GROWS } kind;
	double d; /* OF_ONE; GROWS: by d log s */
	int by;   /* GROWS: times this value, which is free of s, or NUMBER_ALONE */
};

static const struct degree untold = {UNTOLD, 0, NUMBER_ALONE}, any = {OF_ALL, 0, NUMBER_ALONE},
			   none = {OF_ONE, 0, NUMBER_ALONE};

static bool told(struct degree a)
{
	return a.kind == OF_ONE || a.kind == OF_ALL;
}

static struct degree of(double d)
{
	return (struct degree){OF_ONE, d, NUMBER_ALONE};
}

static struct degree grows(double d, int by)
{
	return (struct degree){GROWS, d, by};
}

/* Are the degrees of 0.1 + 0.2 and of 0.3 the same? */
static bool same(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fmin(fabs(a), fabs(b)));
}

/* Growths have the size of what logarithms are multiplied by: none is small by itself. */
static bool same_growth(struct degree a, struct degree b)
{
	return a.by == b.by && fabs(a.d - b.d) <= 1e-9 * fmin(fabs(a.d), fabs(b.d));
}

/* Of what is one or the other, and whose order decides: that of both. */
static struct degree common(struct degree a, struct degree b)
{
	if (a.kind == GROWS && b.kind == GROWS)
		return same_growth(a, b) ? a : untold;
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

static struct degree minus(struct degree a)
{
	a.d = a.kind == GROWS ? -a.d : a.d;
	return a;
}

/* Logarithms may be among them. */
static struct degree sum(struct degree a, struct degree b)
{
	if (a.kind != GROWS && b.kind != GROWS)
		return common(a, b);
	if (a.kind != GROWS)
		return told(unchanged(a)) ? b : untold;
	if (b.kind != GROWS)
		return told(unchanged(b)) ? a : untold;
	if (same_growth(a, minus(b)))
		return none;
	return a.by == b.by ? grows(a.d + b.d, a.by) : untold;
}

static struct degree logarithm(struct degree a, double of_e)
{
	if (a.kind != OF_ONE || same(a.d, 0))
		return unchanged(a);
	return grows(a.d * of_e, NUMBER_ALONE);
}

/* e to the power of it. */
static struct degree exponential(struct degree a)
{
	return a.kind == GROWS && a.by == NUMBER_ALONE ? of(a.d) : unchanged(a);
}

/* A value that grows, times value v, or divided by it. */
static struct degree multiple(struct degree a, const struct code *code, int v, struct degree of_v,
			      double sign)
{
	const struct code_value *value = code->value;

	if (of_v.kind == OF_ALL)
		return any;
	if (value[v].op == OP_CONSTANT)
		return grows(sign > 0 ? a.d * value[v].number : a.d / value[v].number, a.by);
	while (value[v].op == OP_MUL && value[value[v].arg[1]].op == OP_CONSTANT) {
		a.d *= value[value[v].arg[1]].number; /* k c log(a) and c log(a) k are the same */
		v = value[v].arg[0];
	}
	return told(unchanged(of_v)) && sign > 0 && a.by == NUMBER_ALONE ? grows(a.d, v) : untold;
}

/* a times b, or divided by it. */
static struct degree product(struct degree a, struct degree b, const struct code *code,
			     const int *arg, double sign)
{
	if (a.kind == GROWS)
		return multiple(a, code, arg[1], b, sign);
	if (b.kind == GROWS && sign > 0)
		return multiple(b, code, arg[0], a, sign);
	if (!told(a) || !told(b))
		return untold;
	return a.kind == OF_ALL || b.kind == OF_ALL ? any : of(a.d + sign * b.d);
}

/* a to the power of b: one of them is a number, or else neither changes. */
static struct degree power(struct degree a, struct degree b, const struct code_value *base,
			   const struct code_value *exponent)
{
	if (exponent->op == OP_CONSTANT && a.kind == OF_ONE)
		return of(a.d * exponent->number);
	if (base->op == OP_CONSTANT && base->number > 0 && b.kind == GROWS)
		return exponential(grows(b.d * log(base->number), b.by));
	return told(unchanged(a)) && told(unchanged(b)) ? none : untold;
}

/* How an operation's degree follows from its operands'. */
enum rule {
	UNKNOWN, /* of no other: functions, rounding */
	BAND,
	NUMBER,
	SAME,
	MINUS,
	HALF,
	LOGARITHM,
	EXPONENTIAL,
	SUM,
	DIFFERENCE,
	EITHER, /* one of both */
	PRODUCT,
	QUOTIENT,
	POWER,
	TRUTH, /* of each operand by itself */
	PRESENCE,
	COMPARISON, /* of both together */
	CHOICE,
};

static const enum rule rules[N_OPS] = {
	[OP_BAND] = BAND,        [OP_CONSTANT] = NUMBER, [OP_NEG] = MINUS,
	[OP_ABS] = SAME,         [OP_SQRT] = HALF,       [OP_NOT] = TRUTH,
	[OP_ISVALID] = PRESENCE, [OP_ADD] = SUM,         [OP_SUB] = DIFFERENCE,
	[OP_MIN] = EITHER,       [OP_MAX] = EITHER,      [OP_MUL] = PRODUCT,
	[OP_DIV] = QUOTIENT,     [OP_POW] = POWER,       [OP_LT] = COMPARISON,
	[OP_LE] = COMPARISON,    [OP_GT] = COMPARISON,   [OP_GE] = COMPARISON,
	[OP_EQ] = COMPARISON,    [OP_NE] = COMPARISON,   [OP_AND] = TRUTH,
	[OP_OR] = TRUTH,         [OP_WHERE] = CHOICE,    [OP_LOG] = LOGARITHM,
	[OP_LOG2] = LOGARITHM,   [OP_LOG10] = LOGARITHM, [OP_EXP] = EXPONENTIAL,
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
	case MINUS:
		return minus(a);
	case HALF:
		return told(a) ? (struct degree){a.kind, a.d / 2, NUMBER_ALONE} : untold;
	case LOGARITHM:
		return logarithm(a, 1 / log(value->op == OP_LOG2    ? 2
					    : value->op == OP_LOG10 ? 10
								    : exp(1)));
	case EXPONENTIAL:
		return exponential(a);
	case SUM:
		return sum(a, b);
	case DIFFERENCE:
		return sum(a, minus(b));
	case EITHER:
		return common(a, b);
	case PRODUCT:
		return product(a, b, code, value->arg, 1);
	case QUOTIENT:
		return product(a, b, code, value->arg, -1);
	case POWER:
		return power(a, b, &code->value[value->arg[0]], &code->value[value->arg[1]]);
	case TRUTH:
		return told(a) && told(b) ? none : untold;
	case PRESENCE:
		return a.kind != UNTOLD ? none : untold;
	case COMPARISON:
		return common(a, b).kind != UNTOLD ? none : untold;
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
