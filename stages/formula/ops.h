/*
 * The operations of programs: their table, and the loops over a strip that compute each.
 *
 * Each has two loops with the same bits wherever nothing fails. The careful one knows of every
 * pixel whether its operands have values: where they have none they are one of two NaNs, made here
 * and nowhere else, that say why. The fast one computes blindly and notes in `bad` what a later
 * operation would swallow, such as 1 / infinity; what is not swallowed is still not finite at the
 * end.
 */
#ifndef IMGPIPE_FORMULA_OPS_H
#define IMGPIPE_FORMULA_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum op {
	OP_BAND,
	OP_CONSTANT,
	OP_NEG,
	OP_ABS,
	OP_SQRT,
	OP_FLOOR,
	OP_ROUND,
	OP_NOT,
	OP_EXP,
	OP_LOG,
	OP_LOG2,
	OP_LOG10,
	OP_TANH,
	OP_SIN,
	OP_COS,
	OP_ATAN,
	OP_ISVALID,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_POW,
	OP_MIN,
	OP_MAX,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_EQ,
	OP_NE,
	OP_AND,
	OP_OR,
	OP_WHERE,
	N_OPS
};

enum { OP_ARGS_MOST = 3 };

/* One operation on n pixels. An operand is a strip, or, by bit in `constant`, one number. */
struct strip {
	double *out;
	const double *in[OP_ARGS_MOST];
	double number[OP_ARGS_MOST];
	unsigned constant; /* bit i: in[i] is number[i]; only where the row allows it */
	size_t n;
	int64_t bad; /* fast: not 0 where a pixel needs the careful loops */
};

typedef void strip_loop(struct strip *strip);

struct op_row {
	unsigned n_args;
	bool fails;     /* has no value for some ordinary operands */
	bool overflows; /* may be not finite where the operands are */
	bool swallows;  /* may be finite where an operand is not; div: by itself */
	bool lazy;      /* may have a value where an operand has none */
	bool in_place;  /* out may be one of the operands */
	bool numbers;   /* one operand may be a number */
	strip_loop *fast, *careful;
};

extern const struct op_row op_rows[N_OPS];

/* Notes in `bad` where in[0] is not finite. */
strip_loop strip_check;
/* The value of one operation on numbers: 0, or -1 where it has none. */
int op_of_numbers(enum op op, const double *number, double *value);

/*
 * The end of a program: in[0] rounded to float. Fast: returns true, or false where a pixel that
 * counts so far is bad. Careful: sets classes.
 */
bool strip_finish(const double *in, size_t n, float *value, const uint8_t *class);
void strip_finish_carefully(const double *in, size_t n, float *value, uint8_t *class);

#endif
