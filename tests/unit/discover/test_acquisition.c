/*
 * Which acquisition and processing a scene is, by names; and what the scene list makes of it.
 */
#include "discover/acquisition.h"

#include "bands/names.h"
#include "scene_list_fixture.h"

static struct acquisition known(const char *name, const char *path)
{
	struct acquisition a;

	if (!acquisition_of(&a, name, path))
		fail_msg("%s: not known", path);
	return a;
}

static void unknown(const char *name)
{
	struct acquisition a;

	assert_false(acquisition_of(&a, name, name));
}

#define L "LC08_L2SP_193026_20170805_"

static void test_landsat(void **state)
{
	struct acquisition first = known(L "20201016_02_T1", L "20201016_02_T1_SR_B4.TIF");
	struct acquisition later = known("lc08_l2sp_193026_20170805_20210314_02_t1", "x");
	struct acquisition old = known(L "20220101_01_T1", "x"),
			   real = known(L "20201016_02_RT", "x");

	(void)state;
	assert_string_equal(first.key, later.key);
	assert_string_equal(first.key, old.key);
	assert_true(later.version > first.version);
	assert_true(first.version > old.version); /* of an older collection, whenever made */
	assert_true(first.version > real.version && real.version > 0);
	assert_string_not_equal(first.key,
				known("LC09_L2SP_193026_20170805_20201016_02_T1", "").key);
	assert_string_not_equal(first.key,
				known("LC08_L1TP_193026_20170805_20201016_02_T1", "").key);
	assert_string_not_equal(first.key,
				known("LC08_L2SP_193027_20170805_20201016_02_T1", "").key);
	assert_string_not_equal(first.key,
				known("LC08_L2SP_193026_20170806_20201016_02_T1", "").key);
	assert_string_not_equal(first.key, known(L "20201016_02_T1_north", "").key);
	assert_string_not_equal(known(L "20201016_02_T1_south", "").key,
				known(L "20201016_02_T1_north", "").key);
}

#define IN "/GRANULE/L2A_T37MEU_A024221_20200210T074402/IMG_DATA/R10m/"
#define T  "T37MEU_20200210T073031"

static struct acquisition in_product(const char *product)
{
	char path[256];

	snprintf(path, sizeof(path), "deep/%s.SAFE" IN T "_B04_10m.jp2", product);
	return known(T, path);
}

static void test_sentinel2(void **state)
{
	struct acquisition first =
		in_product("S2A_MSIL2A_20200210T073031_N0214_R049_T37MEU_20200210T130912");
	struct acquisition again =
		in_product("S2A_MSIL2A_20200210T073031_N0214_R049_T37MEU_20200211T000000");
	struct acquisition newer =
		in_product("S2A_MSIL2A_20200210T073031_N0500_R049_T37MEU_20200101T000000");
	char other[] = "x" IN T "_B04_10m.jp2";

	(void)state;
	assert_string_equal(first.key, newer.key);
	assert_string_equal(first.key, again.key);
	assert_true(again.version > first.version);
	assert_true(newer.version > again.version);     /* the baseline counts more than the time */
	memcpy(strstr(other, "T074402"), "T074410", 7); /* the tile's other half: a granule */
	assert_string_not_equal(first.key, known(T, other).key);
	assert_string_not_equal(first.key, known("T37MEU_20200210T073032", "").key);
	assert_string_not_equal(known(T "_L1C", T "_L1C").key, known(T "_L2A", T "_L2A").key);
}

/* A file that has all of the product's name is the same acquisition as one that has the tile's. */
static void test_sentinel2_files(void **state)
{
	const char *whole = "S2A_MSIL2A_20200210T073031_N0214_R049_T37MEU_20200210T130912";

	(void)state;
	assert_string_equal(known(whole, whole).key, known(T "_L2A", T "_L2A").key);
	assert_int_equal(known(whole, whole).version, 21420200210130912u);
	assert_int_equal(known(T, T).version, 0);
	assert_string_not_equal(known(T "_east", "").key, known(T "_west", "").key);
	unknown("scene");
	unknown("");
	unknown("T37MEU_20200210");
	unknown("20200210T073031");
	unknown("SENTINEL2A_20230101-105852-463_L2A_T31TCJ_C_V3-1");
	unknown("HLS.S30.T10SEH.2023245T184919.v2.0");
}

/* Names of any length are refused or cut, never trusted: two long ones are not one by a cut. */
static void test_long_names(void **state)
{
	char one[400], other[400];

	(void)state;
	memset(one, 'x', sizeof(one));
	memcpy(one, T "_", sizeof(T));
	one[sizeof(one) - 1] = '\0';
	unknown(one);
	memcpy(one, L "20201016_02_T1_", sizeof(L "20201016_02_T1_") - 1);
	unknown(one);
	for (size_t n = 50; n < 160; n++) {
		struct acquisition a, b;

		memset(one, 'x', n);
		memcpy(one, L "20201016_02_T1_", sizeof(L "20201016_02_T1_") - 1);
		one[n] = '\0';
		memcpy(other, one, n + 1);
		other[n - 1] = 'y';
		if (acquisition_of(&a, one, one) && acquisition_of(&b, other, other))
			assert_string_not_equal(a.key, b.key);
	}
}

/* --- in the scene list --- */

#define A "d/" L "20201016_02_T1_SR_"
#define B "d/" L "20210314_02_T1_SR_"
#define C "d/" L "20190101_01_T1_SR_"

static void make_three(void)
{
	static const char *const files[] = {A "B4.TIF", A "B5.TIF", B "B4.TIF",      B "B5.TIF",
					    C "B4.TIF", C "B5.TIF", A "QA_PIXEL.TIF"};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		make_tiff(files[i], 8, 1, 16);
}

static void notes_hold(const struct scene_list *list, uint32_t id, const char *part, bool wanted)
{
	struct options options = {.recipe = &recipe_ndvi};
	struct scene scene;
	struct error err;
	bool found = false;

	assert_int_equal(scene_open(&scene, list, id, &options, &err), 0);
	for (unsigned i = 0; i < scene.n_notes; i++)
		found = found || strstr(scene.notes[i], part);
	assert_int_equal(found, wanted);
	scene_release(&scene);
}

static void test_newest(void **state)
{
	struct options options = {.recipe = &recipe_ndvi, .duplicates = DUPLICATES_NEWEST};
	struct scene_list *list;

	(void)state;
	make_three();
	list = SCENE_LIST(&options, "d");
	assert_int_equal(scene_list_count(list), 1);
	check_scene(list, 0, &options, 0, L "20210314_02_T1", "");
	notes_hold(list, 0, "2 older or equal processings", true);
	scene_list_free(list);
	options.shard = (struct shard){.i = 2, .n = 2};
	list = SCENE_LIST(&options, "d");
	assert_int_equal(scene_list_count(list), 0); /* chosen before shards are taken */
	scene_list_free(list);
}

static void test_note_and_fail(void **state)
{
	struct options options = {.recipe = &recipe_ndvi, .duplicates = DUPLICATES_FAIL};
	const char *const args[] = {"d"};
	struct scene_list *list = SCENE_LIST(NULL, "d");
	struct error err;

	(void)state;
	assert_int_equal(scene_list_count(list), 3);
	for (uint32_t i = 0; i < 3; i++)
		notes_hold(list, i, "in the run 3 times", true);
	scene_list_free(list);
	list = SCENE_LIST(NULL, A "B4.TIF", A "B5.TIF");
	notes_hold(list, 0, "in the run", false);
	scene_list_free(list);
	options.n_args = 1;
	options.args = (char **)(uintptr_t)args;
	assert_int_equal(scene_list_new(&list, &options, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
	assert_non_null(strstr(err.text, "same acquisition as d/LC08"));
}

/* Processings that names do not tell stay, also beside one that they tell. */
static void test_not_told(void **state)
{
	struct options options = {.recipe = &recipe_ndvi, .duplicates = DUPLICATES_NEWEST};
	struct scene_list *list;

	(void)state;
	make_tiff("e/one/" T "_L2A.tif", 8, 4, 8);
	make_tiff("e/two/" T "_L2A.tif", 8, 4, 8);
	list = SCENE_LIST(&options, "e");
	assert_int_equal(scene_list_count(list), 2);
	check_scene(list, 0, &options, EX_DATAERR, "one/" T "_L2A", "");
	check_scene(list, 1, &options, EX_DATAERR, "two/" T "_L2A", "");
	scene_list_free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_landsat),         cmocka_unit_test(test_sentinel2),
		cmocka_unit_test(test_sentinel2_files), cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_newest),          cmocka_unit_test(test_note_and_fail),
		cmocka_unit_test(test_not_told),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
