/*
 * The index stage: each value of the recipe at each pixel that counts, in single precision. Values
 * that are a formula are run by programs (index_programs.c). Here are the normalized differences
 * (a - b) / (a + b) of two bands; for NDVI a is nir and b is red:
 *
 *     num = float(nir - red)    den = float(nir + red + k)    NDVI = num / den
 *
 * where the differences and sums are formed in double precision and rounded once to float, and the
 * quotient is a float division: three operations, the same on every path and machine (no
 * contraction, see the Makefile). With one scale s and offset o for both bands
 *
 *     ((s nir + o) - (s red + o)) / ((s nir + o) + (s red + o)) = (nir - red) / (nir + red + 2 o/s)
 *
 * so stored numbers are used as they are and k = 2 o/s; scaling costs no digits. With different
 * scales both bands are scaled in double first and k = 0. Unsigned differences cannot wrap.
 *
 * For integers of at most 16 bits and an integral k, all of it is exact in 32-bit integers and in
 * float (|den| < 2^24), so the short path gives the same bits by construction.
 *
 * Source of the formula: Rouse et al. 1974, "Monitoring vegetation systems in the Great Plains".
 */
#include "stages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "index_programs.h"
#include "reflectance_seen.h"
#include "sample.h"
#include "base/simd.h"

enum {
	STRIP = 512, /* pixels converted to double at a time: two strips are 8 KiB of L1 */
	RUN = 2048,  /* pixels that are tried without classes first */
};

static size_t index_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			 const struct options *options)
{
	size_t plane = arena_cost(size_mul(size_mul(x_size, y_size), sizeof(float)));

	return size_mul(plane, values_here(scene, options->recipe));
}

/* The quotient, and the class of pixels that have none. (A quotient by an infinite sum would be 0.)
 */
static inline __attribute__((always_inline)) float quotient(float num, float den, uint8_t *class)
{
	float v = num / den;
	bool finite = isfinite(v) && isfinite(den);

	*class = *class != PIXEL_VALID ? *class
		 : den == 0            ? PIXEL_DIV0
		 : finite              ? PIXEL_VALID
				       : PIXEL_NONFINITE;
	return *class == PIXEL_VALID ? v + 0.0f : 0.0f; /* + 0: a zero has no sign */
}

/*
 * Small integers: the quotient is finite unless the denominator is 0, so one test does. Most runs
 * of pixels all count and have no zero among their denominators: those need no classes. The others:
 * values first, classes then, so that each loop has lanes of one width for the most part.
 */
#define DEFINE_SHORT_INDEX(name, type)                                                            \
	static inline __attribute__((always_inline))                                              \
	int32_t name##_plain(const type *red, const type *nir, int32_t k, float *value, size_t n) \
	{                                                                                         \
		int32_t zeros = 0;                                                                \
                                                                                                  \
		for (size_t i = 0; i < n; i++) {                                                  \
			int32_t r = red[i], s = nir[i], den = s + r + k;                          \
                                                                                                  \
			zeros |= den == 0;                                                        \
			value[i] = (float)(s - r) / (float)den + 0.0f;                            \
		}                                                                                 \
		return zeros;                                                                     \
	}                                                                                         \
                                                                                                  \
	static inline __attribute__((always_inline)) void name##_classes(                         \
		const type *red, const type *nir, int32_t k, float *value, uint8_t *class,        \
		size_t n)                                                                         \
	{                                                                                         \
		int32_t zeros = 0;                                                                \
                                                                                                  \
		for (size_t i = 0; i < n; i++) {                                                  \
			int32_t r = red[i], s = nir[i], den = s + r + k, bits;                    \
			int32_t valid = class[i] == PIXEL_VALID ? -1 : 0;                         \
			float v = (float)(s - r) / (float)(den | !den) + 0.0f;                    \
                                                                                                  \
			memcpy(&bits, &v, sizeof(bits));                                          \
			bits &= den != 0 ? valid : 0;                                             \
			memcpy(&value[i], &bits, sizeof(bits));                                   \
			zeros |= den == 0 ? valid : 0;                                            \
		}                                                                                 \
		for (size_t i = 0; zeros && i < n; i++) {                                         \
			uint8_t zero = nir[i] + red[i] + k == 0 ? PIXEL_DIV0 : PIXEL_VALID;       \
                                                                                                  \
			class[i] = class[i] == PIXEL_VALID ? zero : class[i];                     \
		}                                                                                 \
	}                                                                                         \
                                                                                                  \
	SIMD_KERNEL(name,                                                                         \
		    (const void *red_plane, const void *nir_plane, int32_t k, float *value,       \
		     uint8_t *class, size_t pixels),                                              \
		    (red_plane, nir_plane, k, value, class, pixels))                              \
	{                                                                                         \
		const type *red = red_plane, *nir = nir_plane;                                    \
                                                                                                  \
		for (size_t i = 0; i < pixels; i += RUN) {                                        \
			size_t n = pixels - i < RUN ? pixels - i : RUN;                           \
                                                                                                  \
			if (any_set(class + i, n) ||                                              \
			    name##_plain(red + i, nir + i, k, value + i, n))                      \
				name##_classes(red + i, nir + i, k, value + i, class + i, n);     \
		}                                                                                 \
	}

/* Is any byte not 0 (PIXEL_VALID)? */
static inline __attribute__((always_inline)) bool any_set(const uint8_t *byte, size_t n)
{
	uint8_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= byte[i];
	return all != PIXEL_VALID;
}

DEFINE_SHORT_INDEX(index_u8, uint8_t)
DEFINE_SHORT_INDEX(index_i8, int8_t)
DEFINE_SHORT_INDEX(index_u16, uint16_t)
DEFINE_SHORT_INDEX(index_i16, int16_t)

typedef void short_index(const void *, const void *, int32_t, float *, uint8_t *, size_t);

static short_index *const short_indices[N_SAMPLE_TYPES] = {
	[SAMPLE_U8] = index_u8,
	[SAMPLE_I8] = index_i8,
	[SAMPLE_U16] = index_u16,
	[SAMPLE_I16] = index_i16,
};

#define DEFINE_TO_DOUBLE(name, type)                                             \
	static void name(double *out, const void *plane, size_t first, size_t n) \
	{                                                                        \
		const type *sample = (const type *)plane + first;                \
                                                                                 \
		for (size_t i = 0; i < n; i++)                                   \
			out[i] = (double)sample[i];                              \
	}

DEFINE_TO_DOUBLE(double_u8, uint8_t)
DEFINE_TO_DOUBLE(double_i8, int8_t)
DEFINE_TO_DOUBLE(double_u16, uint16_t)
DEFINE_TO_DOUBLE(double_i16, int16_t)
DEFINE_TO_DOUBLE(double_u32, uint32_t)
DEFINE_TO_DOUBLE(double_i32, int32_t)
DEFINE_TO_DOUBLE(double_f32, float)
DEFINE_TO_DOUBLE(double_f64, double)

static void (*const to_double[N_SAMPLE_TYPES])(double *, const void *, size_t, size_t) = {
	[SAMPLE_U8] = double_u8,   [SAMPLE_I8] = double_i8,   [SAMPLE_U16] = double_u16,
	[SAMPLE_I16] = double_i16, [SAMPLE_U32] = double_u32, [SAMPLE_I32] = double_i32,
	[SAMPLE_F32] = double_f32, [SAMPLE_F64] = double_f64,
};

static bool one_scale(const struct band *red, const struct band *nir)
{
	return red->scale == nir->scale && red->offset == nir->offset;
}

SIMD_KERNEL(index_doubles,
	    (const double *red, const double *nir, double k, float *value, uint8_t *class,
	     size_t n),
	    (red, nir, k, value, class, n))
{
	for (size_t i = 0; i < n; i++)
		value[i] =
			quotient((float)(nir[i] - red[i]), (float)(nir[i] + red[i] + k), &class[i]);
}

static void scale_doubles(double *x, const struct band *band, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = x[i] * band->scale + band->offset;
}

static void index_general(const struct block *block, const struct value_def *def,
			  const struct value_plane *out)
{
	const struct band *red = &block->scene->band[def->b], *nir = &block->scene->band[def->a];
	bool shared = one_scale(red, nir);
	double k = shared ? 2 * red->offset / red->scale : 0;
	double r[STRIP], s[STRIP];

	for (size_t i = 0; i < block->n_pixels; i += STRIP) {
		size_t n = block->n_pixels - i < STRIP ? block->n_pixels - i : STRIP;

		to_double[plane_type(red)](r, block->plane[def->b], i, n);
		to_double[plane_type(nir)](s, block->plane[def->a], i, n);
		if (!shared) {
			scale_doubles(r, red, n);
			scale_doubles(s, nir, n);
		}
		index_doubles(r, s, k, out->value + i, out->pixel_class + i, n);
	}
}

/* The short path's function where it may be taken, and its integral k. */
static short_index *short_path(const struct scene *scene, const struct value_def *def,
			       int32_t *k_out)
{
	const struct band *red = &scene->band[def->b], *nir = &scene->band[def->a];
	double k = 2 * red->offset / red->scale;

	if (plane_type(red) != plane_type(nir) || !one_scale(red, nir))
		return NULL;
	if (!(fabs(k) < 1 << 22) || k != nearbyint(k))
		return NULL;
	*k_out = (int32_t)k;
	return short_indices[plane_type(red)];
}

static void normalized_difference(const struct block *block, const struct value_def *def,
				  const struct value_plane *out)
{
	int32_t k = 0;
	short_index *fast = short_path(block->scene, def, &k);

	if (fast)
		fast(block->plane[def->b], block->plane[def->a], k, out->value, out->pixel_class,
		     block->n_pixels);
	else
		index_general(block, def, out);
}

/*
 * --valid-range: pixels whose value lies beyond. In single precision, as values are: 0.6 is not
 * beyond 0.6.
 */
SIMD_KERNEL(limit_values,
	    (float *value, uint8_t *class, size_t n, float least, float most, uint8_t masked),
	    (value, class, n, least, most, masked))
{
	for (size_t i = 0; i < n; i++) {
		bool beyond = class[i] == PIXEL_VALID && (value[i] < least || value[i] > most);

		class[i] = beyond ? masked : class[i];
		value[i] = beyond ? 0.0f : value[i];
	}
}

/* What is looked at for one pixel: samples, and the class. */
static size_t pixel_bytes(const struct scene *scene, const struct value_def *def)
{
	size_t bytes = 1;

	for (unsigned band = 0; def->reads >> band; band++)
		if (def->reads >> band & 1)
			bytes += sample_size(plane_type(&scene->band[band]));
	return bytes;
}

/* Values of the scene have a plane; false without memory. */
static bool alloc_values(const struct stage_env *env, struct block *block)
{
	const struct recipe *recipe = env->options->recipe;
	struct meter_row *row = &env->meter->row[METER_INDEX];

	for (unsigned v = 0; v < recipe->n_values; v++) {
		struct value_plane *out = &block->out[v];

		if (value_is_missing(block->scene, v))
			continue;
		out->value = arena_alloc(env->arena, block->n_pixels * sizeof(*out->value));
		if (!out->value)
			return false;
		row->bytes_in += block->n_pixels * pixel_bytes(block->scene, &recipe->value[v]);
		row->bytes_out += block->n_pixels * sizeof(*out->value);
	}
	return true;
}

/* What was seen of the chunk until now. */
struct index_state {
	size_t claimed_at; /* SIZE_MAX: nothing is looked at */
	struct reflectance_seen claimed;
};

static int index_open(void **state, const struct stage_env *env, struct error *err)
{
	struct index_state *s = calloc(1, sizeof(*s));

	*state = s;
	if (!s)
		return error_memory(err, "the index stage", sizeof(*s));
	s->claimed_at = layout_find(env->layout, 0, &reducer_reflectance);
	reducer_reflectance.clear(&s->claimed);
	return 0;
}

static void index_chunk_end(void *state, struct chunk_result *result)
{
	struct index_state *s = state;

	if (!s || s->claimed_at == SIZE_MAX)
		return;
	if (result->group)
		reducer_reflectance.merge(group_cell(result->group, s->claimed_at), &s->claimed);
	reducer_reflectance.clear(&s->claimed);
}

static void index_close(void *state)
{
	free(state);
}

static int index_run(void *state, const struct stage_env *env, struct block *block,
		     struct chunk_result *result, struct error *err)
{
	const struct recipe *recipe = env->options->recipe;
	struct index_state *s = state;

	(void)result;
	if (!alloc_values(env, block))
		return error_set(err, EX_SOFTWARE, "index: the planned memory is too small");
	for (unsigned v = 0; v < recipe->n_values; v++)
		if (block->out[v].value && recipe->value[v].normalized_difference)
			normalized_difference(block, &recipe->value[v], &block->out[v]);
	if (s && s->claimed_at != SIZE_MAX)
		reflectance_seen_block(&s->claimed, recipe, block);
	if (index_programs_run(env, block, err))
		return -1;
	for (unsigned v = 0; v < recipe->n_values; v++)
		if (block->out[v].value && recipe->value[v].limited)
			limit_values(block->out[v].value, block->out[v].pixel_class,
				     block->n_pixels, recipe->value[v].least, recipe->value[v].most,
				     masked_for(REASON_RANGE));
	return 0;
}

const struct stage stage_index = {
	.name = "index",
	.meter = METER_INDEX,
	.by_slice = true,
	.kept = index_kept,
	.scratch = index_programs_scratch,
	.open = index_open,
	.run = index_run,
	.chunk_end = index_chunk_end,
	.close = index_close,
};
