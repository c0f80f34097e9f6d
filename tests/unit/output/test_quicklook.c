/*
 * Quicklooks: each sample has the colour of its level whatever its type, in any order of tiles;
 * nodata is transparent; world files are where the pixels are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../random.h"
#include "output/quicklook.h"
#include "picture/legend.h"
#include "picture/ramp.h"

/* One value between -1 and 1 of a scene of 10 m, and what is asked for. */
struct fixture {
	struct map_def map;
	struct value_def value;
	struct scene scene;
	struct picture_choice choice;
	struct quicklook_facts facts;
};

static struct fixture *make(enum map_type type, uint32_t x_size, uint32_t y_size)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->map = (struct map_def){.kind = MAP_VALUE, .type = type, .scale = 1, .nodata = NAN};
	if (type != MAP_FLOAT32) {
		f->map.scale = type == MAP_INT16 ? .0001 : .01;
		f->map.offset = type == MAP_INT16 ? 0 : -1;
		f->map.nodata = type == MAP_INT16 ? -32768 : 255;
	}
	f->value.grid = (struct value_grid){0, -1, 1};
	f->scene.name = (char *)(uintptr_t) "scene";
	f->scene.has_band[3] = true;
	f->scene.band[3].ratio = 1;
	f->scene.band[3].file = 1;
	f->scene.has_band[0] = true;
	f->scene.band[0].ratio = 2; /* a coarser one: not the scene's grid */
	f->scene.files[1].info = (struct raster_info){.geotransform = {500000, 10, 0, 6e6, 0, -10},
						      .has_geotransform = true,
						      .projected = true,
						      .unit_metres = 1};
	f->choice = (struct picture_choice){.wanted = true, .plain = true};
	f->facts = (struct quicklook_facts){.map = &f->map,
					    .value = &f->value,
					    .scene = &f->scene,
					    .choice = &f->choice,
					    .title = "NDVI",
					    .x_size = x_size,
					    .y_size = y_size};
	return f;
}

static struct quicklook *begin(const struct fixture *f)
{
	struct error err = {0};
	struct quicklook *q = quicklook_new(&f->facts, &err);

	assert_non_null(q);
	return q;
}

/* The bytes of its file. */
static uint8_t *written(struct quicklook *q, size_t *n)
{
	FILE *file = tmpfile();
	struct error err = {0};
	uint8_t *bytes;

	assert_non_null(file);
	assert_int_equal(quicklook_write(q, fileno(file), &err), 0);
	*n = (size_t)lseek(fileno(file), 0, SEEK_END);
	bytes = malloc(*n);
	assert_non_null(bytes);
	assert_int_equal(pread(fileno(file), bytes, *n, 0), *n);
	(void)fclose(file);
	return bytes;
}

static uint8_t *pixels_of(const uint8_t *bytes, size_t n, uint32_t *x_size, uint32_t *y_size)
{
	png_image image = {.version = PNG_IMAGE_VERSION};
	uint8_t *pixels;

	assert_int_not_equal(png_image_begin_read_from_memory(&image, bytes, n), 0);
	image.format = PNG_FORMAT_RGBA;
	pixels = malloc(PNG_IMAGE_SIZE(image));
	assert_non_null(pixels);
	assert_int_not_equal(png_image_finish_read(&image, NULL, pixels, 0, NULL), 0);
	*x_size = image.width;
	*y_size = image.height;
	return pixels;
}

static uint8_t *pixels_written(struct quicklook *q, uint32_t *x_size, uint32_t *y_size)
{
	size_t n;
	uint8_t *bytes = written(q, &n), *pixels = pixels_of(bytes, n, x_size, y_size);

	free(bytes);
	return pixels;
}

static void assert_colour(const uint8_t *pixel, double value)
{
	const struct ramp ramp = {RAMP_DIVERGING, -1, 1};
	unsigned level = ramp_level(&ramp, value);
	struct rgba c = ramp_colour(RAMP_DIVERGING, (level - 1) / (RAMP_LEVELS - 1.));

	assert_memory_equal(pixel, &c, 4);
}

static void test_types(void **state)
{
	const float reals[] = {-1, -.505F, .105F, 1, 3, NAN};
	const int16_t shorts[] = {-10000, -5050, 1050, 10000, 30000, -32768};
	const uint8_t bytes[] = {0, 50, 111, 200, 254, 255};
	const void *const samples[] = {reals, shorts, bytes};

	(void)state;
	for (int type = MAP_FLOAT32; type <= MAP_UINT8; type++) {
		struct fixture *f = make((enum map_type)type, 3, 2);
		struct quicklook *q = begin(f);
		const struct window all = {0, 0, 3, 2};
		uint32_t x_size, y_size;
		uint8_t *pixels;

		quicklook_put(q, &all, samples[type], 3);
		pixels = pixels_written(q, &x_size, &y_size);
		assert_int_equal(x_size, 3);
		assert_int_equal(y_size, 2);
		for (int i = 0; i < 5; i++)
			assert_colour(pixels + 4 * i,
				      type == MAP_UINT8 ? bytes[i] * .01 - 1 : (double)reals[i]);
		assert_int_equal(pixels[4 * 5 + 3], 0); /* nodata */
		free(pixels);
		quicklook_free(q);
		free(f);
	}
}

enum { WIDE = 150, HIGH = 90, TILE = 64 };

/* Tiles with what lies beyond the level, from the last one on. */
static void put_tiles(struct quicklook *q, const float *samples, bool backwards)
{
	for (unsigned i = 0; i < 3 * 2; i++) {
		unsigned t = backwards ? 5 - i : i;
		const struct window w = {t % 3 * TILE, t / 3 * TILE, TILE, TILE};
		float tile[TILE * TILE];

		for (uint32_t y = 0; y < TILE; y++)
			for (uint32_t x = 0; x < TILE; x++)
				tile[y * TILE + x] =
					w.x_off + x < WIDE && w.y_off + y < HIGH
						? samples[(w.y_off + y) * WIDE + w.x_off + x]
						: NAN;
		quicklook_put(q, &w, tile, TILE);
	}
}

static void test_order(void **state)
{
	const struct window all = {0, 0, WIDE, HIGH};
	struct fixture *f = make(MAP_FLOAT32, WIDE, HIGH);
	float *samples = malloc(sizeof(*samples) * WIDE * HIGH);
	uint8_t *bytes[3];
	size_t n[3];

	(void)state;
	assert_non_null(samples);
	f->choice.plain = false;
	for (int i = 0; i < WIDE * HIGH; i++)
		samples[i] = random_unit() < .1 ? NAN : (float)(2 * random_unit() - 1);
	for (int way = 0; way < 3; way++) {
		struct quicklook *q = begin(f);

		if (way == 2)
			quicklook_put(q, &all, samples, WIDE);
		else
			put_tiles(q, samples, way);
		bytes[way] = written(q, &n[way]);
		quicklook_free(q);
		assert_int_equal(n[way], n[0]);
		assert_memory_equal(bytes[way], bytes[0], n[0]);
	}
	for (int way = 0; way < 3; way++)
		free(bytes[way]);
	free(samples);
	free(f);
}

/*
 * The image in the middle of its rows, twice as large as it is small, then a strip that is nowhere
 * transparent.
 */
static void test_legend(void **state)
{
	const float value[] = {.2F};
	const struct window first = {0, 0, 1, 1};
	struct fixture *f = make(MAP_FLOAT32, 100, 50);
	char text[WORLD_FILE_BYTES];
	uint32_t x_size, y_size;
	struct quicklook *q;
	uint8_t *pixels;

	(void)state;
	f->choice.plain = false;
	q = begin(f);
	quicklook_put(q, &first, value, 1);
	pixels = pixels_written(q, &x_size, &y_size);
	assert_int_equal(x_size, 240);
	assert_true(y_size > 100 + 40);
	for (uint32_t i = 0; i < x_size * 100; i++) {
		bool is_first = i % x_size / 2 == 20 / 2 && i / x_size / 2 == 0;

		assert_int_equal(pixels[4 * (size_t)i + 3], is_first ? 255 : 0);
	}
	for (uint32_t i = x_size * 100; i < x_size * y_size; i++)
		assert_int_equal(pixels[4 * (size_t)i + 3], 255);
	assert_int_equal(quicklook_world_text(q, text), 0);
	assert_string_equal(text, "");
	free(pixels);
	quicklook_free(q);
	free(f);
}

static void test_stretch(void **state)
{
	const float value[] = {.2F, .8F};
	const struct window all = {0, 0, 2, 1};
	struct fixture *f = make(MAP_FLOAT32, 2, 1);
	uint32_t x_size, y_size;

	(void)state;
	f->choice.stretched = true;
	for (int missing = 0; missing < 2; missing++) {
		struct quicklook *q;
		uint8_t *pixels;

		f->facts.low = missing ? NAN : .2;
		f->facts.high = missing ? NAN : .8;
		q = begin(f);
		quicklook_put(q, &all, value, 2);
		pixels = pixels_written(q, &x_size, &y_size);
		if (missing) {
			assert_colour(pixels, .2F); /* that of the index */
		} else {
			struct rgba low = ramp_colour(RAMP_SEQUENTIAL, 0);
			struct rgba high = ramp_colour(RAMP_SEQUENTIAL, 1);

			assert_memory_equal(pixels, &low, 4);
			assert_memory_equal(pixels + 4, &high, 4);
		}
		free(pixels);
		quicklook_free(q);
	}
	free(f);
}

/* Where the last level is larger than a picture (large tiles), it is made smaller here. */
static void test_large(void **state)
{
	enum { LARGE = 2100 };
	struct fixture *f = make(MAP_FLOAT32, LARGE, 7);
	const struct window all = {0, 0, LARGE, 7};
	float *samples = malloc(sizeof(*samples) * LARGE * 7);
	struct thumbnail small[2];
	uint32_t x_size, y_size;
	struct quicklook *q = begin(f);

	(void)state;
	assert_non_null(samples);
	for (int i = 0; i < LARGE * 7; i++)
		samples[i] = .5F;
	quicklook_put(q, &all, samples, LARGE);
	assert_int_equal(quicklook_thumbnail(&small[0], q, NULL), 0);
	uint8_t *pixels = pixels_written(q, &x_size, &y_size);
	assert_int_equal(x_size, 700);
	assert_int_equal(y_size, 3);
	for (uint32_t i = 0; i < 700 * 3; i++)
		assert_colour(pixels + 4 * (size_t)i, .5);
	/* The same before and after the file. */
	assert_int_equal(quicklook_thumbnail(&small[1], q, NULL), 0);
	assert_true(small[0].numbers && !small[0].own_range);
	assert_string_equal(small[0].title, "NDVI");
	assert_int_equal(small[0].picture.x_size, 234);
	assert_int_equal(small[0].picture.y_size, 1);
	assert_memory_equal(small[0].picture.pixel, small[1].picture.pixel, 234);
	picture_release(&small[0].picture);
	picture_release(&small[1].picture);
	free(pixels);
	free(samples);
	quicklook_free(q);
	free(f);
}

/* The centre of the upper left pixel, and steps, of level 2 of a rotated grid. */
static void test_world(void **state)
{
	static const double g[6] = {1000.25, 3, 1, 2000.5, .5, -4};
	struct fixture *f = make(MAP_FLOAT32, 5, 5);
	char text[WORLD_FILE_BYTES];
	struct quicklook *q;
	double line[6];
	int n;

	(void)state;
	memcpy(f->scene.files[1].info.geotransform, g, sizeof(g));
	f->facts.level = 2;
	q = begin(f);
	n = quicklook_world_text(q, text);
	assert_int_equal(n, strlen(text));
	assert_int_equal(sscanf(text, "%lf %lf %lf %lf %lf %lf", &line[0], &line[1], &line[2],
				&line[3], &line[4], &line[5]),
			 6);
	assert_true(line[0] == 12 && line[1] == 2 && line[2] == 4 && line[3] == -16);
	assert_true(line[4] == 1000.25 + (12 + 4) / 2. && line[5] == 2000.5 + (2 - 16) / 2.);
	quicklook_free(q);
	f->scene.files[1].info.has_geotransform = false;
	q = begin(f);
	assert_int_equal(quicklook_world_text(q, text), 0);
	quicklook_free(q);
	free(f);
}

static void test_classes(void **state)
{
	static const char *const names[] = {"valid", "no data", "cloud", NULL};
	const uint8_t codes[] = {0, 1, 2, 200, 255, 254};
	const struct window all = {0, 0, 6, 1};
	struct fixture *f = make(MAP_UINT8, 6, 1);
	uint32_t x_size, y_size;
	struct quicklook *q;
	uint8_t *pixels;

	(void)state;
	f->map =
		(struct map_def){.kind = MAP_CLASSES, .type = MAP_UINT8, .scale = 1, .nodata = 255};
	f->facts.value = NULL;
	f->facts.category = names;
	q = begin(f);
	quicklook_put(q, &all, codes, 6);
	pixels = pixels_written(q, &x_size, &y_size);
	for (int i = 0; i < 6; i++)
		assert_int_equal(pixels[4 * i + 3], codes[i] == 255 ? 0 : 255);
	assert_memory_not_equal(pixels, pixels + 4, 4);
	assert_memory_not_equal(pixels + 4, pixels + 8, 4);
	free(pixels);
	quicklook_free(q);
	free(f);
}

static void test_full_disk(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	struct fixture *f = make(MAP_FLOAT32, 30, 30);
	struct quicklook *q = begin(f);
	struct error err = {0};

	(void)state;
	if (!full)
		skip();
	assert_int_equal(quicklook_write(q, fileno(full), &err), -1);
	assert_int_equal(err.code, EX_IOERR);
	assert_non_null(strstr(err.text, "No space left"));
	quicklook_free(q);
	free(f);
	(void)fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),   cmocka_unit_test(test_order),
		cmocka_unit_test(test_legend),  cmocka_unit_test(test_stretch),
		cmocka_unit_test(test_large),   cmocka_unit_test(test_world),
		cmocka_unit_test(test_classes), cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
