/*
 * What a program is inside: steps on registers.
 */
#ifndef IMGPIPE_FORMULA_STEPS_H
#define IMGPIPE_FORMULA_STEPS_H

#include "ops.h"
#include "program.h"

/* Every operation, and the numbers that must be put into strips for it. */
enum { PROGRAM_STEPS_MOST = PROGRAM_OPS_MOST * (1 + OP_ARGS_MOST) };

struct step {
	enum op op;
	uint8_t out;
	uint8_t in[OP_ARGS_MOST]; /* registers, or bands */
	uint8_t band;             /* bit i: in[i] is a band */
	uint8_t constant;         /* bit i: number[i] instead */
	uint8_t check;            /* bit i: a swallowed operand that may be not finite */
	double number[OP_ARGS_MOST];
};

struct program {
	unsigned n_ops, n_steps, n_registers;
	uint16_t reads;
	bool fails, lazy; /* has operations of that kind */
	bool difference;  /* (a - b) / (a + b) */
	bool scale_free;  /* degree.h */
	unsigned a, b;
	bool result_is_band;
	uint8_t result; /* register or band */
	struct step step[];
};

#endif
