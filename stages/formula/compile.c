/*
 * From code to a program: what nobody needs is left out, the rest gets registers, as few as may be,
 * in the order of evaluation.
 */
#include <stdlib.h>
#include <string.h>

#include "degree.h"
#include "parser.h"
#include "place.h"
#include "steps.h"

struct making {
	struct code *code;
	struct program *program;
	int readers[CODE_VALUES_MOST];
	int last[CODE_VALUES_MOST];    /* the value that reads it last; -1: nobody */
	int operand[CODE_VALUES_MOST]; /* where it is found */
	bool may_fail[CODE_VALUES_MOST];
	bool busy[PROGRAM_REGISTERS_MOST];
};

/* Backwards: values stand in front of their readers. */
static void find_readers(struct making *m, int root)
{
	for (int v = 0; v < m->code->n_values; v++) {
		m->last[v] = m->operand[v] = -1;
		m->readers[v] = 0;
	}
	m->last[root] = m->code->n_values;
	m->readers[root] = 1;
	for (int v = root; v >= 0; v--) {
		const struct code_value *value = &m->code->value[v];

		for (unsigned i = 0; m->last[v] >= 0 && i < op_rows[value->op].n_args; i++) {
			int arg = value->arg[i];

			m->readers[arg]++;
			m->last[arg] = m->last[arg] < v ? v : m->last[arg];
		}
	}
}

static bool is_op(const struct making *m, int v, enum op op)
{
	return m->code->value[v].op == op;
}

/* A product by a number that nobody else reads. Numbers stand behind. */
static bool is_scaled(const struct making *m, int v)
{
	return is_op(m, v, OP_MUL) && m->readers[v] == 1 &&
	       is_op(m, m->code->value[v].arg[1], OP_CONSTANT) &&
	       !is_op(m, m->code->value[v].arg[0], OP_CONSTANT);
}

static void replace(struct code_value *value, enum op op, int a, int b, int k)
{
	*value = (struct code_value){.op = op, .arg = {a, b, k}};
}

/* a - k b is a + (-k) b: a sign costs no rounding. */
static int negative(struct making *m, int v)
{
	return code_number(m->code, -m->code->value[v].number);
}

/* A sum of a product by a number. */
static void fuse_sum(struct making *m, struct code_value *value)
{
	int a = value->arg[0], b = value->arg[1], k;
	const struct code_value *first = &m->code->value[a], *second = &m->code->value[b];
	bool less = value->op == OP_SUB;

	if (first->op == OP_CONSTANT || second->op == OP_CONSTANT)
		return;
	if (is_scaled(m, b)) {
		k = less ? negative(m, second->arg[1]) : second->arg[1];
		if (k >= 0)
			replace(value, OP_PLUS_SCALED, a, second->arg[0], k);
	} else if (is_scaled(m, a)) {
		replace(value, less ? OP_SCALED_LESS : OP_SCALED_PLUS, first->arg[0], b,
			first->arg[1]);
	}
}

/* A product of a sum and a number. */
static void fuse_product(struct making *m, struct code_value *value)
{
	const struct code_value *sum = &m->code->value[value->arg[0]];
	bool less = sum->op == OP_SUB;
	int a = sum->arg[0], b = sum->arg[1], k = value->arg[1];

	if ((sum->op == OP_ADD || less) && m->readers[value->arg[0]] == 1 &&
	    is_op(m, k, OP_CONSTANT) && !is_op(m, a, OP_CONSTANT) && !is_op(m, b, OP_CONSTANT))
		replace(value, less ? OP_LESS_SCALED : OP_SUM_SCALED, a, b, k);
}

/* Two operations become one; the order of evaluation stays. */
static void fuse(struct making *m, int v)
{
	struct code_value *value = &m->code->value[v];

	if (value->op == OP_ADD || value->op == OP_SUB)
		fuse_sum(m, value);
	else if (value->op == OP_MUL)
		fuse_product(m, value);
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
	if (op_rows[value->op].n_args == OP_ARGS_MOST)
		return 4;
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
	recognise(m->program, m->code, root);
	m->program->scale_free = code_is_scale_free(m->code, root);
	find_readers(m, root);
	for (int v = 0; v <= root; v++)
		if (m->last[v] >= 0)
			fuse(m, v);
	find_readers(m, root);
	memset(m->may_fail, 0, (size_t)m->code->n_values * sizeof(m->may_fail[0]));
	memset(m->busy, 0, sizeof(m->busy));
	if (make_steps(m, root, text, err))
		return -1;
	if (m->program->reads == 0)
		return place_error(err, text, 0,
				   "this formula reads no band; write one that does, as nir / red");
	m->program->result_is_band = m->code->value[root].op == OP_BAND;
	m->program->result = (uint8_t)m->operand[root];
	return 0;
}

/* The program in as many bytes as it takes; as it is where there is no memory for that. */
static struct program *shrunk(struct program *program)
{
	size_t bytes = sizeof(*program) + program->n_steps * sizeof(program->step[0]);
	void *small = realloc(program, bytes);

	if (small)
		program = small;
	return program;
}

/* What it takes to make one. Large, and mostly never touched. */
struct workshop {
	struct making making;
	struct code code;
};

struct program *program_compile(const char *text, const struct formula_scope *scope,
				struct error *err)
{
	const size_t bytes = sizeof(struct program) + PROGRAM_STEPS_MOST * sizeof(struct step);
	struct workshop *w = malloc(sizeof(*w));
	struct program *program = malloc(bytes);
	struct error unseen = {0};
	int root = -1;

	err = err ? err : &unseen;
	if (w && program) {
		*program = (struct program){0};
		w->code.n_values = w->code.n_ops = 0;
		w->making.code = &w->code;
		w->making.program = program;
		root = parse_formula(&w->code, text, scope, err);
		root = root >= 0 ? make(&w->making, root, text, err) : -1;
	} else {
		(void)error_memory(err, "a formula", sizeof(*w) + bytes);
	}
	free(w);
	if (root == 0)
		return shrunk(program);
	free(program);
	return NULL;
}

void program_free(struct program *program)
{
	free(program);
}
