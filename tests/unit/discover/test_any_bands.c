/*
 * Scenes of any bands: which files and which bands of a stack are what a recipe asks for, what is
 * missing then, and on which grid they lie. Names are made up; everything lives in a temporary
 * directory. Band numbers are those of the operators' tables.
 */
#include "scene_list_fixture.h"

#include "bands/names.h"

/* Bands by the words that users write, and values by the bands that they read. */
static struct recipe recipe_of(const char *const *words, const uint16_t *reads, unsigned n_values)
{
	struct recipe recipe = {.n_values = n_values};
	struct error err;

	for (; words[recipe.n_bands]; recipe.n_bands++)
		assert_int_equal(band_wish_parse(words[recipe.n_bands],
						 strlen(words[recipe.n_bands]),
						 &recipe.band[recipe.n_bands], &err),
				 0);
	for (unsigned v = 0; v < n_values; v++) {
		snprintf(recipe.value[v].name, sizeof(recipe.value[v].name), "value%u", v);
		recipe.value[v].reads = reads[v];
	}
	return recipe;
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define READS(...)                         \
	((const uint16_t[]){__VA_ARGS__}), \
		sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t)

static void make_files(const char *folder, uint32_t size, const char *const *names)
{
	char path[256];

	for (; *names; names++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *names);
		make_tiff(path, size, 1, 16);
	}
}

static bool noted(const struct scene *scene, const char *words)
{
	for (unsigned i = 0; i < scene->n_notes; i++)
		if (strstr(scene->notes[i], words))
			return true;
	return false;
}

/* The only scene of a folder. */
static void open_only(struct scene *scene, const struct options *options, const char *folder)
{
	struct scene_list *scene_list = SCENE_LIST(options, folder);
	struct error err = {0};

	assert_int_equal(scene_list_count(scene_list), 1);
	if (scene_open(scene, scene_list, 0, options, &err))
		fail_msg("%s", err.text);
	scene_list_free(scene_list);
}

static void fail_only(const struct options *options, const char *folder, const char *why)
{
	struct scene_list *scene_list = SCENE_LIST(options, folder);
	struct scene scene;
	struct error err = {0};

	assert_int_equal(scene_list_count(scene_list), 1);
	assert_int_equal(scene_open(&scene, scene_list, 0, options, &err), -1);
	if (!strstr(err.text, why))
		fail_msg("'%s' does not hold '%s'", err.text, why);
	scene_release(&scene);
	scene_list_free(scene_list);
}

static void check_file(const struct scene *scene, unsigned slot, const char *part, uint32_t ratio)
{
	assert_true(scene->has_band[slot]);
	assert_non_null(strstr(scene->band[slot].path, part));
	assert_int_equal(scene->band[slot].ratio, ratio);
}

#define S2 "T32TMT_20200101T101010_"

static void make_safe(void)
{
	make_files("safe/R10m", 12,
		   WORDS(S2 "B02_10m.tif", S2 "B03_10m.tif", S2 "B04_10m.tif", S2 "B08_10m.tif"));
	make_files("safe/R20m", 6,
		   WORDS(S2 "B02_20m.tif", S2 "B03_20m.tif", S2 "B04_20m.tif", S2 "B8A_20m.tif",
			 S2 "B11_20m.tif", S2 "B12_20m.tif"));
	make_files("safe/R60m", 2, WORDS(S2 "B01_60m.tif", S2 "B04_60m.tif", S2 "B8A_60m.tif"));
}

/* Of each band the finest file, on the grid of the finest that is used. */
static void test_mixed_resolutions(void **state)
{
	struct recipe recipe = recipe_of(WORDS("red", "nir", "swir16", "coastal"), READS(3, 6, 12));
	struct options options = {.recipe = &recipe};
	struct scene scene;

	(void)state;
	make_safe();
	open_only(&scene, &options, "safe");
	check_file(&scene, 0, "B04_10m", 1);
	check_file(&scene, 1, "B08_10m", 1);
	check_file(&scene, 2, "B11_20m", 2);
	check_file(&scene, 3, "B01_60m", 6);
	assert_int_equal(scene.x_size, 12);
	assert_int_equal(scene.missing, 0);
	assert_int_equal(scene.n_files, 4);
	assert_true(noted(&scene, "swir16 is coarser: each pixel stands for 2 x 2"));
	assert_string_equal(scene.band[2].code, "11");
	scene_release(&scene);
	/* What no value reads sets no grid. */
	recipe.value[0].reads = 4;
	recipe.value[1].reads = 4;
	recipe.value[2].reads = 4;
	open_only(&scene, &options, "safe");
	assert_int_equal(scene.n_files, 1);
	assert_false(scene.has_band[0]);
	check_file(&scene, 2, "B11_20m", 1);
	assert_int_equal(scene.x_size, 6);
	scene_release(&scene);
}

/* The coarsest grid: finer bands are averaged. */
static void test_coarse_grid(void **state)
{
	struct recipe recipe = recipe_of(WORDS("red", "nir", "swir16"), READS(7));
	struct options options = {.recipe = &recipe, .grid = GRID_COARSE};
	struct scene scene;

	(void)state;
	make_safe();
	open_only(&scene, &options, "safe");
	assert_int_equal(scene.x_size, 6);
	assert_int_equal(scene.band[0].finer, 2);
	assert_int_equal(scene.band[0].ratio, 1);
	assert_int_equal(scene.band[2].finer, 0);
	assert_true(noted(&scene, "red and nir are finer: 2 x 2 pixels are averaged"));
	scene_release(&scene);
}

/* Without B08, red and narrow NIR of one folder, as ever; asked for by number, what is asked for.
 */
static void test_narrow_nir(void **state)
{
	struct options options = {.recipe = &recipe_ndvi};
	struct recipe coded = recipe_of(WORDS("red", "B8A"), READS(3));
	struct recipe both = recipe_of(WORDS("red", "nir", "nir08"), READS(7));
	struct scene scene;

	(void)state;
	make_files("narrow/R10m", 12, WORDS(S2 "B04_10m.tif"));
	make_files("narrow/R20m", 6, WORDS(S2 "B04_20m.tif", S2 "B8A_20m.tif"));
	open_only(&scene, &options, "narrow");
	check_file(&scene, 0, "B04_20m", 1);
	check_file(&scene, 1, "B8A_20m", 1);
	scene_release(&scene);
	make_safe();
	options.recipe = &coded;
	open_only(&scene, &options, "safe");
	check_file(&scene, 0, "B04_10m", 1);
	check_file(&scene, 1, "B8A_20m", 2);
	assert_string_equal(scene.band[1].name, "B8A");
	scene_release(&scene);
	options.recipe = &both;
	open_only(&scene, &options, "safe");
	check_file(&scene, 1, "B08_10m", 1);
	check_file(&scene, 2, "B8A_20m", 2);
	assert_false(noted(&scene, "stands in"));
	scene_release(&scene);
}

#define L8 "LC08_L2SP_008059_20191201_20200825_02_T1_SR_"

/* Blue is there, but who reads it lacks another band: it is not opened, and not said to lack. */
static void check_unread(const struct options *options, const char *folder)
{
	struct scene scene;
	char why[200];

	open_only(&scene, options, folder);
	assert_int_equal(scene.missing, 2);
	assert_false(scene.has_band[2]);
	assert_int_equal(scene.unread, 4);
	assert_true(scene_missing_reason(&scene, options->recipe, 1, why, sizeof(why)) > 0);
	assert_string_equal(why, "needs rededge071, which this scene does not have");
	scene_release(&scene);
}

static void test_missing_bands(void **state)
{
	struct recipe recipe = recipe_of(WORDS("nir", "swir22", "blue", "red", "green", "swir16"),
					 READS(9, 33, 2 | 4, 28));
	struct recipe unread = recipe_of(WORDS("red", "nir", "blue", "rededge071"), READS(3, 12));
	struct options options = {.recipe = &recipe};
	char why[200];
	struct scene scene;

	(void)state;
	make_files("l8any", 8,
		   WORDS(L8 "B2.TIF", L8 "B3.TIF", L8 "B4.TIF", L8 "B5.TIF", L8 "B6.TIF"));
	open_only(&scene, &options, "l8any");
	check_file(&scene, 0, "_B5", 1);
	check_file(&scene, 5, "_B6", 1);
	assert_false(scene.has_band[1]);
	assert_int_equal(scene.missing, 4);
	for (unsigned slot = 0; slot < 6; slot++)
		assert_true(slot == 1 || scene.band[slot].scale == 0.0000275);
	assert_int_equal(scene_missing_reason(&scene, &recipe, 0, why, sizeof(why)), 0);
	assert_true(scene_missing_reason(&scene, &recipe, 2, why, sizeof(why)) > 0);
	assert_string_equal(why, "needs swir22, which this scene does not have");
	scene_release(&scene);
	options.on_missing = MISSING_SKIP_SCENE;
	fail_only(&options, "l8any", "value2 needs swir22");
	options.on_missing = MISSING_NULL;
	options.recipe = &unread;
	check_unread(&options, "l8any");
	make_tiff("l8stack/" L8 "stack.tif", 8, 11, 16);
	check_unread(&options, "l8stack");
	options.recipe = &recipe;
	options.on_missing = MISSING_NULL;
	recipe.n_values = 1;
	recipe.value[0].reads = 2 | 1;
	fail_only(&options, "l8any", "needs swir22 (band 7), which this scene does not have");
}

static void test_hls_numbers(void **state)
{
	struct recipe recipe = recipe_of(WORDS("nir", "nir08", "swir16", "B12"), READS(15));
	struct options options = {.recipe = &recipe};
	struct scene scene;

	(void)state;
	make_files("hlsany", 8,
		   WORDS("HLS.S30.T13RCN.2024128T173909.v2.0.B08.tif",
			 "HLS.S30.T13RCN.2024128T173909.v2.0.B8A.tif",
			 "HLS.S30.T13RCN.2024128T173909.v2.0.B11.tif",
			 "HLS.S30.T13RCN.2024128T173909.v2.0.B12.tif"));
	open_only(&scene, &options, "hlsany");
	check_file(&scene, 0, "B8A", 1);
	check_file(&scene, 1, "B8A", 1);
	assert_int_equal(scene.band[0].file, scene.band[1].file);
	check_file(&scene, 2, "B11", 1);
	check_file(&scene, 3, "B12", 1);
	assert_int_equal(scene.n_files, 3);
	scene_release(&scene);
}

/* L30's bands 10 and 11 are temperatures: their scale is not that of reflectance (0.0001). */
static void test_thermal_bands(void **state)
{
	struct recipe recipe = recipe_of(WORDS("red", "nir", "B10", "lwir12"), READS(3, 5, 8));
	struct options options = {.recipe = &recipe};
	struct scene scene;

	(void)state;
	make_files("hlsthermal", 8,
		   WORDS("HLS.L30.T13RCN.2024128T173909.v2.0.B04.tif",
			 "HLS.L30.T13RCN.2024128T173909.v2.0.B05.tif",
			 "HLS.L30.T13RCN.2024128T173909.v2.0.B10.tif",
			 "HLS.L30.T13RCN.2024128T173909.v2.0.B11.tif"));
	open_only(&scene, &options, "hlsthermal");
	for (unsigned slot = 0; slot < 4; slot++)
		assert_true(scene.band[slot].scale == (slot < 2 ? 0.0001 : 1));
	assert_true(noted(&scene, "B10 is a thermal band"));
	assert_true(noted(&scene, "lwir12 is a thermal band"));
	assert_true(scene.has_reflectance);
	scene_release(&scene);
}

static void check_stack(const struct options *options, const char *folder, const uint32_t *index)
{
	struct scene scene;

	open_only(&scene, options, folder);
	for (unsigned i = 0; i < options->recipe->n_bands; i++)
		assert_int_equal(scene.has_band[i] ? scene.band[i].index : 0, index[i]);
	scene_release(&scene);
}

#define INDICES(...) ((const uint32_t[]){__VA_ARGS__})

static void test_known_stack(void **state)
{
	struct recipe recipe = recipe_of(WORDS("nir", "red", "rededge071", "green", "green05",
					       "yellow", "coastal", "#2", "B5", "swir16"),
					 READS(0x1ff, 0x200));
	struct options options = {.recipe = &recipe};

	(void)state;
	make_tiff("planet8/20220101_101010_11_2489_3B_AnalyticMS_SR_8b.tif", 8, 8, 16);
	check_stack(&options, "planet8", INDICES(8, 6, 7, 4, 3, 5, 1, 2, 5, 0));
}

/* A number may be the product's band or a place: where both can be, nobody guesses. */
static void test_numbers_in_stacks(void **state)
{
	struct recipe recipe = recipe_of(WORDS("B5", "#3"), READS(3));
	struct recipe narrow = recipe_of(WORDS("B8A", "b11"), READS(3));
	struct options options = {.recipe = &recipe};

	(void)state;
	make_tiff("unknown6/stack.tif", 8, 6, 16);
	check_stack(&options, "unknown6", INDICES(5, 3));
	make_tiff("s2ten/S2A_MSIL2A_20200101.tif", 8, 10, 16);
	fail_only(&options, "s2ten", "#5");
	options.recipe = &narrow;
	make_tiff("s2thirteen/S2A_MSIL2A_20200101.tif", 8, 13, 16);
	check_stack(&options, "s2thirteen", INDICES(9, 12));
	options.recipe = &recipe;
	check_stack(&options, "s2thirteen", INDICES(5, 3));
}

static void test_stand_in(void **state)
{
	struct recipe recipe = recipe_of(WORDS("red", "nir", "nir08"), READS(3, 5));
	struct options options = {.recipe = &recipe};
	struct scene scene;

	(void)state;
	make_files("stand", 8, WORDS("x_red.tif", "x_nir08.tif"));
	open_only(&scene, &options, "stand");
	check_file(&scene, 1, "nir08", 1);
	check_file(&scene, 2, "nir08", 1);
	assert_int_equal(scene.n_files, 2);
	assert_true(noted(&scene, "nir is not there; nir08 stands in for it"));
	assert_int_equal(scene.n_notes, 1);
	scene_release(&scene);
	make_files("stand2", 8, WORDS("x_red.tif", "x_nir.tif", "x_nir08.tif"));
	open_only(&scene, &options, "stand2");
	assert_int_equal(scene.n_files, 3);
	assert_int_equal(scene.n_notes, 0);
	scene_release(&scene);
}

static void test_three_patterns(void **state)
{
	struct recipe recipe = recipe_of(WORDS("red", "nir", "swir16"), READS(3, 6));
	struct options options = {.recipe = &recipe,
				  .n_bands = 3,
				  .bands = {{.name = "N", .pattern = "*-b.tif"},
					    {.name = "swir16", .pattern = "*-c.tif"},
					    {.name = "red", .pattern = "*-a.tif"}}};
	struct scene_list *scene_list;
	struct scene scene;
	struct error err;

	(void)state;
	make_files("three", 8,
		   WORDS("p-a.tif", "p-b.tif", "p-c.tif", "q-a.tif", "q-b.tif", "r-c.tif"));
	scene_list = SCENE_LIST(&options, "three");
	assert_int_equal(scene_list_count(scene_list), 3);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	check_file(&scene, 0, "p-a", 1);
	check_file(&scene, 1, "p-b", 1);
	check_file(&scene, 2, "p-c", 1);
	scene_release(&scene);
	assert_int_equal(scene_open(&scene, scene_list, 1, &options, &err), 0);
	assert_int_equal(scene.missing, 2);
	scene_release(&scene);
	assert_int_equal(scene_open(&scene, scene_list, 2, &options, &err), -1);
	scene_release(&scene);
	scene_list_free(scene_list);
	/* One band by a pattern, the others by their names. */
	make_safe();
	options.n_bands = 1;
	options.bands[0].pattern = "*_B8A_*.tif";
	open_only(&scene, &options, "safe");
	check_file(&scene, 0, "B04_10m", 1);
	check_file(&scene, 1, "B8A_20m", 2);
	check_file(&scene, 2, "B11_20m", 2);
	scene_release(&scene);
}

/* Numbers for some bands of a stack; the others are found without. */
static void test_some_numbers(void **state)
{
	struct recipe recipe = recipe_of(WORDS("red", "nir", "yellow"), READS(7));
	struct options options = {
		.recipe = &recipe, .n_bands = 1, .bands = {{.name = "Y", .index = 2}}};

	(void)state;
	make_tiff("planet4/20220101_101010_1001_3B_AnalyticMS.tif", 8, 4, 16);
	check_stack(&options, "planet4", INDICES(3, 4, 2));
	options.bands[0].index = 9;
	fail_only(&options, "planet4", "asks for band 9 as yellow");
}

static void test_names_of_bands(void **state)
{
	struct options options = {
		.recipe = &recipe_ndvi,
		.n_bands = 2,
		.bands = {{.name = "red", .index = 1}, {.name = "R", .index = 2}}};
	struct scene_list *scene_list;
	struct error err = {0};

	(void)state;
	assert_int_equal(scene_list_new(&scene_list, &options, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	assert_non_null(strstr(err.text, "same band"));
	strcpy(options.bands[1].name, "blau");
	assert_int_equal(scene_list_new(&scene_list, &options, &err), -1);
	assert_int_equal(err.code, EX_USAGE);
	assert_non_null(strstr(err.text, "blau"));
}

/* Where no scale is known, an index with constants of reflectance is refused, others are not. */
static void test_reflectance(void **state)
{
	struct recipe recipe = recipe_of(WORDS("red", "nir"), READS(3, 3));
	struct options options = {.recipe = &recipe};
	char why[300];
	struct scene scene;

	(void)state;
	recipe.value[1].kind = VALUE_REFLECTANCE;
	make_files("plain", 8, WORDS("x_red.tif", "x_nir.tif"));
	open_only(&scene, &options, "plain");
	assert_false(scene.has_reflectance);
	assert_int_equal(scene.missing, 2);
	assert_true(scene_missing_reason(&scene, &recipe, 1, why, sizeof(why)) > 0);
	assert_non_null(strstr(why, "--scale"));
	assert_non_null(strstr(why, "--assume-reflectance"));
	scene_release(&scene);
	options.assume_reflectance = true; /* of whole numbers it cannot be */
	open_only(&scene, &options, "plain");
	assert_false(scene.has_reflectance);
	assert_int_equal(scene.missing, 2);
	assert_non_null(strstr(scene.notes[scene.n_notes - 1], "whole numbers"));
	scene_release(&scene);
	options.assume_reflectance = false;
	options.has_scale = true;
	options.scale = 0.0001;
	open_only(&scene, &options, "plain");
	assert_int_equal(scene.missing, 0);
	scene_release(&scene);
	options.has_scale = false;
	make_files("c2", 8, WORDS(L8 "B4.TIF", L8 "B5.TIF"));
	open_only(&scene, &options, "c2");
	assert_true(scene.has_reflectance);
	scene_release(&scene);
	options.raw = true;
	open_only(&scene, &options, "c2");
	assert_false(scene.has_reflectance);
	scene_release(&scene);
	options.raw = false;
	recipe.n_values = 1;
	recipe.value[0].kind = VALUE_REFLECTANCE;
	fail_only(&options, "plain", "--scale");
}

/* A word that is no band of the recipe leaves a file what it was. */
static void test_words_by_recipe(void **state)
{
	struct recipe recipe = recipe_of(WORDS("green", "blue"), READS(3));
	struct options options = {.recipe = &recipe};
	struct scene_list *scene_list;
	struct scene scene;

	(void)state;
	make_files("words", 8, WORDS("x_green.tif", "x_blue.tif", "x_red.tif"));
	open_only(&scene, &options, "words");
	check_file(&scene, 0, "x_green", 1);
	check_file(&scene, 1, "x_blue", 1);
	scene_release(&scene);
	options.recipe = &recipe_ndvi;
	make_files("words", 8, WORDS("x_nir.tif"));
	open_only(&scene, &options, "words");
	check_file(&scene, 0, "x_red", 1);
	scene_release(&scene);
	make_files("clash", 8, WORDS("x_green.tif", "x_B03.tif", "x_blue.tif"));
	options.recipe = &recipe;
	scene_list = SCENE_LIST(&options, "clash");
	check_scene(scene_list, 0, &options, EX_DATAERR, "x", "same band");
	scene_list_free(scene_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mixed_resolutions), cmocka_unit_test(test_coarse_grid),
		cmocka_unit_test(test_narrow_nir),        cmocka_unit_test(test_missing_bands),
		cmocka_unit_test(test_hls_numbers),       cmocka_unit_test(test_thermal_bands),
		cmocka_unit_test(test_known_stack),       cmocka_unit_test(test_numbers_in_stacks),
		cmocka_unit_test(test_stand_in),          cmocka_unit_test(test_three_patterns),
		cmocka_unit_test(test_some_numbers),      cmocka_unit_test(test_names_of_bands),
		cmocka_unit_test(test_reflectance),       cmocka_unit_test(test_words_by_recipe),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
