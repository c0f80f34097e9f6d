/*
 * The table of functions, and how each becomes operations.
 */
#include "functions.h"

#include <string.h>
#include <strings.h>

static int one(struct code *code, const int *args, unsigned n, enum op op)
{
	(void)n;
	return code_op1(code, op, args[0]);
}

static int power(struct code *code, const int *args, unsigned n, enum op op)
{
	(void)n;
	(void)op;
	return code_power(code, args[0], args[1]);
}

static int choose(struct code *code, const int *args, unsigned n, enum op op)
{
	(void)n;
	return code_op3(code, op, args[0], args[1], args[2]);
}

/* From left to right. */
static int extreme(struct code *code, const int *args, unsigned n, enum op op)
{
	int result = args[0];

	for (unsigned i = 1; i < n; i++)
		result = code_op2(code, op, result, args[i]);
	return result;
}

static int clamp(struct code *code, const int *args, unsigned n, enum op op)
{
	(void)n;
	(void)op;
	return code_op2(code, OP_MIN, code_op2(code, OP_MAX, args[0], args[1]), args[2]);
}

static int normalized_difference(struct code *code, const int *args, unsigned n, enum op op)
{
	int difference = code_op2(code, OP_SUB, args[0], args[1]);

	(void)n;
	(void)op;
	return code_op2(code, OP_DIV, difference, code_op2(code, OP_ADD, args[0], args[1]));
}

static const struct function functions[] = {
	{"sqrt", "sqrt(x)", 1, 1, one, OP_SQRT},
	{"abs", "abs(x)", 1, 1, one, OP_ABS},
	{"min", "min(a, b, ...)", 2, FUNCTION_ARGS_MOST, extreme, OP_MIN},
	{"max", "max(a, b, ...)", 2, FUNCTION_ARGS_MOST, extreme, OP_MAX},
	{"clamp", "clamp(x, lo, hi)", 3, 3, clamp, OP_MIN},
	{"floor", "floor(x)", 1, 1, one, OP_FLOOR},
	{"round", "round(x)", 1, 1, one, OP_ROUND},
	{"exp", "exp(x)", 1, 1, one, OP_EXP},
	{"log", "log(x)", 1, 1, one, OP_LOG},
	{"log2", "log2(x)", 1, 1, one, OP_LOG2},
	{"log10", "log10(x)", 1, 1, one, OP_LOG10},
	{"pow", "pow(x, y)", 2, 2, power, OP_POW},
	{"tanh", "tanh(x)", 1, 1, one, OP_TANH},
	{"sin", "sin(x)", 1, 1, one, OP_SIN},
	{"cos", "cos(x)", 1, 1, one, OP_COS},
	{"atan", "atan(x)", 1, 1, one, OP_ATAN},
	{"isvalid", "isvalid(x)", 1, 1, one, OP_ISVALID},
	{"ndiff", "ndiff(a, b)", 2, 2, normalized_difference, OP_DIV},
	{"where", "where(condition, a, b)", 3, 3, choose, OP_WHERE},
	{"if", "if(condition, a, b)", 3, 3, choose, OP_WHERE},
};

enum { N_FUNCTIONS = sizeof(functions) / sizeof(functions[0]) };

const struct function *function_find(const char *name)
{
	for (size_t i = 0; i < N_FUNCTIONS; i++)
		if (strcasecmp(name, functions[i].name) == 0)
			return &functions[i];
	return NULL;
}

/* Words that others use. */
static const char *const other_words[][2] = {
	{"ln", "log"},      {"lg", "log10"},    {"fabs", "abs"},     {"clip", "clamp"},
	{"rint", "round"},  {"iif", "where"},   {"select", "where"}, {"arctan", "atan"},
	{"minimum", "min"}, {"maximum", "max"}, {"power", "pow"},    {"isfinite", "isvalid"},
	{"square", "pow"},
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Letters to add, drop or change, for names of a few letters. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[16] = {0}, n = (unsigned)strlen(b);

	for (unsigned j = 0; j <= n; j++)
		row[j] = j;
	for (; *a; a++) {
		unsigned corner = row[0]++;

		for (unsigned j = 1; j <= n; j++) {
			unsigned changed = corner + (lower(*a) != b[j - 1]);
			unsigned least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			corner = row[j];
			row[j] = changed < least ? changed : least;
		}
	}
	return row[n];
}

const struct function *function_near(const char *name)
{
	const struct function *best = NULL;
	unsigned least = strlen(name) > 4 ? 3 : 2;

	for (size_t i = 0; i < sizeof(other_words) / sizeof(other_words[0]); i++)
		if (strcasecmp(name, other_words[i][0]) == 0)
			return function_find(other_words[i][1]);
	for (size_t i = 0; i < N_FUNCTIONS; i++) {
		unsigned d = distance(name, functions[i].name);

		if (d < least) {
			least = d;
			best = &functions[i];
		}
	}
	return best;
}
