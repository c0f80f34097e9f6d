/*
 * The mask stage: which pixels count, for each value of the recipe. It tests, in this order, nodata
 * of the bands that the value reads, the per-dataset mask, the verdict of the quality bands,
 * samples of these bands that are not finite, and --valid-reflectance; the first that holds is the
 * pixel's class. It knows nothing of what is computed.
 */
#include "stages.h"

#include <math.h>
#include <string.h>

#include "band_values.h"
#include "quality.h"
#include "sample.h"
#include "base/simd.h"

static size_t mask_kept(const struct scene *scene, uint32_t x_size, uint32_t y_size,
			const struct options *options)
{
	return size_mul(arena_cost(size_mul(x_size, y_size)), values_here(scene, options->recipe));
}

/* One pass per test over typed samples, plain enough for the compiler to vectorise. */
#define DEFINE_EQUAL(name, type, is_nodata)                                                \
	SIMD_KERNEL(name, (uint8_t * class, const void *samples, size_t n, double nodata), \
		    (class, samples, n, nodata))                                           \
	{                                                                                  \
		const type *sample = samples, value = (type)nodata;                        \
                                                                                           \
		for (size_t i = 0; i < n; i++)                                             \
			class[i] = is_nodata(sample[i], value) ? PIXEL_NODATA : class[i];  \
	}
DEFINE_EQUAL(equal_u8, uint8_t, sample_same)
DEFINE_EQUAL(equal_i8, int8_t, sample_same)
DEFINE_EQUAL(equal_u16, uint16_t, sample_same)
DEFINE_EQUAL(equal_i16, int16_t, sample_same)
DEFINE_EQUAL(equal_u32, uint32_t, sample_same)
DEFINE_EQUAL(equal_i32, int32_t, sample_same)
DEFINE_EQUAL(equal_f32, float, sample_near_f32)
DEFINE_EQUAL(equal_f64, double, sample_near_f64)

static void (*const equal[N_SAMPLE_TYPES])(uint8_t *, const void *, size_t, double) = {
	[SAMPLE_U8] = equal_u8,   [SAMPLE_I8] = equal_i8,   [SAMPLE_U16] = equal_u16,
	[SAMPLE_I16] = equal_i16, [SAMPLE_U32] = equal_u32, [SAMPLE_I32] = equal_i32,
	[SAMPLE_F32] = equal_f32, [SAMPLE_F64] = equal_f64,
};

/* class = mark where the sample is NaN (nan_only) or not finite, and the pixel counted so far. */
#define DEFINE_NONFINITE(name, type)                                                   \
	static void name(uint8_t *class, const void *samples, size_t n, bool nan_only, \
			 uint8_t mark)                                                 \
	{                                                                              \
		const type *sample = samples;                                          \
                                                                                       \
		for (size_t i = 0; i < n; i++) {                                       \
			bool hit = nan_only ? isnan(sample[i]) : !isfinite(sample[i]); \
                                                                                       \
			class[i] = class[i] == PIXEL_VALID && hit ? mark : class[i];   \
		}                                                                      \
	}

DEFINE_NONFINITE(nonfinite_f32, float)
DEFINE_NONFINITE(nonfinite_f64, double)

static void mark_nonfinite(const struct band *band, uint8_t *class, const void *plane, size_t n,
			   bool nan_only, uint8_t mark)
{
	if (plane_type(band) == SAMPLE_F32)
		nonfinite_f32(class, plane, n, nan_only, mark);
	else if (plane_type(band) == SAMPLE_F64)
		nonfinite_f64(class, plane, n, nan_only, mark);
}

/* class = masked where the physical value is outside 0 to 1, and the pixel counted so far. */
#define DEFINE_BEYOND(name, type)                                                              \
	SIMD_KERNEL(name,                                                                      \
		    (uint8_t * class, const void *samples, size_t n, const struct band *band), \
		    (class, samples, n, band))                                                 \
	{                                                                                      \
		const type *sample = samples;                                                  \
		const double scale = band->scale, offset = band->offset;                       \
		const uint8_t masked = masked_for(REASON_RANGE);                               \
                                                                                               \
		for (size_t i = 0; i < n; i++) {                                               \
			double v = (double)sample[i] * scale + offset;                         \
			bool beyond = class[i] == PIXEL_VALID && (v < 0 || v > 1);             \
                                                                                               \
			class[i] = beyond ? masked : class[i];                                 \
		}                                                                              \
	}

DEFINE_BEYOND(beyond_u8, uint8_t)
DEFINE_BEYOND(beyond_i8, int8_t)
DEFINE_BEYOND(beyond_u16, uint16_t)
DEFINE_BEYOND(beyond_i16, int16_t)
DEFINE_BEYOND(beyond_u32, uint32_t)
DEFINE_BEYOND(beyond_i32, int32_t)
DEFINE_BEYOND(beyond_f32, float)
DEFINE_BEYOND(beyond_f64, double)

static void (*const mark_beyond[N_SAMPLE_TYPES])(uint8_t *, const void *, size_t,
						 const struct band *) = {
	[SAMPLE_U8] = beyond_u8,   [SAMPLE_I8] = beyond_i8,   [SAMPLE_U16] = beyond_u16,
	[SAMPLE_I16] = beyond_i16, [SAMPLE_U32] = beyond_u32, [SAMPLE_I32] = beyond_i32,
	[SAMPLE_F32] = beyond_f32, [SAMPLE_F64] = beyond_f64,
};

static void mark_nodata(const struct band *band, uint8_t *class, const void *plane, size_t n)
{
	if (!band->has_nodata && !band->finer)
		return;
	if (band->finer || isnan(band->nodata)) /* averages of nothing are NaN */
		mark_nonfinite(band, class, plane, n, true, PIXEL_NODATA);
	else
		equal[band->type](class, plane, n, band->nodata);
}

static void mark_file_mask(uint8_t *class, const uint8_t *mask, size_t n)
{
	const uint8_t masked = masked_for(REASON_DATASET);

	for (size_t i = 0; i < n; i++)
		class[i] = class[i] == PIXEL_VALID && !mask[i] ? masked : class[i];
}

SIMD_KERNEL(mark_verdict, (uint8_t * class, const uint8_t *code, size_t n), (class, code, n))
{
	for (size_t i = 0; i < n; i++) {
		uint8_t reason = (uint8_t)((code[i] & QUALITY_REASON) << CLASS_BITS);
		uint8_t found = code[i] == QUALITY_KEPT ? PIXEL_VALID : reason | PIXEL_MASKED;

		class[i] = class[i] == PIXEL_VALID ? found : class[i];
	}
}

/* Of what quality bands say, that pixels are transparent. */
static void mark_transparent(uint8_t *class, const uint8_t *code, size_t n)
{
	const uint8_t masked = masked_for(REASON_ALPHA);

	for (size_t i = 0; i < n; i++) {
		bool hides = code[i] != QUALITY_KEPT && (code[i] & QUALITY_REASON) == REASON_ALPHA;

		class[i] = class[i] == PIXEL_VALID && hides ? masked : class[i];
	}
}

/* What the stage looks at for one pixel. */
static size_t pixel_bytes(const struct scene *scene, const struct recipe *recipe)
{
	uint32_t read = bands_read(scene, recipe);
	size_t bytes = (scene->masked ? 1 : 0) + (quality_slots(scene) ? 1 : 0);

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		bytes += read >> slot & 1 ? sample_size(plane_type(&scene->band[slot])) : 0;
	return bytes;
}

static bool reads(uint16_t bands, unsigned band)
{
	return bands >> band & 1;
}

/* Is one of these bands in the file? */
static bool holds_one(const struct scene *scene, unsigned file, uint16_t bands)
{
	for (unsigned band = 0; bands >> band; band++)
		if (reads(bands, band) && scene->band[band].file == file)
			return true;
	return false;
}

/*
 * Classes of a value that reads these bands. A pixel is masked where the mask of any of their files
 * says so.
 */
static void classify(const struct stage_env *env, const struct block *block, uint16_t bands,
		     uint8_t *class)
{
	const struct scene *scene = block->scene;
	size_t n = block->n_pixels;

	memset(class, PIXEL_VALID, n);
	for (unsigned band = 0; bands >> band; band++)
		if (reads(bands, band))
			mark_nodata(&scene->band[band], class, block->plane[band], n);
	for (unsigned file = 0; file < scene->n_files; file++)
		if (block->file_mask[file] && holds_one(scene, file, bands))
			mark_file_mask(class, block->file_mask[file], n);
	if (block->verdict)
		mark_verdict(class, block->verdict, n);
	for (unsigned band = 0; bands >> band; band++)
		if (reads(bands, band))
			mark_nonfinite(&scene->band[band], class, block->plane[band], n, false,
				       PIXEL_NONFINITE);
	if (!env->options->valid_reflectance || !scene->has_reflectance)
		return;
	for (unsigned band = 0; bands >> band; band++)
		if (reads(bands, band))
			mark_beyond[plane_type(&scene->band[band])](class, block->plane[band], n,
								    &scene->band[band]);
}

void band_classes(const struct block *block, unsigned slot, uint8_t *class)
{
	const struct band *band = &block->scene->band[slot];
	size_t n = block->n_pixels;

	memset(class, PIXEL_VALID, n);
	mark_nodata(band, class, block->plane[slot], n);
	if (block->file_mask[band->file])
		mark_file_mask(class, block->file_mask[band->file], n);
	if (block->verdict)
		mark_transparent(class, block->verdict, n);
	mark_nonfinite(band, class, block->plane[slot], n, false, PIXEL_NONFINITE);
}

/* Those of an earlier value that reads the same bands; NULL where there is none. */
static const uint8_t *same_classes(const struct recipe *recipe, const struct block *block,
				   unsigned value)
{
	for (unsigned v = 0; v < value; v++)
		if (block->out[v].pixel_class &&
		    recipe->value[v].reads == recipe->value[value].reads)
			return block->out[v].pixel_class;
	return NULL;
}

static int mask_run(void *state, const struct stage_env *env, struct block *block,
		    struct chunk_result *result, struct error *err)
{
	const struct recipe *recipe = env->options->recipe;
	size_t n = block->n_pixels;

	(void)state;
	(void)result;
	env->meter->row[METER_MASK].bytes_in += n * pixel_bytes(block->scene, recipe);
	for (unsigned v = 0; v < recipe->n_values; v++) {
		const uint8_t *same = same_classes(recipe, block, v);
		uint8_t *class;

		block->out[v] = (struct value_plane){0};
		if (value_is_missing(block->scene, v))
			continue;
		class = arena_alloc(env->arena, n);
		if (!class)
			return error_set(err, EX_SOFTWARE, "mask: the planned memory is too small");
		if (same)
			memcpy(class, same, n);
		else
			classify(env, block, recipe->value[v].reads, class);
		block->out[v].pixel_class = class;
		env->meter->row[METER_MASK].bytes_out += n;
	}
	return 0;
}

const struct stage stage_mask = {
	.name = "mask",
	.meter = METER_MASK,
	.by_slice = true,
	.kept = mask_kept,
	.run = mask_run,
};
