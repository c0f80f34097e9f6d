/*
 * Runs programs over strips. Fast at first; where a pixel that counts may have failed, the strip is
 * computed again, carefully. Programs that often fail where it does not matter, in a branch that is
 * not taken, are careful at once.
 */
#include "program.h"

#include <string.h>

#include "accum.h"
#include "steps.h"

/* Doubles from one register to the next: not a multiple of 4 KiB, which caches would confuse. */
enum { REGISTER_STRIDE = PROGRAM_STRIP + 16 };

uint16_t program_reads(const struct program *program)
{
	return program->reads;
}

int program_is_normalized_difference(const struct program *program, unsigned *a, unsigned *b)
{
	*a = program->a;
	*b = program->b;
	return program->difference;
}

int program_is_scale_free(const struct program *program)
{
	return program->scale_free;
}

size_t program_scratch(const struct program *program)
{
	return program->n_registers * REGISTER_STRIDE * sizeof(double);
}

static const double *place(const double *const *band, double *registers, bool is_band, unsigned i)
{
	return is_band ? band[i] : registers + (size_t)i * REGISTER_STRIDE;
}

static void set_strip(struct strip *strip, const struct step *step, const double *const *band,
		      double *registers)
{
	strip->out = registers + (size_t)step->out * REGISTER_STRIDE;
	strip->constant = step->constant;
	for (unsigned i = 0; i < OP_ARGS_MOST; i++) {
		strip->number[i] = step->number[i];
		if (i < op_rows[step->op].n_args && !(step->constant >> i & 1))
			strip->in[i] = place(band, registers, step->band >> i & 1, step->in[i]);
	}
}

/* What a later step would swallow. */
static void check_operands(struct strip *strip, const struct step *step)
{
	for (unsigned i = 0; i < OP_ARGS_MOST; i++)
		if (step->check >> i & 1) {
			struct strip one = {.in = {strip->in[i]}, .n = strip->n};

			strip_check(&one);
			strip->bad |= one.bad;
		}
}

static bool run_steps(const struct program *program, const double *const *band, size_t n,
		      double *registers, bool careful)
{
	struct strip strip = {.n = n};

	for (unsigned i = 0; i < program->n_steps; i++) {
		const struct step *step = &program->step[i];

		set_strip(&strip, step, band, registers);
		if (careful) {
			op_rows[step->op].careful(&strip);
			continue;
		}
		if (step->check)
			check_operands(&strip, step);
		op_rows[step->op].fast(&strip);
	}
	return strip.bad == 0;
}

void program_run(const struct program *program, const double *const *band, size_t n, void *scratch,
		 float *value, uint8_t *class)
{
	const double *result = place(band, scratch, program->result_is_band, program->result);

	if (!memchr(class, PIXEL_VALID, n)) {
		memset(value, 0, n * sizeof(*value));
		return;
	}
	if (!(program->lazy && program->fails) && run_steps(program, band, n, scratch, false) &&
	    strip_finish(result, n, value, class))
		return;
	(void)run_steps(program, band, n, scratch, true);
	strip_finish_carefully(result, n, value, class);
}
