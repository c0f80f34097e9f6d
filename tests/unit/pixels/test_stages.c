/*
 * Mask, index and stats stages on small blocks: every sample type and all special values, against a
 * plain per-pixel reference written from the definitions.
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
#include "pixels/stages.h"
#include "sample.h"
#include "recipe.h"
#include "sample_at.h"

/* Places of the bands in the recipe. */
enum { RED, NIR };

struct expected {
	struct accum accum;
	struct histogram histogram;
};

enum { WIDTH = 61, HEIGHT = 67, N = WIDTH * HEIGHT };

struct bench {
	struct scene scene;
	struct options options;
	struct result_layout layout;
	struct arena arena;
	struct meter meter;
	struct stage_env env;
	struct block block;
	struct chunk_result result;
	struct cell_group *group;
	void *plane[SCENE_MAX_BANDS];
	uint8_t mask[N];
};

static uint64_t random_bits(void)
{
	return ((uint64_t)rand() << 42) ^ ((uint64_t)rand() << 21) ^ (uint64_t)rand();
}

/* Random bytes: every bit pattern, so also NaN, infinities, denormals and extremes. */
static void *random_plane(enum sample_type type)
{
	static const double specials[] = {0,      1,        -1,  255,   65535,   32767,
					  -32768, INFINITY, NAN, 1e-40, FLT_MAX, -FLT_MAX};
	size_t size = sample_size(type);
	unsigned char *plane = malloc(N * size);

	for (size_t i = 0; i < N; i++) {
		uint64_t bits = i % 3 ? random_bits() & 0xfff : random_bits();
		double special = specials[i % 12];

		memcpy(plane + i * size, &bits, size);
		if (type == SAMPLE_F32 && i % 3) {
			float v = i % 7 ? (float)(bits % 1000) / 1000 : (float)special;

			memcpy(plane + i * size, &v, size);
		}
		if (type == SAMPLE_F64 && i % 3) {
			double v = i % 7 ? (double)(bits % 1000) / 1000 : special;

			memcpy(plane + i * size, &v, size);
		}
	}
	return plane;
}

static void bench_init(struct bench *b, enum sample_type red, enum sample_type nir)
{
	const enum sample_type type[] = {red, nir};
	struct error err;

	memset(b, 0, sizeof(*b));
	b->scene.n_files = 1;
	b->scene.x_size = WIDTH;
	b->scene.y_size = HEIGHT;
	b->scene.tile_x_size = 16;
	b->scene.tile_y_size = 23;
	for (unsigned slot = 0; slot <= 1; slot++) {
		b->scene.has_band[slot] = true;
		b->scene.band[slot] = (struct band){.type = type[slot], .scale = 1, .ratio = 1};
		b->plane[slot] = random_plane(type[slot]);
		b->block.plane[slot] = b->plane[slot];
	}
	assert_int_equal(arena_init(&b->arena, 1 << 20, &err), 0);
	b->options.recipe = &recipe_ndvi;
	pixels_layout(&b->layout, &b->options);
	b->env = (struct stage_env){.options = &b->options,
				    .layout = &b->layout,
				    .arena = &b->arena,
				    .meter = &b->meter};
	b->block.scene = &b->scene;
	b->block.window = (struct window){0, 0, WIDTH, HEIGHT};
	b->block.n_pixels = N;
	b->group = calloc(64, b->layout.group_bytes);
	b->result.group = b->group;
}

static void bench_release(struct bench *b)
{
	arena_release(&b->arena);
	free(b->plane[RED]);
	free(b->plane[NIR]);
	free(b->group);
}

static struct value_cells cells_of(const struct bench *b, size_t group)
{
	const struct value_offsets at = value_offsets(&b->layout, 0);

	return value_cells(&at, result_group(&b->layout, &b->result, group));
}

static void run_stages(struct bench *b, bool by_tile)
{
	const struct stage *const stages[] = {&stage_mask, &stage_index, &stage_stats};
	struct error err = {0};

	result_begin(&b->result, &b->layout, &b->scene, &b->block.window, by_tile);
	for (int i = 0; i < 3; i++) {
		void *state = NULL;

		if (stages[i]->open)
			assert_int_equal(stages[i]->open(&state, &b->env, &err), 0);
		assert_int_equal(stages[i]->run(state, &b->env, &b->block, &b->result, &err), 0);
		if (stages[i]->chunk_end)
			stages[i]->chunk_end(state, &b->result);
		if (stages[i]->close)
			stages[i]->close(state);
	}
}

/* The definitions of the issue, one pixel at a time. */
static enum pixel_class reference(const struct bench *b, size_t i, float *value)
{
	const struct band *red = &b->scene.band[RED], *nir = &b->scene.band[NIR];
	double r = sample_at(red->type, b->plane[RED], i);
	double s = sample_at(nir->type, b->plane[NIR], i);
	double k = 0;
	float num, den;

	*value = 0;
	if ((red->has_nodata && (r == red->nodata || (isnan(r) && isnan(red->nodata)))) ||
	    (nir->has_nodata && (s == nir->nodata || (isnan(s) && isnan(nir->nodata)))))
		return PIXEL_NODATA;
	if (b->block.file_mask[0] && !b->mask[i])
		return PIXEL_MASKED;
	if (!isfinite(r) || !isfinite(s))
		return PIXEL_NONFINITE;
	if (red->scale == nir->scale && red->offset == nir->offset) {
		k = 2 * red->offset / red->scale;
	} else {
		r = r * red->scale + red->offset;
		s = s * nir->scale + nir->offset;
	}
	num = (float)(s - r);
	den = (float)(s + r + k);
	if (den == 0)
		return PIXEL_DIV0;
	*value = num / den;
	if (isfinite(*value) && isfinite(den))
		return PIXEL_VALID;
	*value = 0;
	return PIXEL_NONFINITE;
}

/* Group by group against accum_add() over the reference's pixels. */
static void check(struct bench *b, bool by_tile)
{
	struct expected *expect = calloc(64, sizeof(*expect));

	for (uint32_t p = 0; p < 64; p++)
		accum_clear(&expect[p].accum);
	run_stages(b, by_tile);
	for (size_t i = 0; i < N; i++) {
		uint32_t x = (uint32_t)(i % WIDTH) / b->scene.tile_x_size;
		uint32_t y = (uint32_t)(i / WIDTH) / b->scene.tile_y_size;
		struct expected *p = &expect[by_tile ? y * scene_tiles_across(&b->scene) + x : 0];
		float v;
		enum pixel_class class = reference(b, i, &v);

		assert_int_equal(b->block.out[0].pixel_class[i],
				 class == PIXEL_MASKED ? class + 8 * REASON_DATASET : class);
		if (class == PIXEL_VALID) {
			assert_true(b->block.out[0].value[i] == v);
			accum_add(&p->accum, &recipe_ndvi.value[0].grid, v, 1);
			p->histogram.count[histogram_slot(&recipe_ndvi.value[0].grid, v)]++;
		} else {
			p->accum.n[class]++;
		}
	}
	for (uint32_t p = 0; p < b->result.n_groups; p++) {
		assert_memory_equal(cells_of(b, p).accum, &expect[p].accum, sizeof(struct accum));
		assert_memory_equal(cells_of(b, p).histogram, &expect[p].histogram,
				    sizeof(struct histogram));
	}
	free(expect);
}

static void all_types(void **state)
{
	(void)state;
	for (int red = 0; red < N_SAMPLE_TYPES; red++) {
		for (int nir = 0; nir < N_SAMPLE_TYPES; nir++) {
			struct bench b;

			bench_init(&b, (enum sample_type)red, (enum sample_type)nir);
			check(&b, false);
			arena_rewind(&b.arena, 0);
			check(&b, true);
			bench_release(&b);
		}
	}
}

static void scales(void **state)
{
	static const double scale[][4] = {
		{1e-4, -0.1, 1e-4, -0.1},       /* Sentinel-2: k = -2000, whole */
		{2.75e-5, -0.2, 2.75e-5, -0.2}, /* Landsat: k not whole */
		{1e-4, 0, 2e-4, 0.05},          /* different scales */
		{1, -1e9, 1, -1e9},             /* k beyond the short path */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(scale) / sizeof(scale[0]); i++) {
		for (int type = 0; type < N_SAMPLE_TYPES; type++) {
			struct bench b;

			bench_init(&b, (enum sample_type)type, (enum sample_type)type);
			b.scene.band[RED].scale = scale[i][0];
			b.scene.band[RED].offset = scale[i][1];
			b.scene.band[NIR].scale = scale[i][2];
			b.scene.band[NIR].offset = scale[i][3];
			check(&b, true);
			bench_release(&b);
		}
	}
}

static void nodata_and_masks(void **state)
{
	(void)state;
	for (int type = 0; type < N_SAMPLE_TYPES; type++) {
		struct bench b;
		bool real = type == SAMPLE_F32 || type == SAMPLE_F64;

		bench_init(&b, (enum sample_type)type, (enum sample_type)type);
		b.scene.band[RED].has_nodata = true;
		b.scene.band[RED].nodata = 1;
		b.scene.band[NIR].has_nodata = true;
		b.scene.band[NIR].nodata = real ? NAN : 2;
		for (size_t i = 0; i < N; i++)
			b.mask[i] = (uint8_t)(i % 5);
		b.scene.masked = true;
		b.block.file_mask[0] = b.mask;
		check(&b, true);
		bench_release(&b);
	}
}

/*
 * Values of one sign, zeros that count and zeros that do not: extremes are taken over values alone,
 * and pixels that do not count have the value 0.
 */
static void signs_and_zeros(void **state)
{
	enum { HOLES_EVERY = 3, ONE_ZERO = 1000 };

	(void)state;
	for (int kind = 0; kind < 6; kind++) {
		struct bench b;
		uint16_t *red, *nir;

		bench_init(&b, SAMPLE_U16, SAMPLE_U16);
		red = b.plane[RED];
		nir = b.plane[NIR];
		b.scene.band[RED].has_nodata = true;
		b.scene.band[RED].nodata = 9;
		for (size_t i = 0; i < N; i++) {
			uint16_t low = (uint16_t)(10 + random_bits() % 500);
			uint16_t high = (uint16_t)(low + 1 + random_bits() % 500);

			red[i] = kind == 1 ? high : kind == 2 ? 77 : low;
			nir[i] = kind == 1 ? low : kind == 2 ? 77 : high;
			if (kind == 3 && i == ONE_ZERO)
				nir[i] = red[i];
			if (kind == 5 && i % 2) /* a zero denominator */
				red[i] = nir[i] = 0;
			else if (i % HOLES_EVERY == 0 || kind == 4)
				red[i] = 9;
		}
		check(&b, false);
		arena_rewind(&b.arena, 0);
		check(&b, true);
		bench_release(&b);
	}
}

static void unsigned_differences_do_not_wrap(void **state)
{
	struct bench b;
	uint16_t *red, *nir;

	(void)state;
	bench_init(&b, SAMPLE_U16, SAMPLE_U16);
	red = b.plane[RED];
	nir = b.plane[NIR];
	for (size_t i = 0; i < N; i++) {
		red[i] = 3000;
		nir[i] = 1000;
	}
	run_stages(&b, false);
	assert_true(cells_of(&b, 0).accum->min == -0.5f && cells_of(&b, 0).accum->max == -0.5f);
	bench_release(&b);
}

static void a_constant_block_stands_for_its_pixels(void **state)
{
	struct bench b, c;

	(void)state;
	bench_init(&b, SAMPLE_U16, SAMPLE_U16);
	bench_init(&c, SAMPLE_U16, SAMPLE_U16);
	for (size_t i = 0; i < N; i++) {
		((uint16_t *)b.plane[RED])[i] = ((uint16_t *)c.plane[RED])[i] = 100;
		((uint16_t *)b.plane[NIR])[i] = ((uint16_t *)c.plane[NIR])[i] = 777;
	}
	c.block.constant = true;
	c.block.n_pixels = 1;
	run_stages(&b, true);
	run_stages(&c, true);
	assert_memory_equal(b.group, c.group, layout_bytes(&b.layout, b.result.n_groups));
	bench_release(&b);
	bench_release(&c);
}

/* A difference of 0 over a negative sum is -0; what is written has no sign. */
static void zeros_have_no_sign(void **state)
{
	static const enum sample_type types[] = {SAMPLE_F32, SAMPLE_F64, SAMPLE_I32, SAMPLE_I16,
						 SAMPLE_I8};

	(void)state;
	for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
		struct bench b;

		bench_init(&b, types[t], types[t]);
		for (unsigned slot = 0; slot <= 1; slot++) {
			for (size_t i = 0; i < N; i++) {
				if (types[t] == SAMPLE_F32)
					((float *)b.plane[slot])[i] = -1;
				else if (types[t] == SAMPLE_F64)
					((double *)b.plane[slot])[i] = -1;
			}
			if (types[t] != SAMPLE_F32 && types[t] != SAMPLE_F64)
				memset(b.plane[slot], 0xff, N * sample_size(types[t]));
		}
		run_stages(&b, false);
		assert_int_equal(cells_of(&b, 0).accum->n[PIXEL_VALID], N);
		for (size_t i = 0; i < N; i++)
			assert_true(b.block.out[0].value[i] == 0 &&
				    !signbit(b.block.out[0].value[i]));
		assert_false(signbit(cells_of(&b, 0).accum->min) ||
			     signbit(cells_of(&b, 0).accum->max));
		bench_release(&b);
	}
}

/* What a stage looked at: two samples, and the mask's byte where there is one. */
static void bytes_are_counted(void **state)
{
	(void)state;
	for (int masked = 0; masked < 2; masked++) {
		struct bench b;

		bench_init(&b, SAMPLE_U16, SAMPLE_F64);
		memset(b.mask, 1, N);
		b.scene.masked = masked;
		b.block.file_mask[0] = masked ? b.mask : NULL;
		run_stages(&b, false);
		assert_int_equal(b.meter.row[METER_MASK].bytes_in, N * (2 + 8 + masked));
		assert_int_equal(b.meter.row[METER_MASK].bytes_out, N);
		assert_int_equal(b.meter.row[METER_INDEX].bytes_in, N * (2 + 8 + 1));
		assert_int_equal(b.meter.row[METER_INDEX].bytes_out, N * sizeof(float));
		assert_int_equal(b.meter.row[METER_STATS].bytes_in, N * (sizeof(float) + 1));
		bench_release(&b);
	}
}

/*
 * Nodata before a mask of the file before the verdict before what is not finite; and each masked
 * pixel has its reason, in every tile.
 */
static void reasons_are_counted(void **state)
{
	uint8_t verdict[N];

	(void)state;
	for (int by_tile = 0; by_tile < 2; by_tile++) {
		struct mask_counts expect = {0}, got = {0};
		struct bench b;
		const float *red, *nir;

		bench_init(&b, SAMPLE_F32, SAMPLE_F32);
		b.scene.band[RED].has_nodata = true;
		b.scene.band[RED].nodata = 0;
		b.block.file_mask[0] = b.mask;
		b.block.verdict = verdict;
		red = b.plane[RED];
		nir = b.plane[NIR];
		for (size_t i = 0; i < N; i++) {
			unsigned reason = (unsigned)i % (N_MASK_REASONS + 5);

			verdict[i] = reason < N_MASK_REASONS
					     ? (uint8_t)(16 * (i % MASK_TESTS_MOST) + reason)
					     : 0xFF;
			b.mask[i] = i % 17 != 0;
		}
		run_stages(&b, by_tile);
		for (size_t i = 0; i < N; i++) {
			uint8_t class = b.block.out[0].pixel_class[i];
			unsigned reason = (unsigned)i % (N_MASK_REASONS + 5);

			if (red[i] == 0) {
				assert_int_equal(class, PIXEL_NODATA);
				continue;
			}
			if (i % 17 == 0)
				reason = REASON_DATASET;
			if (reason < N_MASK_REASONS) {
				assert_int_equal(class, PIXEL_MASKED + 8 * reason);
				assert_true(b.block.out[0].value[i] == 0);
				expect.n[reason]++;
			} else if (!isfinite(red[i]) || !isfinite(nir[i])) {
				assert_int_equal(class, PIXEL_NONFINITE);
			}
		}
		for (uint32_t p = 0; p < b.result.n_groups; p++) {
			const struct value_cells cells = cells_of(&b, p);
			uint64_t sum = 0;

			for (unsigned r = 0; r < N_MASK_REASONS; r++)
				sum += cells.masked_by->n[r];
			assert_int_equal(sum, cells.accum->n[PIXEL_MASKED]);
			mask_counts_merge(&got, cells.masked_by);
		}
		assert_memory_equal(&got, &expect, sizeof(got));
		assert_true(got.n[REASON_CLOUD] && got.n[REASON_RANGE] && got.n[REASON_DATASET]);
		bench_release(&b);
	}
}

/* A masked constant block: all its pixels, for its reason. */
static void a_masked_constant_block(void **state)
{
	static const uint8_t verdict = 16 * 3 + REASON_SNOW;
	struct bench b;

	(void)state;
	bench_init(&b, SAMPLE_U16, SAMPLE_U16);
	b.block.constant = true;
	b.block.n_pixels = 1;
	b.block.verdict = &verdict;
	run_stages(&b, false);
	assert_int_equal(cells_of(&b, 0).accum->n[PIXEL_MASKED], N);
	assert_int_equal(cells_of(&b, 0).masked_by->n[REASON_SNOW], N);
	bench_release(&b);
}

/* --valid-range and --valid-reflectance, where nothing else keeps a pixel from counting. */
static void ranges_mask(void **state)
{
	struct recipe recipe = recipe_ndvi;
	uint64_t beyond = 0, values = 0;
	struct bench b;
	const uint16_t *red, *nir;

	(void)state;
	bench_init(&b, SAMPLE_U16, SAMPLE_U16);
	red = b.plane[RED];
	nir = b.plane[NIR];
	for (unsigned slot = 0; slot <= 1; slot++) {
		b.scene.band[slot].scale = 1e-4;
		b.scene.band[slot].offset = -0.1;
	}
	b.options.valid_reflectance = true;
	run_stages(&b, false);
	assert_int_equal(cells_of(&b, 0).accum->n[PIXEL_MASKED], 0); /* of no known scale */
	b.scene.has_reflectance = true;
	run_stages(&b, false);
	for (size_t i = 0; i < N; i++)
		beyond += red[i] < 1000 || red[i] > 11000 || nir[i] < 1000 || nir[i] > 11000;
	assert_in_range(beyond, 1, N - 1);
	assert_int_equal(cells_of(&b, 0).masked_by->n[REASON_RANGE], beyond);

	b.options.valid_reflectance = false;
	run_stages(&b, false);
	for (size_t i = 0; i < N; i++) {
		const struct value_plane *out = &b.block.out[0];

		values += out->pixel_class[i] == PIXEL_VALID &&
			  ((double)out->value[i] < -0.25 || (double)out->value[i] > 0.5);
	}
	recipe.value[0].limited = true;
	recipe.value[0].least = -0.25;
	recipe.value[0].most = 0.5;
	b.options.recipe = &recipe;
	run_stages(&b, false);
	assert_in_range(values, 1, N - 1);
	assert_int_equal(cells_of(&b, 0).masked_by->n[REASON_RANGE], values);
	assert_int_equal(cells_of(&b, 0).accum->n[PIXEL_MASKED], values);
	assert_true(cells_of(&b, 0).accum->min >= -0.25f && cells_of(&b, 0).accum->max <= 0.5f);
	bench_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_types),
		cmocka_unit_test(scales),
		cmocka_unit_test(nodata_and_masks),
		cmocka_unit_test(signs_and_zeros),
		cmocka_unit_test(unsigned_differences_do_not_wrap),
		cmocka_unit_test(a_constant_block_stands_for_its_pixels),
		cmocka_unit_test(zeros_have_no_sign),
		cmocka_unit_test(bytes_are_counted),
		cmocka_unit_test(reasons_are_counted),
		cmocka_unit_test(a_masked_constant_block),
		cmocka_unit_test(ranges_mask),
	};

	int failed = 0;

	/* Every instruction set against the same reference, so against one another. */
	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
