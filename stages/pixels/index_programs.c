/*
 * Values that are formulas. A strip of some hundred pixels at a time: each band that some program
 * reads is converted to physical values in double precision once, and then all programs run on
 * these strips, which lie in L1. It knows no formula.
 */
#include "index_programs.h"
#include "band_values.h"

#include <float.h>
#include <math.h>

#include "stages.h"

#include "formula/program.h"
#include "sample.h"
#include "base/simd.h"

enum {
	/* Doubles from one band to the next: not a multiple of 4 KiB, which caches would confuse.
	 */
	STRIP_STRIDE = PROGRAM_STRIP + 24,
};

/* What one block needs: who reads what. */
struct programs {
	const struct recipe *recipe;
	const struct block *block;
	uint16_t bands;          /* read by programs of values that the scene has */
	uint16_t unsafe;         /* of them: a finite sample may be infinite when scaled */
	double *strip[SCENE_QA]; /* physical values of such a band */
	void *registers;
};

static bool has_program(const struct recipe *recipe, const struct scene *scene, unsigned v)
{
	return !recipe->value[v].normalized_difference && recipe->value[v].program &&
	       !value_is_missing(scene, v);
}

static uint16_t bands_of_programs(const struct recipe *recipe, const struct scene *scene)
{
	uint16_t bands = 0;

	for (unsigned v = 0; v < recipe->n_values; v++)
		if (has_program(recipe, scene, v))
			bands |= recipe->value[v].reads;
	return bands;
}

static size_t most_registers(const struct recipe *recipe, const struct scene *scene)
{
	size_t most = 0;

	for (unsigned v = 0; v < recipe->n_values; v++) {
		size_t bytes = has_program(recipe, scene, v)
				       ? program_scratch(recipe->value[v].program)
				       : 0;

		most = bytes > most ? bytes : most;
	}
	return most;
}

size_t index_programs_scratch(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			      const struct options *options)
{
	uint16_t bands = bands_of_programs(options->recipe, scene);
	size_t strips = (size_t)__builtin_popcount(bands) * STRIP_STRIDE * sizeof(double);

	(void)x_size, (void)y_size; /* strips have one size */
	return bands ? arena_cost(strips) + arena_cost(most_registers(options->recipe, scene)) : 0;
}

/* --- physical values --- */

#define DEFINE_PHYSICAL(name, type)                                                            \
	SIMD_KERNEL(name,                                                                      \
		    (double *out, const void *samples, size_t n, double scale, double offset), \
		    (out, samples, n, scale, offset))                                          \
	{                                                                                      \
		const type *sample = samples;                                                  \
                                                                                               \
		for (size_t i = 0; i < n; i++)                                                 \
			out[i] = (double)sample[i] * scale + offset;                           \
	}

DEFINE_PHYSICAL(physical_u8, uint8_t)
DEFINE_PHYSICAL(physical_i8, int8_t)
DEFINE_PHYSICAL(physical_u16, uint16_t)
DEFINE_PHYSICAL(physical_i16, int16_t)
DEFINE_PHYSICAL(physical_u32, uint32_t)
DEFINE_PHYSICAL(physical_i32, int32_t)
DEFINE_PHYSICAL(physical_f32, float)
DEFINE_PHYSICAL(physical_f64, double)

static const struct {
	void (*physical)(double *, const void *, size_t, double, double);
	double most; /* no finite sample is larger */
} types[N_SAMPLE_TYPES] = {
	[SAMPLE_U8] = {physical_u8, UINT8_MAX},
	[SAMPLE_I8] = {physical_i8, -(double)INT8_MIN},
	[SAMPLE_U16] = {physical_u16, UINT16_MAX},
	[SAMPLE_I16] = {physical_i16, -(double)INT16_MIN},
	[SAMPLE_U32] = {physical_u32, UINT32_MAX},
	[SAMPLE_I32] = {physical_i32, -(double)INT32_MIN},
	[SAMPLE_F32] = {physical_f32, (double)FLT_MAX},
	[SAMPLE_F64] = {physical_f64, DBL_MAX},
};

static bool may_overflow(const struct band *band)
{
	return !isfinite(types[plane_type(band)].most * fabs(band->scale) + fabs(band->offset));
}

void band_physical(const struct block *block, unsigned slot, size_t first, size_t n, double *out)
{
	const struct band *band = &block->scene->band[slot];
	const unsigned char *plane = block->plane[slot];

	types[plane_type(band)].physical(out, plane + first * sample_size(plane_type(band)), n,
					 band->scale, band->offset);
}

static void fill_strips(const struct programs *programs, size_t first, size_t n)
{
	const struct block *block = programs->block;

	for (unsigned i = 0; programs->bands >> i; i++)
		if (programs->bands >> i & 1)
			band_physical(block, i, first, n, programs->strip[i]);
}

/* Programs are promised finite numbers where a pixel counts. */
static void mark_infinite(const struct programs *programs, uint16_t bands, size_t n, uint8_t *class)
{
	for (unsigned i = 0; bands >> i; i++) {
		for (size_t p = 0; bands >> i & 1 && p < n; p++)
			if (class[p] == PIXEL_VALID && !isfinite(programs->strip[i][p]))
				class[p] = PIXEL_NONFINITE;
	}
}

/* --- the block --- */

static int programs_begin(struct programs *programs, const struct stage_env *env,
			  const struct block *block)
{
	const struct recipe *recipe = env->options->recipe;
	uint16_t bands = bands_of_programs(recipe, block->scene);
	double *strips;

	*programs = (struct programs){.recipe = recipe, .block = block, .bands = bands};
	if (!bands)
		return 0;
	strips = arena_alloc(env->arena,
			     (size_t)__builtin_popcount(bands) * STRIP_STRIDE * sizeof(*strips));
	programs->registers = arena_alloc(env->arena, most_registers(recipe, block->scene));
	if (!strips || !programs->registers)
		return -1;
	for (unsigned i = 0; bands >> i; i++) {
		if (!(bands >> i & 1))
			continue;
		programs->strip[i] = strips;
		strips += STRIP_STRIDE;
		if (may_overflow(&block->scene->band[i]))
			programs->unsafe |= (uint16_t)(1u << i);
	}
	return 0;
}

static void run_strip(const struct programs *programs, size_t first, size_t n)
{
	const struct recipe *recipe = programs->recipe;
	const double *const *strip = (const double *const *)programs->strip;

	fill_strips(programs, first, n);
	for (unsigned v = 0; v < recipe->n_values; v++) {
		const struct value_plane *out = &programs->block->out[v];

		if (!has_program(recipe, programs->block->scene, v))
			continue;
		if (recipe->value[v].reads & programs->unsafe)
			mark_infinite(programs, recipe->value[v].reads & programs->unsafe, n,
				      out->pixel_class + first);
		program_run(recipe->value[v].program, strip, n, programs->registers,
			    out->value + first, out->pixel_class + first);
	}
}

int index_programs_run(const struct stage_env *env, const struct block *block, struct error *err)
{
	size_t mark = env->arena->used, n_pixels = block->n_pixels;
	struct programs programs;

	if (programs_begin(&programs, env, block))
		return error_set(err, EX_SOFTWARE, "index: the planned memory is too small");
	for (size_t i = 0; programs.bands && i < n_pixels; i += PROGRAM_STRIP)
		run_strip(&programs, i,
			  n_pixels - i < PROGRAM_STRIP ? n_pixels - i : PROGRAM_STRIP);
	arena_rewind(env->arena, mark);
	return 0;
}
