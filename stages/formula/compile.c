/*
 * From code to a program: what nobody needs is left out, the rest gets registers, as few as may be,
 * in the order of evaluation.
 */
#include <stdlib.h>
#include <string.h>

#include "parser.h"
#include "place.h"
#include "steps.h"

struct making {
	const struct code *code;
	struct program *program;
	int last[CODE_VALUES_MOST];    /* the value that reads it last; -1: nobody */
	int operand[CODE_VALUES_MOST]; /* where it is found */
	bool may_fail[CODE_VALUES_MOST];
	bool busy[PROGRAM_REGISTERS_MOST];
};

/* Backwards: values in front of their readers. */
static void find_readers(struct making *m, int root)
{
	for (int v = 0; v < m->code->n_values; v++)
		m->last[v] = -1;
	m->last[root] = m->code->n_values;
	for (int v = root; v >= 0; v--) {
		const struct code_value *value = &m->code->value[v];

		for (unsigned i = 0; m->last[v] >= 0 && i < op_rows[value->op].n_args; i++)
			if (m->last[value->arg[i]] < v)
				m->last[value->arg[i]] = v;
	}
}

static int take_register(struct making *m)
{
	for (int r = 0; r < PROGRAM_REGISTERS_MOST; r++)
		if (!m->busy[r]) {
			m->busy[r] = true;
			if (m->program->n_registers <= (unsigned)r)
				m->program->n_registers = (unsigned)r + 1;
			return r;
		}
	return -1;
}

static struct step *add_step(struct making *m, enum op op, int out)
{
	struct step *step = &m->program->step[m->program->n_steps++];

	*step = (struct step){.op = op, .out = (uint8_t)out};
	return step;
}

static bool is_number(const struct making *m, int v)
{
	return m->code->value[v].op == OP_CONSTANT;
}

/* A number that an operation wants as a strip. Registers that it takes are free behind `reader`. */
static int fill_number(struct making *m, int v)
{
	int r = take_register(m);

	if (r < 0)
		return -1;
	add_step(m, OP_CONSTANT, r)->number[0] = m->code->value[v].number;
	m->operand[v] = r;
	return 0;
}

/* The operand that the loop takes as a number, by bit. */
static unsigned number_operand(const struct making *m, const struct code_value *value)
{
	if (!op_rows[value->op].numbers)
		return 0;
	return is_number(m, value->arg[1]) ? 2 : is_number(m, value->arg[0]) ? 1 : 0;
}

static void release(struct making *m, int v, const struct code_value *value)
{
	for (unsigned i = 0; i < op_rows[value->op].n_args; i++) {
		int arg = value->arg[i];

		if (m->code->value[arg].op != OP_BAND && m->operand[arg] >= 0 &&
		    (m->last[arg] == v || is_number(m, arg))) {
			m->busy[m->operand[arg]] = false;
			m->operand[arg] = -1;
		}
	}
}

static bool may_fail(const struct making *m, const struct code_value *value)
{
	const struct op_row *row = &op_rows[value->op];
	bool any = row->overflows;

	for (unsigned i = 0; !row->swallows && i < row->n_args; i++)
		any |= m->may_fail[value->arg[i]];
	return any;
}

static void set_operands(struct making *m, struct step *step, const struct code_value *value)
{
	const struct op_row *row = &op_rows[value->op];

	for (unsigned i = 0; i < row->n_args; i++) {
		int arg = value->arg[i];

		step->number[i] = m->code->value[arg].number;
		if (step->constant >> i & 1)
			continue;
		step->band |= (m->code->value[arg].op == OP_BAND) << i;
		step->in[i] = (uint8_t)m->operand[arg];
		step->check |= (row->swallows && m->may_fail[arg]) << i;
	}
}

/* 0, or -1 where registers or steps run out. */
static int make_step(struct making *m, int v)
{
	const struct code_value *value = &m->code->value[v];
	const struct op_row *row = &op_rows[value->op];
	unsigned constant = number_operand(m, value);
	struct step made = {.op = value->op, .constant = (uint8_t)constant};
	int out = -1;

	for (unsigned i = 0; i < row->n_args; i++)
		if (is_number(m, value->arg[i]) && !(constant >> i & 1) &&
		    m->operand[value->arg[i]] < 0 && fill_number(m, value->arg[i]))
			return -1;
	set_operands(m, &made, value);
	if (!row->in_place)
		out = take_register(m);
	release(m, v, value);
	if (row->in_place)
		out = take_register(m);
	if (out < 0)
		return -1;
	m->may_fail[v] = may_fail(m, value);
	m->operand[v] = out;
	made.out = (uint8_t)out;
	*add_step(m, value->op, out) = made;
	m->program->n_ops++;
	m->program->fails |= row->fails;
	m->program->lazy |= row->lazy;
	return 0;
}

static int make_steps(struct making *m, int root, const char *text, struct error *err)
{
	for (int v = 0; v <= root; v++) {
		const struct code_value *value = &m->code->value[v];

		m->operand[v] = -1;
		if (m->last[v] < 0 || value->op == OP_CONSTANT)
			continue;
		if (value->op == OP_BAND) {
			m->operand[v] = value->arg[0];
			m->program->reads |= (uint16_t)(1u << value->arg[0]);
			continue;
		}
		if (m->program->n_ops == PROGRAM_OPS_MOST)
			return place_error(err, text, strlen(text),
					   "the formula has more than %d operations; split it up",
					   PROGRAM_OPS_MOST);
		if (make_step(m, v))
			return place_error(err, text, strlen(text),
					   "the formula needs more than %d values at the same "
					   "time; split it up",
					   PROGRAM_REGISTERS_MOST);
	}
	return 0;
}

/* (a - b) / (a + b): sums of bands stand in the order of the bands. */
static void recognise(struct program *program, const struct code *code, int root)
{
	const struct code_value *value = code->value, *over, *under;
	int a, b;

	if (value[root].op != OP_DIV)
		return;
	over = &value[value[root].arg[0]];
	under = &value[value[root].arg[1]];
	if (over->op != OP_SUB || under->op != OP_ADD)
		return;
	a = over->arg[0];
	b = over->arg[1];
	program->difference = a != b && value[a].op == OP_BAND && value[b].op == OP_BAND &&
			      ((under->arg[0] == a && under->arg[1] == b) ||
			       (under->arg[0] == b && under->arg[1] == a));
	program->a = (unsigned)value[a].arg[0];
	program->b = (unsigned)value[b].arg[0];
}

/* The end is read from a register or a band. */
static int make(struct making *m, int root, const char *text, struct error *err)
{
	find_readers(m, root);
	if (make_steps(m, root, text, err))
		return -1;
	if (m->program->reads == 0)
		return place_error(err, text, 0,
				   "this formula reads no band; write one that does, as nir / red");
	m->program->result_is_band = m->code->value[root].op == OP_BAND;
	m->program->result = (uint8_t)m->operand[root];
	recognise(m->program, m->code, root);
	return 0;
}

static struct program *finish(struct making *m, int ok)
{
	struct program *program = m->program, *small = NULL;

	if (ok)
		small = realloc(program, sizeof(*program) + program->n_steps * sizeof(struct step));
	if (!ok)
		free(program);
	return ok ? small ? small : program : NULL;
}

struct program *program_compile(const char *text, const struct formula_scope *scope,
				struct error *err)
{
	struct error unseen;
	struct program *program;
	struct making *m = calloc(1, sizeof(*m));
	struct code *code = calloc(1, sizeof(*code));
	int root;

	err = err ? err : &unseen;
	program = calloc(1, sizeof(*program) + PROGRAM_STEPS_MOST * sizeof(struct step));
	if (m && code && program) {
		m->code = code;
		m->program = program;
		root = parse_formula(code, text, scope, err);
		program = finish(m, root >= 0 && make(m, root, text, err) == 0);
	} else {
		(void)error_memory(err, "a formula", sizeof(*m) + sizeof(*code));
		free(program);
		program = NULL;
	}
	free(code);
	free(m);
	return program;
}

void program_free(struct program *program)
{
	free(program);
}
