/*
 * From rules of --mask to quality bands and tests of a scene: files of grouping, files beside the
 * bands and in the products' own folders, what is refused, and alpha bands.
 */
#include "scene_list_fixture.h"

#include "masks/layouts.h"
#include "masks/masks.h"

enum { RED, NIR };

/* Options with these rules; free them with rules_free(). */
#define RULES(...) ((struct options){.recipe = &recipe_ndvi, .masks = MASKS(__VA_ARGS__)})

static void rules_free(struct options *options)
{
	masks_free((struct masks *)(uintptr_t)options->masks);
	options->masks = NULL;
}

/* One scene of one argument; the caller releases it. */
static struct scene open_one(const char *path, const struct options *options)
{
	const char *const args[] = {path};
	struct scene_list *scene_list = open_scene_list(options, 1, args);
	struct scene scene;
	struct error err;

	assert_int_equal(scene_list_count(scene_list), 1);
	if (scene_open(&scene, scene_list, 0, options, &err))
		fail_msg("%s", err.text);
	scene_list_free(scene_list);
	return scene;
}

static void check_refused(const char *path, struct options options, const char *const *parts)
{
	const char *const args[] = {path};
	struct scene_list *scene_list = open_scene_list(&options, 1, args);
	struct scene scene;
	struct error err;

	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
	for (; *parts; parts++)
		if (!strstr(err.text, *parts))
			fail_msg("\"%s\" is not in \"%s\"", *parts, err.text);
	scene_release(&scene);
	scene_list_free(scene_list);
	rules_free(&options);
}

#define REFUSED(path, options, ...) \
	check_refused(path, options, (const char *const[]){__VA_ARGS__, NULL})

static bool has_note(const struct scene *scene, const char *part)
{
	for (unsigned i = 0; i < scene->n_notes; i++)
		if (strstr(scene->notes[i], part))
			return true;
	return false;
}

static unsigned n_quality(const struct scene *scene)
{
	unsigned n = 0;

	for (unsigned slot = SCENE_QA; slot < SCENE_MAX_BANDS; slot++)
		n += scene->has_band[slot];
	return n;
}

/* A SAFE product, its quality files in QI_DATA; three bands in the classification. */
#define SAFE    "S2A_MSIL2A_20200101T101010_N0400_R022_T32TMT_20200101T121212.SAFE"
#define GRANULE SAFE "/GRANULE/L2A_T32TMT_A1_20200101T101010"

static void make_safe(void)
{
	static const char stem[] = "T32TMT_20200101T101010";
	static const struct {
		const char *folder, *band;
		uint32_t size;
	} files[] = {{"R10m", "B04_10m", 12}, {"R10m", "B08_10m", 12}, {"R20m", "B04_20m", 6},
		     {"R20m", "B8A_20m", 6},  {"R20m", "SCL_20m", 6},  {"R60m", "SCL_60m", 2}};
	char path[256];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), GRANULE "/IMG_DATA/%s/%s_%s.tif", files[i].folder,
			 stem, files[i].band);
		make_tiff(path, files[i].size, 1, i < 4 ? 16 : 8);
	}
	make_tiff(GRANULE "/QI_DATA/MSK_CLDPRB_20m.tif", 6, 1, 8);
	make_tiff(GRANULE "/QI_DATA/MSK_CLDPRB_60m.tif", 2, 1, 8);
	make_tiff(GRANULE "/QI_DATA/MSK_SNWPRB_20m.tif", 6, 1, 8);
	make_tiff(GRANULE "/QI_DATA/MSK_CLASSI_B00.tif", 2, 3, 8);
}

static void test_safe(void **state)
{
	struct options options = RULES("scl", "cldprb:66", "scl:land", "SNWPRB<20");
	struct scene scene;

	(void)state;
	make_safe();
	scene = open_one(SAFE, &options);
	assert_int_equal(n_quality(&scene), 3);
	assert_string_equal(scene.band[SCENE_QA].name, "scl");
	assert_non_null(strstr(scene.band[SCENE_QA].path, "SCL_20m"));
	assert_int_equal(scene.band[SCENE_QA].ratio, 2);
	assert_non_null(strstr(scene.band[SCENE_QA + 1].path, "QI_DATA/MSK_CLDPRB_20m"));
	assert_non_null(strstr(scene.band[SCENE_QA + 2].path, "QI_DATA/MSK_SNWPRB_20m"));
	assert_int_equal(scene.masks.n_rules, 4);
	assert_int_equal(scene.masks.n_tests, 4);
	for (unsigned i = 0; i < 4; i++) {
		static const unsigned slots[] = {0, 1, 0, 2};

		assert_int_equal(scene.masks.test[i].rule, i);
		assert_int_equal(scene.masks.test[i].slot, SCENE_QA + slots[i]);
		assert_true(scene.masks.test[i].n > 0);
	}
	assert_string_equal(scene.masks.rule[0].layout, "scl");
	assert_string_equal(scene.masks.rule[1].layout, "cldprb");
	assert_string_equal(scene.masks.rule[3].layout, "");
	assert_non_null(strstr(scene.masks.rule[1].source, "product's folder"));
	scene_release(&scene);
	/* The folder of one resolution alone: what is beside it is found. */
	scene = open_one(GRANULE "/IMG_DATA/R10m", &options);
	assert_int_equal(n_quality(&scene), 3);
	assert_non_null(strstr(scene.band[SCENE_QA].path, "SCL_20m"));
	scene_release(&scene);
	rules_free(&options);
	options = RULES("auto");
	scene = open_one(SAFE, &options);
	assert_string_equal(scene.masks.rule[0].layout, "scl");
	scene_release(&scene);
	rules_free(&options);
	options = RULES("msk-classi+snow");
	scene = open_one(SAFE, &options);
	assert_int_equal(scene.masks.n_tests, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(scene.band[scene.masks.test[i].slot].index, i + 1);
	assert_string_not_equal(scene.band[SCENE_QA].name, scene.band[SCENE_QA + 1].name);
	assert_int_equal(scene.n_files, 3);
	scene_release(&scene);
	rules_free(&options);
	REFUSED(SAFE, RULES("landsat-c2"), "*QA_PIXEL*", "seen: ", "SCL_20m.tif", "MSK_CLDPRB_20m",
		"try --mask scl or");
	REFUSED(SAFE, RULES("B77=1"), "*B77*", "seen: ");
}

/* Of files that are named alone, what lies beside them counts; a pipe or hidden file never. */
static void test_beside(void **state)
{
	static const char id[] = "LC08_L2SP_008059_20191201_20200825_02_T1";
	static const char *const bands[] = {"SR_B4", "SR_B5", "QA_PIXEL", "QA_RADSAT",
					    "SR_QA_AEROSOL"};
	struct options options = RULES("auto+radsat");
	struct scene_list *scene_list;
	char path[3][128];
	struct scene scene;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		snprintf(path[i < 3 ? i : 2], sizeof(path[0]), "l8/%s_%s.TIF", id, bands[i]);
		make_tiff(path[i < 3 ? i : 2], 8, 1, 16);
	}
	scene_list = SCENE_LIST(&options, path[0], path[1]);
	assert_int_equal(scene_list_count(scene_list), 1);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_string_equal(scene.masks.rule[0].layout, "landsat-c2");
	assert_int_equal(scene.masks.n_tests, 2);
	assert_string_equal(scene.band[SCENE_QA].name, "qa_pixel");
	assert_string_equal(scene.band[SCENE_QA + 1].name, "qa_radsat");
	assert_non_null(strstr(scene.band[SCENE_QA].source, "beside the bands"));
	/* The bits of the bands that are read: 4 and 5, from 0. */
	assert_int_equal(scene.masks.test[1].condition[0].bits & 0x7f, 1 << 3 | 1 << 4);
	scene_release(&scene);
	scene_list_free(scene_list);
	scene_list = SCENE_LIST(&options, "l8");
	assert_int_equal(scene_list_count(scene_list), 1);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_non_null(strstr(scene.band[SCENE_QA].source, "by its name"));
	scene_release(&scene);
	scene_list_free(scene_list);
	rules_free(&options);

	/* "QA" may be several of them. */
	REFUSED("l8", RULES("QA=1"), "may be", "QA_PIXEL.TIF", "write more");

	make_tiff("fifo/x_B04.tif", 8, 1, 16);
	make_tiff("fifo/x_B08.tif", 8, 1, 16);
	assert_int_equal(mkfifo("fifo/x_SCL.tif", 0600), 0);
	make_tiff("fifo/.x_SCL.tif", 8, 1, 8);
	options = RULES("scl");
	scene_list = SCENE_LIST(&options, "fifo/x_B04.tif", "fifo/x_B08.tif");
	check_scene(scene_list, 0, &options, EX_DATAERR, "x", "no quality file");
	scene_list_free(scene_list);
	rules_free(&options);
}

static void test_maja(void **state)
{
#define MAJA "SENTINEL2A_20190105-105410-123_L2A_T31TCJ_C_V2-0"
	struct options options = RULES("auto");
	struct scene scene;

	(void)state;
	make_tiff("maja/" MAJA "/" MAJA "_FRE_B4.tif", 8, 1, 16);
	make_tiff("maja/" MAJA "/" MAJA "_FRE_B8.tif", 8, 1, 16);
	make_tiff("maja/" MAJA "/MASKS/" MAJA "_CLM_R1.tif", 8, 1, 8);
	make_tiff("maja/" MAJA "/MASKS/" MAJA "_CLM_R2.tif", 4, 1, 8);
	make_tiff("maja/" MAJA "/MASKS/" MAJA "_MG2_R1.tif", 8, 1, 8);
	make_tiff("maja/" MAJA "/MASKS/other_CLM_R1.tif", 8, 1, 8);
	scene = open_one("maja", &options);
	assert_string_equal(scene.masks.rule[0].layout, "maja-clm");
	assert_non_null(strstr(scene.band[SCENE_QA].path, "MASKS/" MAJA "_CLM_R1.tif"));
	scene_release(&scene);
	rules_free(&options);
}

/* Names that several layouts have, and scenes without any. */
static void test_auto(void **state)
{
	struct options options = RULES("auto");
	struct scene scene;

	(void)state;
	make_tiff("c1/LC08_L1TP_013032_20180131_B4.TIF", 8, 1, 16);
	make_tiff("c1/LC08_L1TP_013032_20180131_B5.TIF", 8, 1, 16);
	make_tiff("c1/LC08_L1TP_013032_20180131_BQA.TIF", 8, 1, 16);
	scene = open_one("c1", &options);
	assert_string_equal(scene.masks.rule[0].layout, "landsat-c1");
	scene_release(&scene);
	rules_free(&options);

	make_tiff("any/l8_B4.tif", 8, 1, 16);
	make_tiff("any/l8_B5.tif", 8, 1, 16);
	make_tiff("any/l8_BQA.tif", 8, 1, 16);
	options = (struct options){.recipe = &recipe_ndvi,
				   .n_bands = 2,
				   .bands = {{.name = "red", .pattern = "*_B4.tif"},
					     {.name = "nir", .pattern = "*_B5.tif"}}};
	for (unsigned i = 0; i < 2; i++) {
		struct options rules = RULES(i ? "auto-optional" : "auto");

		options.masks = rules.masks;
		scene = open_one("any", &options);
		assert_string_equal(scene.masks.rule[0].layout, "landsat-bqa");
		assert_int_equal(scene.masks.n_tests, 1);
		scene_release(&scene);
		rules_free(&rules);
	}

	make_tiff("none/y_red.tif", 8, 1, 16);
	make_tiff("none/y_nir.tif", 8, 1, 16);
	REFUSED("none", RULES("auto"), "no cloud mask", "auto-optional");
	options = RULES("auto-optional");
	scene = open_one("none", &options);
	assert_true(has_note(&scene, "no cloud mask"));
	assert_int_equal(scene.masks.n_tests, 0);
	assert_int_equal(scene.masks.n_rules, 1);
	scene_release(&scene);
	rules_free(&options);
}

/* Files whose names say nothing of themselves belong to a scene once a rule asks for them. */
static void test_asked(void **state)
{
	struct options options = RULES("clouds=0");
	struct scene_list *scene_list;
	struct scene scene;
	struct error err;

	(void)state;
	make_tiff("t/x_red.tif", 8, 1, 16);
	make_tiff("t/x_nir.tif", 8, 1, 16);
	make_tiff("t/x_clouds.tif", 8, 1, 8);
	make_tiff("t/x_2_red.tif", 8, 1, 16);
	make_tiff("t/x_2_nir.tif", 8, 1, 16);
	scene_list = SCENE_LIST(NULL, "t");
	assert_int_equal(scene_list_count(scene_list), 3);
	scene_list_free(scene_list);
	scene_list = SCENE_LIST(&options, "t");
	assert_int_equal(scene_list_count(scene_list), 2);
	check_scene(scene_list, 0, &options, EX_DATAERR, "x_2", "*clouds*");
	assert_int_equal(scene_open(&scene, scene_list, 1, &options, &err), 0);
	assert_string_equal(scene.name, "x");
	assert_non_null(strstr(scene.band[SCENE_QA].path, "x_clouds.tif"));
	scene_release(&scene);
	scene_list_free(scene_list);
	/* By its whole name it is the mask of all. */
	make_tiff("t/clouds.tif", 8, 1, 8);
	scene_list = SCENE_LIST(&options, "t");
	assert_int_equal(scene_list_count(scene_list), 2);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_non_null(strstr(scene.band[SCENE_QA].path, "t/clouds.tif"));
	scene_release(&scene);
	scene_list_free(scene_list);
	rules_free(&options);
}

/* Files that cannot be what a rule says. */
static void test_files(void **state)
{
	struct options options = RULES("udm2");
	struct scene scene;

	(void)state;
	make_tiff("p/20200101_100000_0f15_3B_AnalyticMS_SR.tif", 8, 4, 16);
	make_tiff("p/20200101_100000_0f15_3B_udm2.tif", 8, 8, 8);
	make_tiff("p/20200101_100000_0f15_3B_AnalyticMS_DN_udm.tif", 16, 1, 8);
	scene = open_one("p", &options);
	assert_true(scene.masks.n_tests > 1);
	assert_int_equal(scene.band[scene.masks.test[scene.masks.n_tests - 1].slot].index, 1);
	scene_release(&scene);
	rules_free(&options);
	options = RULES("udm1");
	scene = open_one("p", &options);
	assert_non_null(strstr(scene.band[SCENE_QA].path, "_DN_udm.tif"));
	/* Two pixels of it along one of the scene's. */
	assert_int_equal(scene.band[SCENE_QA].finer, 2);
	assert_int_equal(scene.band[SCENE_QA].ratio, 1);
	scene_release(&scene);
	rules_free(&options);
	REFUSED("p", RULES("udm2=1"), "has 8 bands", "udm2.1");
	REFUSED("p", RULES("udm2.9=1"), "band 9", "only 8");
	options = RULES("#4<100");
	scene = open_one("p", &options);
	assert_int_equal(scene.band[SCENE_QA].index, 4);
	assert_int_equal(scene.band[SCENE_QA].file, 0);
	scene_release(&scene);
	rules_free(&options);
	REFUSED("p", RULES("#5<100"), "no band 5", "has 4");

	make_tiff("few/x_B04.tif", 8, 1, 16);
	make_tiff("few/x_B08.tif", 8, 1, 16);
	make_tiff("few/x_udm2.tif", 8, 1, 8);
	make_tiff("few/x_SCL.tif", 3, 1, 8);
	REFUSED("few", RULES("udm2"), "there is only 1");
	REFUSED("few", RULES("scl"), "by a whole number");
}

static void test_note(void **state)
{
	static const struct options none = {.recipe = &recipe_ndvi};
	struct told_quality told;
	struct scene_list *scene_list;
	struct scene scene;
	struct error err;

	(void)state;
	make_safe();
	scene_list = SCENE_LIST(NULL, SAFE);
	assert_int_equal(scene_open(&scene, scene_list, 0, &none, &err), 0);
	assert_true(has_note(&scene, "--mask auto uses it"));
	assert_int_equal(n_quality(&scene), 0);
	scene_tell_quality(&told, &scene, scene_list, &none);
	assert_int_equal(told.n, 6);
	assert_string_equal(told.band[0].name, "T32TMT_20200101T101010_SCL_20m.tif");
	assert_string_equal(told.band[0].layouts, "scl");
	scene_release(&scene);
	scene_list_free(scene_list);
	make_tiff("plain/z_red.tif", 8, 1, 16);
	make_tiff("plain/z_nir.tif", 8, 1, 16);
	scene = open_one("plain", &none);
	assert_false(has_note(&scene, "--mask"));
	scene_release(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_safe),  cmocka_unit_test(test_beside),
		cmocka_unit_test(test_maja),  cmocka_unit_test(test_auto),
		cmocka_unit_test(test_asked), cmocka_unit_test(test_files),
		cmocka_unit_test(test_note),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
