/*
 * The code of a formula while it is made: a list of values, each a band, a number or an operation
 * on values in front of it. Equal ones are one; operations on numbers are done at once. Knows no
 * text.
 */
#ifndef IMGPIPE_FORMULA_CODE_H
#define IMGPIPE_FORMULA_CODE_H

#include "ops.h"

enum {
	CODE_VALUES_MOST = 1024,
	CODE_OPS_MOST = 512, /* before those that nobody needs are left out */
	CODE_FULL = -2,
};

struct code_value {
	enum op op;
	int arg[OP_ARGS_MOST]; /* values in front of it; BAND: the band's number */
	double number;         /* CONSTANT */
};

struct code {
	int n_values, n_ops;
	struct code_value value[CODE_VALUES_MOST];
};

/* The number of the value, from 0, or CODE_FULL. */
int code_number(struct code *code, double number);
int code_band(struct code *code, unsigned slot);
int code_op1(struct code *code, enum op op, int a);
int code_op2(struct code *code, enum op op, int a, int b);
int code_op3(struct code *code, enum op op, int a, int b, int c);
int code_power(struct code *code, int base, int exponent);

#endif
