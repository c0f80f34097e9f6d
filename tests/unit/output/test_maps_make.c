/*
 * What -o and its options mean: which maps, how values are stored in them, what does not go
 * together. Scales are written out by hand.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "accum.h"
#include "formula/recipe_make.h"
#include "output/map_classes.h"
#include "output/map_defs.h"
#include "output/maps_make.h"

/* Options with a recipe of these indices. */
static struct options asked(const char *indices, const char *range)
{
	struct options o = {.map.output = "out"};
	struct error err;
	struct recipe *recipe;

	if (*indices)
		o.index.index = (struct text_list){1, {indices}};
	if (*range)
		o.index.range = (struct text_list){1, {range}};
	o.map.bands_output = NULL;
	if (recipe_make(&recipe, &o, &err))
		fail_msg("%s", err.text);
	o.recipe = recipe;
	return o;
}

static void done(struct options *o, struct maps *maps)
{
	maps_free(maps);
	recipe_free((struct recipe *)(uintptr_t)o->recipe);
}

static struct maps *made(const struct options *o)
{
	struct maps *maps;
	struct error err = {0};

	if (maps_make(&maps, o, &err))
		fail_msg("%s", err.text);
	return maps;
}

static void nothing_is_asked_for(void **state)
{
	struct options o = asked("", "");

	(void)state;
	o.map.output = NULL;
	assert_null(made(&o));
	done(&o, NULL);
}

static void defaults(void **state)
{
	struct options o = asked("", "");
	struct maps *maps = made(&o);

	(void)state;
	assert_string_equal(maps->folder, "out");
	assert_string_equal(maps->spool_folder, "out");
	assert_string_equal(maps->name, "{scene}_{index}.tif");
	assert_true(maps->files && maps->sync && !maps->overwrite && !maps->picture.wanted);
	assert_int_equal(maps->n, 1);
	assert_int_equal(maps->map[0].kind, MAP_VALUE);
	assert_string_equal(maps->map[0].name, "ndvi");
	assert_int_equal(maps->map[0].type, MAP_INT16);
	assert_true(maps->map[0].scale == 0.0001 && maps->map[0].offset == 0);
	assert_true(maps->map[0].nodata == -32768);
	assert_int_equal(maps->format.container, CONTAINER_COG);
	assert_int_equal(maps->format.codec, MAP_DEFLATE);
	assert_int_equal(maps->format.level, 1);
	done(&o, maps);
}

static void steps_of_16_bits(void **state)
{
	static const struct {
		double lo, hi, step;
	} cases[] = {
		{-1, 1, 1e-4},          {0, 3.2767, 1e-4}, {-3.2767, 0, 1e-4},  {0, 3.2768, 2e-4},
		{-1, 6.5534, 2e-4},     {-1, 6.6, 5e-4},   {-16.3835, 1, 5e-4}, {-20, 1, 1e-3},
		{0, 100, 5e-3},         {0, 65534, 2},     {0, 65535, 5},       {0, 1e-9, 1e-4},
		{-0x1p40, 0x1p40, 5e7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (map_int16_scale(cases[i].lo, cases[i].hi) != cases[i].step)
			fail_msg("%g to %g: %.17g", cases[i].lo, cases[i].hi,
				 map_int16_scale(cases[i].lo, cases[i].hi));
}

/* int16 where the range of an index is known; reals where it is a guess. */
static void types_by_index(void **state)
{
	struct options o = asked("ndvi,evi,dvi", "");
	struct maps *maps = made(&o);

	(void)state;
	assert_int_equal(maps->map[0].type, MAP_INT16);
	assert_int_equal(maps->map[1].type, MAP_INT16);
	assert_int_equal(maps->map[2].type, MAP_FLOAT32);
	assert_true(isnan(maps->map[2].nodata) && maps->map[2].scale == 1);
	assert_int_equal(maps->format.level, 1);
	assert_int_equal(maps->format.predictor, 3);
	done(&o, maps);
	o = asked("dvi", "DVI=0,10000");
	maps = made(&o);
	assert_int_equal(maps->map[0].type, MAP_INT16);
	assert_true(maps->map[0].scale == 0.5);
	done(&o, maps);
}

static void types_that_are_asked_for(void **state)
{
	struct options o = asked("ndvi,dvi", "dvi=-50,200");
	struct maps *maps;

	(void)state;
	o.map.type = "uint8";
	maps = made(&o);
	assert_true(maps->map[0].scale == 0.008 && maps->map[0].offset == -1);
	assert_true(maps->map[0].nodata == 255);
	assert_true(maps->map[1].scale == 1 && maps->map[1].offset == -50);
	maps_free(maps);
	o.map.type = "float32";
	o.map.nodata = "-9999.1";
	maps = made(&o);
	assert_int_equal(maps->map[0].type, MAP_FLOAT32);
	assert_true(maps->map[0].nodata == (double)-9999.1F);
	maps_free(maps);
	o.map.type = "int16";
	o.map.nodata = "0";
	maps = made(&o);
	assert_true(maps->map[0].nodata == 0 && maps->map[0].scale == 0.0001);
	done(&o, maps);
}

static void classes_and_bands(void **state)
{
	struct options o = {.map = {.output = "out/",
				    .mask_output = "why",
				    .bands_output = "blue,#7,nir",
				    .nodata = "-1",
				    .no_sync = true,
				    .overwrite = true,
				    .spool_folder = "/tmp"}};
	struct recipe *recipe;
	struct error err;
	struct maps *maps;

	(void)state;
	assert_int_equal(recipe_make(&recipe, &o, &err), 0);
	o.recipe = recipe;
	assert_int_equal(recipe->n_bands, 4); /* blue, red, nir, #7 */
	assert_int_equal(recipe->kept, 1 | 4 | 8);
	assert_string_equal(recipe->asked[RECIPE_BANDS_OUTPUT], "blue,nir,#7");
	assert_int_equal(recipe->value[0].reads, 2 | 4);
	maps = made(&o);
	assert_string_equal(maps->folder, "out");
	assert_string_equal(maps->spool_folder, "/tmp");
	assert_true(!maps->sync && maps->overwrite);
	assert_int_equal(maps->n, 5);
	assert_int_equal(maps->map[1].kind, MAP_CLASSES);
	assert_string_equal(maps->map[1].name, "why");
	assert_int_equal(maps->map[1].type, MAP_UINT8);
	assert_true(maps->map[1].nodata == 255 && maps->map[1].scale == 1);
	assert_int_equal(maps->map[2].kind, MAP_BAND);
	assert_int_equal(maps->map[2].item, 0);
	assert_string_equal(maps->map[2].name, "blue");
	assert_int_equal(maps->map[2].type, MAP_FLOAT32);
	assert_true(maps->map[2].nodata == -1);
	assert_int_equal(maps->map[3].item, 2);
	assert_string_equal(maps->map[4].name, "band7");
	maps_free(maps);
	o.map.type = "int16";
	maps = made(&o);
	assert_true(maps->map[2].scale == 0.0001);
	maps_free(maps);
	o.raw = true;
	maps = made(&o);
	assert_true(maps->map[2].scale == 5); /* up to 65535 */
	done(&o, maps);
}

static void pictures(void **state)
{
	struct options o = asked("", "");
	struct maps *maps;

	(void)state;
	o.map.pictures = true;
	o.map.stretch = "2,98.5";
	maps = made(&o);
	assert_true(maps->picture.wanted && maps->picture.stretched);
	assert_true(maps->picture.low == 2 && maps->picture.high == 98.5);
	assert_string_equal(maps->picture.name, "{scene}_{index}.png");
	maps_free(maps);
	o.map.name = "{index}.TIFF";
	maps = made(&o);
	assert_string_equal(maps->picture.name, "{index}.png");
	maps_free(maps);
	o.map.name = NULL;
	o.map.quicklook = "{scene}.png";
	o.map.contact_sheet = "all.png";
	o.map.format = "none";
	maps = made(&o);
	assert_false(maps->files);
	assert_string_equal(maps->picture.name, "{scene}.png");
	assert_string_equal(maps->picture.contact_sheet, "all.png");
	done(&o, maps);
}

/* Each class of pixels and each reason has a code of its own, with a name. */
static void codes_of_classes(void **state)
{
	bool seen[N_CLASS_CODES] = {false};
	unsigned n = 0;

	(void)state;
	for (unsigned c = 0; c < N_PIXEL_CLASSES; c++)
		for (unsigned r = 0; r < (c == PIXEL_MASKED ? N_MASK_REASONS : 1); r++) {
			uint8_t code = map_class_code((enum pixel_class)c, (enum mask_reason)r);

			assert_true(code < N_CLASS_CODES && !seen[code]);
			seen[code] = true;
			n++;
		}
	assert_int_equal(n, N_CLASS_CODES);
	for (n = 0; map_class_names[n]; n++)
		assert_true(*map_class_names[n]);
	assert_int_equal(n, N_CLASS_CODES);
	/* They are in files. */
	assert_int_equal(map_class_code(PIXEL_VALID, 0), 0);
	assert_int_equal(map_class_code(PIXEL_MASKED, REASON_CLOUD), 1);
	assert_int_equal(map_class_code(PIXEL_MASKED, REASON_RANGE), 9);
	assert_int_equal(map_class_code(PIXEL_NODATA, 0), 10);
	assert_int_equal(map_class_code(PIXEL_DIV0, 0), 12);
}

/* Tiles of 512: 10980 is 22, 5490 is 11, 2745 is 6, 1373 is 3, 687 is 2, 344 is 1. */
static void sizes(void **state)
{
	struct map_format f = {.codec = MAP_NONE, .tile = 512, .overviews = true};
	const struct map_def map = {.type = MAP_INT16};
	const uint64_t tile = 512 * 512 * 2 + 20, n = 484 + 121 + 36 + 9 + 4 + 1;

	(void)state;
	assert_int_equal(map_bytes_most(&f, &map, 10980, 10980), n * tile + 8192);
	f.overviews = false;
	assert_int_equal(map_bytes_most(&f, &map, 10980, 10980), 484 * tile + 8192);
	assert_int_equal(map_bytes_most(&f, &map, 1, 1), tile + 8192);
	f.overviews = true;
	assert_true(map_bytes_most(&f, &map, UINT32_MAX, UINT32_MAX) > 1ull << 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_asked_for),
		cmocka_unit_test(defaults),
		cmocka_unit_test(steps_of_16_bits),
		cmocka_unit_test(types_by_index),
		cmocka_unit_test(types_that_are_asked_for),
		cmocka_unit_test(classes_and_bands),
		cmocka_unit_test(pictures),
		cmocka_unit_test(codes_of_classes),
		cmocka_unit_test(sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
