/*
 * Values of a formula: numbered by what they are, so that common parts stand once; operations on
 * numbers are folded in double. What has no value (1 / 0) is left to the run, where it fails for
 * every pixel.
 */
#include "code.h"

#include <math.h>
#include <string.h>

enum { CHAIN_MOST = 64 }; /* the highest integral exponent that becomes products */

static bool is_number(const struct code *code, int v)
{
	return code->value[v].op == OP_CONSTANT;
}

/* Equal bits: 0 and -0 are two. */
static bool same(const struct code_value *a, const struct code_value *b)
{
	return a->op == b->op && memcmp(a->arg, b->arg, sizeof(a->arg)) == 0 &&
	       memcmp(&a->number, &b->number, sizeof(a->number)) == 0;
}

static int add_value(struct code *code, const struct code_value *value)
{
	bool is_op = value->op != OP_BAND && value->op != OP_CONSTANT;

	for (int i = 0; i < code->n_values; i++)
		if (same(&code->value[i], value))
			return i;
	if (code->n_values == CODE_VALUES_MOST || (is_op && code->n_ops == CODE_OPS_MOST))
		return CODE_FULL;
	code->n_ops += is_op;
	code->value[code->n_values] = *value;
	return code->n_values++;
}

int code_number(struct code *code, double number)
{
	return add_value(code, &(struct code_value){.op = OP_CONSTANT, .number = number});
}

int code_band(struct code *code, unsigned slot)
{
	return add_value(code, &(struct code_value){.op = OP_BAND, .arg = {(int)slot}});
}

/* Where all operands are numbers and the result is one. */
static bool fold(const struct code *code, const struct code_value *value, double *number)
{
	double operand[OP_ARGS_MOST] = {0};

	for (unsigned i = 0; i < op_rows[value->op].n_args; i++) {
		if (!is_number(code, value->arg[i]))
			return false;
		operand[i] = code->value[value->arg[i]].number;
	}
	return op_of_numbers(value->op, operand, number) == 0;
}

static int add_op(struct code *code, struct code_value value)
{
	double number;

	for (unsigned i = 0; i < op_rows[value.op].n_args; i++)
		if (value.arg[i] < 0)
			return CODE_FULL;
	return fold(code, &value, &number) ? code_number(code, number) : add_value(code, &value);
}

int code_op1(struct code *code, enum op op, int a)
{
	return add_op(code, (struct code_value){.op = op, .arg = {a}});
}

/* It has a value for every pixel, so that it does not matter which operand comes first. */
static bool has_value(const struct code *code, int v)
{
	return is_number(code, v) || code->value[v].op == OP_BAND;
}

int code_op2(struct code *code, enum op op, int a, int b)
{
	bool turns = op == OP_ADD || op == OP_MUL || op == OP_EQ || op == OP_NE;

	if (a < 0 || b < 0)
		return CODE_FULL;
	if ((op == OP_AND || op == OP_OR) && is_number(code, a)) {
		bool decides = (code->value[a].number != 0) == (op == OP_OR);

		return decides ? code_number(code, op == OP_OR)
			       : code_op2(code, OP_NE, b, code_number(code, 0));
	}
	if (turns && has_value(code, a) && (has_value(code, b) ? a > b : is_number(code, a)))
		return add_op(code, (struct code_value){.op = op, .arg = {b, a}});
	return add_op(code, (struct code_value){.op = op, .arg = {a, b}});
}

int code_op3(struct code *code, enum op op, int a, int b, int c)
{
	if (a < 0 || b < 0 || c < 0)
		return CODE_FULL;
	if (op == OP_WHERE && is_number(code, a))
		return code->value[a].number != 0 ? b : c;
	return add_op(code, (struct code_value){.op = op, .arg = {a, b, c}});
}

/* Products by the binary digits of the exponent, the lowest first. */
static int chain(struct code *code, int base, unsigned n)
{
	int result = -1;

	for (int square = base; n; n >>= 1) {
		if (n & 1)
			result = result < 0 ? square : code_op2(code, OP_MUL, result, square);
		if (result == CODE_FULL || square < 0)
			return CODE_FULL;
		if (n > 1)
			square = code_op2(code, OP_MUL, square, square);
	}
	return result;
}

/* Integral exponents up to 64 are products, 0.5 is the square root; minus: 1 over that. */
int code_power(struct code *code, int base, int exponent)
{
	double e, size;
	int result;

	if (base < 0 || exponent < 0)
		return CODE_FULL;
	e = is_number(code, exponent) ? code->value[exponent].number : 0;
	size = fabs(e);
	if (size == 0.5)
		result = code_op1(code, OP_SQRT, base);
	else if (size >= 1 && size <= CHAIN_MOST && size == (double)(unsigned)size)
		result = chain(code, base, (unsigned)size);
	else
		return code_op2(code, OP_POW, base, exponent);
	return e > 0 ? result : code_op2(code, OP_DIV, code_number(code, 1), result);
}
