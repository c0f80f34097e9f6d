/*
 * Values of any recipe through mask, index and stats: formulas against closed forms written here,
 * classes by value, constant blocks, cuts, missing values and the memory that is planned.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/simd.h"
#include "formula/recipe_make.h"
#include "pixels/stages.h"
#include "recipe.h"
#include "sample.h"

/* Bands lie in the recipe in the order of their names. */
enum { BLUE, RED, NIR, N_BANDS };

enum { WIDTH = 89, HEIGHT = 47, N = WIDTH * HEIGHT };

struct bench {
	struct scene scene;
	struct options options;
	struct recipe *recipe;
	struct result_layout layout;
	struct arena arena;
	struct meter meter;
	struct stage_env env;
	struct block block;
	struct chunk_result result;
	void *plane[N_BANDS];
	uint8_t mask[N];
};

static const struct stage *const stages[] = {&stage_mask, &stage_index, &stage_stats};

static void put(enum sample_type type, void *plane, size_t i, double v)
{
	switch (type) {
	case SAMPLE_U8:
		((uint8_t *)plane)[i] = (uint8_t)v;
		break;
	case SAMPLE_I8:
		((int8_t *)plane)[i] = (int8_t)v;
		break;
	case SAMPLE_U16:
		((uint16_t *)plane)[i] = (uint16_t)v;
		break;
	case SAMPLE_I16:
		((int16_t *)plane)[i] = (int16_t)v;
		break;
	case SAMPLE_U32:
		((uint32_t *)plane)[i] = (uint32_t)v;
		break;
	case SAMPLE_I32:
		((int32_t *)plane)[i] = (int32_t)v;
		break;
	case SAMPLE_F32:
		((float *)plane)[i] = (float)v;
		break;
	case SAMPLE_F64:
	case N_SAMPLE_TYPES:
		((double *)plane)[i] = v;
		break;
	}
}

/* Whole numbers that every type holds. */
static double sample_of(unsigned band, size_t i)
{
	return (double)((i * (band + 3) * 7919 + i / 11 + band) % 101);
}

/* Just what the stages ask for, for a block of this size. */
static size_t planned(const struct bench *b, uint32_t x_size, uint32_t y_size)
{
	size_t kept = 0, peak = 0;

	for (unsigned i = 0; i < 3; i++) {
		size_t now;

		kept += stages[i]->kept ? stages[i]->kept(&b->scene, x_size, y_size, &b->options)
					: 0;
		now = kept + (stages[i]->scratch
				      ? stages[i]->scratch(&b->scene, x_size, y_size, &b->options)
				      : 0);
		peak = now > peak ? now : peak;
	}
	return peak;
}

static void make_recipe(struct bench *b, const char *indices, const char *expression)
{
	struct options options = {0};
	struct error err;

	if (indices)
		options.index.index.text[options.index.index.n++] = indices;
	if (expression)
		options.index.expression.text[options.index.expression.n++] = expression;
	if (recipe_make(&b->recipe, &options, &err))
		fail_msg("%s", err.text);
	assert_int_equal(b->recipe->n_bands, N_BANDS);
}

static void bench_init(struct bench *b, const char *indices, const char *expression,
		       const enum sample_type *type)
{
	struct error err;

	memset(b, 0, sizeof(*b));
	make_recipe(b, indices, expression);
	b->options.recipe = b->recipe;
	b->scene = (struct scene){.n_files = 1,
				  .x_size = WIDTH,
				  .y_size = HEIGHT,
				  .tile_x_size = 16,
				  .tile_y_size = 23};
	for (unsigned i = 0; i < N_BANDS; i++) {
		b->scene.has_band[i] = true;
		b->scene.band[i] = (struct band){.type = type[i], .scale = 1, .ratio = 1};
		b->plane[i] = calloc(N, sizeof(double));
		b->block.plane[i] = b->plane[i];
		for (size_t p = 0; p < N; p++)
			put(type[i], b->plane[i], p, sample_of(i, p));
	}
	pixels_layout(&b->layout, &b->options);
	assert_int_equal(arena_init(&b->arena, planned(b, WIDTH, HEIGHT), &err), 0);
	b->env = (struct stage_env){.options = &b->options,
				    .layout = &b->layout,
				    .arena = &b->arena,
				    .meter = &b->meter};
	b->block.scene = &b->scene;
	b->block.window = (struct window){0, 0, WIDTH, HEIGHT};
	b->block.n_pixels = N;
	b->result.group = calloc(64, b->layout.group_bytes);
}

static void bench_release(struct bench *b)
{
	arena_release(&b->arena);
	for (unsigned i = 0; i < N_BANDS; i++)
		free(b->plane[i]);
	free(b->result.group);
	recipe_free(b->recipe);
}

static void same_types(enum sample_type *type, enum sample_type all)
{
	for (unsigned i = 0; i < N_BANDS; i++)
		type[i] = all;
}

/* Slices of `rows` rows through all stages, one after the other. */
static void run_slices(struct bench *b, uint32_t rows)
{
	void *state[3] = {0};
	struct error err = {0};

	result_begin(&b->result, &b->layout, &b->scene, &b->block.window, true);
	for (unsigned i = 0; i < 3; i++)
		if (stages[i]->open)
			assert_int_equal(stages[i]->open(&state[i], &b->env, &err), 0);
	for (uint32_t y = 0; y < HEIGHT; y += rows) {
		struct block slice =
			block_slice(&b->block, y, rows < HEIGHT - y ? rows : HEIGHT - y);

		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(
				stages[i]->run(state[i], &b->env, &slice, &b->result, &err), 0);
		if (rows == HEIGHT)
			b->block = slice;
		arena_rewind(&b->arena, 0);
	}
	for (unsigned i = 0; i < 3; i++) {
		if (stages[i]->chunk_end)
			stages[i]->chunk_end(state[i], &b->result);
		if (stages[i]->close)
			stages[i]->close(state[i]);
	}
}

static void run(struct bench *b)
{
	run_slices(b, HEIGHT);
}

static uint64_t counted(const struct bench *b, unsigned v, enum pixel_class class)
{
	const struct value_offsets at = value_offsets(&b->layout, v);
	uint64_t n = 0;

	for (size_t i = 0; i < b->result.n_groups; i++) {
		const struct cell_group *group = result_group(&b->layout, &b->result, i);
		const struct value_cells cells = value_cells(&at, group);

		n += cells.accum->n[class];
	}
	return n;
}

/* --- formulas, written out --- */

static double physical(const struct bench *b, unsigned band, size_t i)
{
	return sample_of(band, i) * b->scene.band[band].scale + b->scene.band[band].offset;
}

static double evi(double blue, double red, double nir)
{
	return 2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1);
}

static double mixed(double blue, double red, double nir)
{
	return nir * nir - red / blue;
}

static void check(const struct bench *b, unsigned v, double (*f)(double, double, double))
{
	for (size_t i = 0; i < N; i++) {
		float expect =
			(float)f(physical(b, BLUE, i), physical(b, RED, i), physical(b, NIR, i));
		uint8_t class = b->block.out[v].pixel_class[i];

		/* A quotient by 0 is the only way for these not to be finite. */
		assert_int_equal(class, isfinite(expect) ? PIXEL_VALID : PIXEL_DIV0);
		assert_true(b->block.out[v].value[i] == (isfinite(expect) ? expect : 0));
	}
}

static void formulas_of_all_types(void **state)
{
	(void)state;
	for (int blue = 0; blue < N_SAMPLE_TYPES; blue++)
		for (int nir = 0; nir < N_SAMPLE_TYPES; nir++) {
			const enum sample_type type[] = {(enum sample_type)blue, SAMPLE_U16,
							 (enum sample_type)nir};
			struct bench b;

			bench_init(&b, "evi,ndvi", "x=N*N-R/B", type);
			run(&b);
			check(&b, 0, evi);
			check(&b, 2, mixed);
			assert_true(counted(&b, 2, PIXEL_DIV0) > N / 200);
			bench_release(&b);
		}
}

static void scales_and_offsets(void **state)
{
	static const double scale[][2] = {{1e-4, -0.1}, {2.75e-5, -0.2}, {0.01, 0}, {-3, 7}};
	enum { N_SCALES = sizeof(scale) / sizeof(scale[0]) };

	(void)state;
	for (unsigned s = 0; s < N_SCALES; s++)
		for (int t = 0; t < N_SAMPLE_TYPES; t++) {
			enum sample_type type[N_BANDS];
			struct bench b;

			same_types(type, (enum sample_type)t);
			bench_init(&b, "evi", "x=N*N-R/B", type);
			for (unsigned i = 0; i < N_BANDS; i++) {
				b.scene.band[i].scale = scale[(s + i) % N_SCALES][0];
				b.scene.band[i].offset = scale[(s + i) % N_SCALES][1];
			}
			run(&b);
			check(&b, 0, evi);
			check(&b, 1, mixed);
			bench_release(&b);
		}
}

/* Finite samples, infinite when scaled: programs are not shown them. */
static void scaled_beyond_all_numbers(void **state)
{
	const enum sample_type type[] = {SAMPLE_F64, SAMPLE_F32, SAMPLE_F64};
	struct bench b;

	(void)state;
	bench_init(&b, "evi", "x=where(R>50,N,R)", type);
	b.scene.band[NIR].scale = DBL_MAX;
	b.scene.band[NIR].offset = 1;
	run(&b);
	for (size_t i = 0; i < N; i++)
		for (unsigned v = 0; v < 2 && sample_of(NIR, i) > 1; v++)
			assert_int_equal(b.block.out[v].pixel_class[i], PIXEL_NONFINITE);
	bench_release(&b);
}

/* --- classes --- */

static void classes_are_the_values_own(void **state)
{
	enum sample_type type[N_BANDS];
	struct bench b;

	(void)state;
	same_types(type, SAMPLE_U16);
	bench_init(&b, "evi,ndvi", NULL, type);
	b.scene.n_files = 2;
	b.scene.band[BLUE].file = 1;
	b.scene.band[BLUE].has_nodata = true;
	b.scene.band[BLUE].nodata = 5;
	for (size_t i = 0; i < N; i++)
		b.mask[i] = i % 7 != 0;
	b.block.file_mask[1] = b.mask;
	run(&b);
	for (size_t i = 0; i < N; i++) {
		uint8_t of_evi = b.block.out[0].pixel_class[i];
		uint8_t of_ndvi = b.block.out[1].pixel_class[i];

		if (sample_of(BLUE, i) == 5)
			assert_int_equal(of_evi, PIXEL_NODATA);
		else
			assert_int_equal(of_evi == PIXEL_MASKED + 8 * REASON_DATASET, i % 7 == 0);
		assert_true(of_ndvi == PIXEL_VALID || of_ndvi == PIXEL_DIV0);
	}
	/* A mask of the file of red and nir holds for both. */
	b.block.file_mask[0] = b.mask;
	run(&b);
	assert_int_equal(counted(&b, 1, PIXEL_MASKED), (N + 6) / 7);
	bench_release(&b);
}

static void samples_that_are_not_finite(void **state)
{
	const enum sample_type type[] = {SAMPLE_F32, SAMPLE_F32, SAMPLE_F64};
	struct bench b;

	(void)state;
	bench_init(&b, "evi,ndvi", NULL, type);
	for (size_t i = 0; i < N; i += 3)
		((float *)b.plane[BLUE])[i] = i % 2 ? NAN : INFINITY;
	run(&b);
	assert_int_equal(counted(&b, 0, PIXEL_NONFINITE), (N + 2) / 3);
	assert_int_equal(counted(&b, 1, PIXEL_NONFINITE), 0);
	bench_release(&b);
}

static void missing_values_are_left_alone(void **state)
{
	enum sample_type type[N_BANDS];
	struct bench b, alone;

	(void)state;
	same_types(type, SAMPLE_I16);
	bench_init(&b, "ndvi,evi", NULL, type);
	bench_init(&alone, "evi,ndvi", NULL, type);
	b.scene.missing = 2;
	b.scene.has_band[BLUE] = false;
	b.block.plane[BLUE] = NULL;
	arena_release(&b.arena);
	assert_int_equal(arena_init(&b.arena, planned(&b, WIDTH, HEIGHT), &(struct error){0}), 0);
	run(&b);
	run(&alone);
	assert_null(b.block.out[1].value);
	assert_int_equal(counted(&b, 0, PIXEL_VALID), counted(&alone, 1, PIXEL_VALID));
	for (int class = 0; class < N_PIXEL_CLASSES; class ++)
		assert_int_equal(counted(&b, 1, (enum pixel_class) class), 0);
	assert_int_equal(bands_read(&b.scene, b.recipe), 1u << RED | 1u << NIR);
	bench_release(&b);
	bench_release(&alone);
}

/* --- the same however it is cut --- */

static void any_cut_gives_the_same_cells(void **state)
{
	const enum sample_type type[] = {SAMPLE_U16, SAMPLE_F32, SAMPLE_I16};
	struct bench whole;

	(void)state;
	bench_init(&whole, "evi,ndvi,savi", "x=N*N-R/B", type);
	run(&whole);
	for (uint32_t rows = 1; rows < HEIGHT; rows += rows < 8 ? 1 : 13) {
		struct bench b;

		bench_init(&b, "evi,ndvi,savi", "x=N*N-R/B", type);
		run_slices(&b, rows);
		assert_memory_equal(b.result.group, whole.result.group,
				    layout_bytes(&b.layout, b.result.n_groups));
		bench_release(&b);
	}
	bench_release(&whole);
}

static void a_constant_block_stands_for_its_pixels(void **state)
{
	enum sample_type type[N_BANDS];
	struct bench b, c;

	(void)state;
	same_types(type, SAMPLE_U16);
	bench_init(&b, "evi,ndvi", "x=N*N-R/B", type);
	bench_init(&c, "evi,ndvi", "x=N*N-R/B", type);
	for (unsigned band = 0; band < N_BANDS; band++)
		for (size_t i = 0; i < N; i++) {
			put(SAMPLE_U16, b.plane[band], i, 100 + 37 * band);
			put(SAMPLE_U16, c.plane[band], i, 100 + 37 * band);
		}
	c.block.constant = true;
	c.block.n_pixels = 1;
	run(&b);
	run(&c);
	assert_memory_equal(b.result.group, c.result.group,
			    layout_bytes(&b.layout, b.result.n_groups));
	bench_release(&b);
	bench_release(&c);
}

/* Averages of finer bands are doubles whatever the file holds, NaN where there is nothing. */
static void averages_are_doubles(void **state)
{
	enum sample_type type[N_BANDS];
	struct bench b;

	(void)state;
	same_types(type, SAMPLE_U16);
	type[NIR] = SAMPLE_F64;
	bench_init(&b, "evi,ndvi", NULL, type);
	b.scene.band[NIR].type = SAMPLE_U16;
	b.scene.band[NIR].finer = 2;
	((double *)b.plane[NIR])[7] = NAN;
	((double *)b.plane[NIR])[8] = INFINITY;
	run(&b);
	for (unsigned v = 0; v < 2; v++) {
		assert_int_equal(b.block.out[v].pixel_class[7], PIXEL_NODATA);
		assert_int_equal(b.block.out[v].pixel_class[8], PIXEL_NONFINITE);
		assert_int_equal(counted(&b, v, PIXEL_NODATA), 1);
	}
	bench_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formulas_of_all_types),
		cmocka_unit_test(scales_and_offsets),
		cmocka_unit_test(scaled_beyond_all_numbers),
		cmocka_unit_test(classes_are_the_values_own),
		cmocka_unit_test(samples_that_are_not_finite),
		cmocka_unit_test(missing_values_are_left_alone),
		cmocka_unit_test(any_cut_gives_the_same_cells),
		cmocka_unit_test(a_constant_block_stands_for_its_pixels),
		cmocka_unit_test(averages_are_doubles),
	};

	int failed = 0;

	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
