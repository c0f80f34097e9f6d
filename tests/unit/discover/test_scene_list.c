/*
 * Arguments -> scenes: files, directories, lists, grouping by name and by pattern, and scene_open()
 * on tiny rasters made here. Names are made up; everything lives in a temporary directory.
 */
#include "scene_list_fixture.h"

/* Places of the bands in the recipe. */
enum { RED, NIR };

static void test_arguments(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_tiff("args/b.tif", 8, 4, 8);
	make_tiff("args/sub/a.tif", 8, 4, 8);
	make_text("args/c.tif.msk", "");
	make_text("args/b.tif.ovr", "");
	make_text("args/b.tif.aux.xml", "");
	make_text("args/notes.txt", "");
	make_text("args/.hidden.tif", "");
	assert_int_equal(symlink("..", "args/sub/loop"), 0);
	assert_int_equal(symlink("/nonexistent.tif", "args/sub/z.tif"), 0);
	assert_int_equal(mkdir("args/empty", 0755), 0);
	make_text("list.txt", "# scenes\r\n\r\n  args/b.tif\r\nargs/gone.tif\n");
	make_text("blank.txt", "#\n");

	scene_list =
		SCENE_LIST(NULL, "args", "./args/b.tif", "args/", "args/empty", "nosuch.tif",
			   "@list.txt", "@none.txt", "@blank.txt", "/dev/null", "/vsimem/x.tif");
	assert_int_equal(scene_list_count(scene_list), 10);
	check_scene(scene_list, 0, NULL, EX_DATAERR, "b", "--bands");
	check_scene(scene_list, 1, NULL, EX_DATAERR, "a", "--bands");
	check_scene(scene_list, 2, NULL, EX_NOINPUT, "z", "no such file");
	check_scene(scene_list, 3, NULL, EX_NOINPUT, "args/empty", "no raster files");
	check_scene(scene_list, 4, NULL, EX_NOINPUT, "nosuch.tif", "No such file");
	check_scene(scene_list, 5, NULL, EX_NOINPUT, "args/gone.tif", "No such file");
	check_scene(scene_list, 6, NULL, EX_NOINPUT, "@none.txt", "No such file");
	check_scene(scene_list, 7, NULL, EX_NOINPUT, "@blank.txt", "names no file");
	check_scene(scene_list, 8, NULL, EX_NOINPUT, "/dev/null", "no regular file");
	scene_list_free(scene_list);
}

static void test_no_arguments(void **state)
{
	struct options options = {.recipe = &recipe_ndvi, .n_args = 0};
	struct scene_list *scene_list;
	struct error err;

	(void)state;
	assert_int_equal(scene_list_new(&scene_list, &options, &err), -1);
	assert_int_equal(err.code, EX_NOINPUT);
	assert_null(scene_list);
	scene_list_free(scene_list);
}

static void make_landsat(const char *folder, const char *id)
{
	static const char *const bands[] = {"SR_B2", "SR_B4", "SR_B5", "ST_B10", "QA_PIXEL"};
	char path[256];

	for (size_t i = 0; i < sizeof(bands) / sizeof(bands[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s_%s.TIF", folder, id, bands[i]);
		make_tiff(path, 8, 1, 16);
	}
}

static void test_landsat(void **state)
{
	static const char id[] = "LC08_L2SP_008059_20191201_20200825_02_T1";
	struct masks *masks = MASKS("QA_PIXEL&31");
	struct options options = {.recipe = &recipe_ndvi, .masks = masks};
	struct options raw = {.recipe = &recipe_ndvi, .raw = true};
	struct scene_list *scene_list;
	struct scene scene;
	struct error err;

	(void)state;
	make_landsat("l8", id);
	scene_list = SCENE_LIST(&options, "l8");
	assert_int_equal(scene_list_count(scene_list), 1);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_string_equal(scene.name, id);
	assert_string_equal(scene.acquired, "2019-12-01");
	assert_int_equal(scene.n_files, 3);
	assert_non_null(strstr(scene.band[RED].path, "_SR_B4.TIF"));
	assert_non_null(strstr(scene.band[NIR].path, "_SR_B5.TIF"));
	assert_non_null(strstr(scene.band[SCENE_QA].path, "_QA_PIXEL.TIF"));
	assert_true(scene.band[RED].scale == 0.0000275);
	assert_true(scene.band[NIR].offset == -0.2);
	assert_true(scene.band[NIR].has_nodata && scene.band[NIR].nodata == 0);
	assert_non_null(strstr(scene.band[RED].scale_source, "product rule"));
	scene_release(&scene);
	assert_int_equal(scene_open(&scene, scene_list, 0, &raw, &err), 0);
	assert_true(scene.band[RED].scale == 1 && scene.band[RED].offset == 0);
	assert_false(scene.band[RED].has_nodata);
	assert_false(scene.has_band[SCENE_QA]);
	scene_release(&scene);
	scene_list_free(scene_list);
	masks_free(masks);
}

/* The quality file is found beside the bands where it was not named, and its lack is an error. */
static void test_quality_beside(void **state)
{
	struct masks *scl = MASKS("SCL=4"), *qa_pixel = MASKS("QA_PIXEL&31");
	struct options options = {.recipe = &recipe_ndvi, .masks = scl};
	struct scene_list *scene_list;
	struct scene scene;
	struct error err;

	(void)state;
	make_tiff("q/IMG_DATA/R10m/T32TMT_20200101T101010_B04_10m.tif", 8, 1, 16);
	make_tiff("q/IMG_DATA/R10m/T32TMT_20200101T101010_B08_10m.tif", 8, 1, 16);
	make_tiff("q/IMG_DATA/R20m/T32TMT_20200101T101010_B04_20m.tif", 4, 1, 16);
	make_tiff("q/IMG_DATA/R20m/T32TMT_20200101T101010_B8A_20m.tif", 4, 1, 16);
	make_tiff("q/IMG_DATA/R20m/T32TMT_20200101T101010_SCL_20m.tif", 4, 1, 8);
	make_tiff("q/QI_DATA/MSK_CLDPRB_20m.tif", 4, 1, 8);
	scene_list = SCENE_LIST(&options, "q/IMG_DATA");
	assert_int_equal(scene_list_count(scene_list), 1);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_string_equal(scene.name, "T32TMT_20200101T101010");
	assert_int_equal(scene.band[SCENE_QA].ratio, 2);
	assert_non_null(strstr(scene.notes[0], "0 is left out by the product's rule"));
	assert_non_null(strstr(scene.notes[1], "--offset -0.1"));
	scene_release(&scene);
	scene_list_free(scene_list);
	options.masks = qa_pixel;
	scene_list = SCENE_LIST(&options, "q/IMG_DATA");
	check_scene(scene_list, 0, &options, EX_DATAERR, "T32TMT_20200101T101010", "QA_PIXEL");
	scene_list_free(scene_list);
	/* The shell's IMG_DATA/R*m names all resolutions of one acquisition. */
	scene_list = SCENE_LIST(NULL, "q/IMG_DATA/R20m", "q/IMG_DATA/R10m");
	assert_int_equal(scene_list_count(scene_list), 1);
	check_scene(scene_list, 0, NULL, 0, "T32TMT_20200101T101010", "");
	scene_list_free(scene_list);
	scene_list = SCENE_LIST(NULL, "q/IMG_DATA/R20m");
	check_scene(scene_list, 0, NULL, 0, "T32TMT_20200101T101010", "");
	scene_list_free(scene_list);
	masks_free(scl);
	masks_free(qa_pixel);
}

static void test_flat_resolutions(void **state)
{
	static const char *const names[] = {"B01_60m", "B04_10m", "B04_20m", "B08_10m",
					    "B8A_20m", "SCL_20m", "TCI_10m"};
	char path[128];
	struct scene_list *scene_list;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "flat/T32TMT_20200101T101010_%s.tif", names[i]);
		make_tiff(path, 8, 1, 16);
	}
	scene_list = SCENE_LIST(NULL, "flat");
	assert_int_equal(scene_list_count(scene_list), 1);
	check_scene(scene_list, 0, NULL, 0, "T32TMT_20200101T101010", "");
	scene_list_free(scene_list);
}

static void make_product(const char *baseline, const char *offsets)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "<?xml version=\"1.0\"?><n1:P xmlns:n1=\"u\"><PROCESSING_BASELINE>%s"
		 "</PROCESSING_BASELINE><BOA_QUANTIFICATION_VALUE unit=\"none\">10000"
		 "</BOA_QUANTIFICATION_VALUE>%s</n1:P>",
		 baseline, offsets);
	make_text("prod/MTD_MSIL2A.xml", text);
	make_tiff("prod/GRANULE/L2A_T32/IMG_DATA/R10m/T32TMT_20200101T101010_B04_10m.tif", 8, 1,
		  16);
	make_tiff("prod/GRANULE/L2A_T32/IMG_DATA/R10m/T32TMT_20200101T101010_B08_10m.tif", 8, 1,
		  16);
}

static void check_scale(const char *folder, const struct options *with, double scale, double offset)
{
	static const struct options none = {.recipe = &recipe_ndvi};
	struct scene_list *scene_list = SCENE_LIST(NULL, folder);
	struct scene scene;
	struct error err;

	assert_int_equal(scene_open(&scene, scene_list, 0, with ? with : &none, &err), 0);
	assert_true(scene.band[RED].scale == scale && scene.band[NIR].scale == scale);
	assert_true(scene.band[RED].offset == offset);
	assert_true(scene.band[NIR].offset == offset);
	scene_release(&scene);
	scene_list_free(scene_list);
}

static void test_sentinel2_offset(void **state)
{
	struct options option = {
		.recipe = &recipe_ndvi, .has_scale = true, .scale = 2, .offset = 3};

	(void)state;
	make_product("05.09", "<BOA_ADD_OFFSET band_id=\"3\">-1000</BOA_ADD_OFFSET>"
			      "<BOA_ADD_OFFSET band_id=\"7\">-1000</BOA_ADD_OFFSET>"
			      "<BOA_ADD_OFFSET band_id=\"99\">-5</BOA_ADD_OFFSET>");
	check_scale("prod", NULL, 0.0001, -0.1);
	check_scale("prod", &option, 2, 3);
	make_product("02.09", "");
	check_scale("prod", NULL, 0.0001, 0);
	make_text("prod/MTD_MSIL2A.xml", "<P><PROCESSING_BASELINE>05.09");
	check_scale("prod", NULL, 1, 0);
	make_tiff("S2A_MSIL2A_20200101T101010_N0400_R022_T32TMT_x.SAFE/B04.tif", 8, 1, 16);
	make_tiff("S2A_MSIL2A_20200101T101010_N0400_R022_T32TMT_x.SAFE/B08.tif", 8, 1, 16);
	check_scale("S2A_MSIL2A_20200101T101010_N0400_R022_T32TMT_x.SAFE", NULL, 0.0001, -0.1);
}

static void test_plain_names(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_tiff("plain/site/B04.tif", 8, 1, 16);
	make_tiff("plain/site/B08.tif", 8, 1, 16);
	make_tiff("plain/site/SCL.tif", 8, 1, 8);
	make_tiff("plain/words/f_red.tif", 8, 1, 16);
	make_tiff("plain/words/f_nir.tif", 8, 1, 16);
	make_tiff("plain/words/f_green.tif", 8, 1, 16);
	scene_list = SCENE_LIST(NULL, "plain");
	assert_int_equal(scene_list_count(scene_list), 2);
	check_scene(scene_list, 0, NULL, 0, "site", "");
	check_scene(scene_list, 1, NULL, 0, "f", "");
	scene_list_free(scene_list);
}

static void test_incomplete(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_tiff("inc/LC08_L1TP_013032_20180131_B4.TIF", 8, 1, 16);
	make_tiff("inc/LC08_L1TP_013032_20180131_BQA.TIF", 8, 1, 16);
	make_tiff("inc/x_B4.tif", 8, 1, 16);
	make_tiff("inc/T32TMT_20200101T101010_B01.tif", 8, 1, 16);
	make_tiff("inc/y_red.tif", 8, 4, 8);
	scene_list = SCENE_LIST(NULL, "inc");
	assert_int_equal(scene_list_count(scene_list), 4);
	check_scene(scene_list, 0, NULL, EX_DATAERR, "LC08_L1TP_013032_20180131", "nir (band 5)");
	check_scene(scene_list, 1, NULL, EX_DATAERR, "T32TMT_20200101T101010_B01",
		    "no scene: only band 1 of Sentinel-2");
	check_scene(scene_list, 2, NULL, EX_DATAERR, "x_B4", "unknown sensor");
	check_scene(scene_list, 3, NULL, EX_DATAERR, "y_red", "cannot tell");
	scene_list_free(scene_list);
}

static void test_hls_prefers_narrow_nir(void **state)
{
	struct scene_list *scene_list;
	struct options options = {.recipe = &recipe_ndvi, .n_args = 0};
	struct scene scene;
	struct error err;

	(void)state;
	make_tiff("hls/HLS.S30.T13RCN.2024128T173909.v2.0.B04.tif", 8, 1, 16);
	make_tiff("hls/HLS.S30.T13RCN.2024128T173909.v2.0.B08.tif", 8, 1, 16);
	make_tiff("hls/HLS.S30.T13RCN.2024128T173909.v2.0.B8A.tif", 8, 1, 16);
	scene_list = SCENE_LIST(NULL, "hls");
	assert_int_equal(scene_list_count(scene_list), 1);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_non_null(strstr(scene.band[NIR].path, "B8A"));
	assert_non_null(strstr(scene.band[NIR].source, "narrow"));
	scene_release(&scene);
	scene_list_free(scene_list);
}

static void test_patterns(void **state)
{
	struct masks *masks;
	struct options options = {.recipe = &recipe_ndvi, .n_args = 0};
	struct scene_list *scene_list;

	(void)state;
	options.n_bands = 2;
	options.bands[RED] = (struct band_choice){.name = "red", .pattern = "*-r.tif"};
	options.bands[NIR] = (struct band_choice){.name = "nir", .pattern = "*-n.tif"};
	make_tiff("pat/a-r.tif", 8, 1, 16);
	make_tiff("pat/a-n.tif", 8, 1, 16);
	make_tiff("pat/b-r.tif", 8, 1, 16);
	make_tiff("pat/c.tif", 8, 1, 16);
	scene_list = SCENE_LIST(&options, "pat");
	assert_int_equal(scene_list_count(scene_list), 2);
	check_scene(scene_list, 0, &options, 0, "a-r", "");
	check_scene(scene_list, 1, &options, EX_DATAERR, "b-r", "*-n.tif");
	scene_list_free(scene_list);
	scene_list = SCENE_LIST(&options, "pat/c.tif");
	check_scene(scene_list, 0, &options, EX_DATAERR, "c.tif", "pattern");
	scene_list_free(scene_list);
	/* Named beside files that match, it fails all the same; unless --mask asks for it. */
	scene_list = SCENE_LIST(&options, "pat/a-r.tif", "pat/c.tif", "pat/a-n.tif");
	assert_int_equal(scene_list_count(scene_list), 2);
	check_scene(scene_list, 0, &options, 0, "a-r", "");
	check_scene(scene_list, 1, &options, EX_DATAERR, "c.tif", "pattern");
	scene_list_free(scene_list);
	masks = MASKS("c=1");
	options.masks = masks;
	scene_list = SCENE_LIST(&options, "pat/a-r.tif", "pat/c.tif", "pat/a-n.tif");
	assert_int_equal(scene_list_count(scene_list), 1);
	check_scene(scene_list, 0, &options, 0, "a-r", "");
	scene_list_free(scene_list);
	masks_free(masks);
}

static void test_grids(void **state)
{
	struct scene_list *scene_list;
	struct options options = {.recipe = &recipe_ndvi, .tile_grid_x = 3, .tile_grid_y = 5};
	struct scene scene;
	struct error err;

	(void)state;
	make_tiff("grid/a_red.tif", 8, 1, 16);
	make_tiff("grid/a_nir.tif", 3, 1, 16);
	make_tiff("grid/b_red.tif", 8, 1, 16);
	make_tiff("grid/b_nir.tif", 8, 1, 16);
	scene_list = SCENE_LIST(NULL, "grid");
	check_scene(scene_list, 0, NULL, EX_DATAERR, "a",
		    "a_nir.tif: nir is 3 x 3 pixels, but red");
	assert_int_equal(scene_open(&scene, scene_list, 1, &options, &err), 0);
	assert_int_equal(scene_tiles_across(&scene), 3);
	assert_int_equal(scene_tiles_down(&scene), 2);
	assert_int_equal(scene.store_x_size, 8);
	scene_release(&scene);
	scene_list_free(scene_list);
}

static void test_nodata_option(void **state)
{
	struct scene_list *scene_list;
	struct options options = {.recipe = &recipe_ndvi, .has_nodata = true, .nodata = -9999};
	struct scene scene;
	struct error err;

	(void)state;
	make_tiff("nod/a_red.tif", 8, 1, 16);
	make_tiff("nod/a_nir.tif", 8, 1, 16);
	scene_list = SCENE_LIST(NULL, "nod");
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_false(scene.band[RED].has_nodata);
	assert_non_null(strstr(scene.notes[0], "uint16"));
	scene_release(&scene);
	options.nodata = 7;
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_true(scene.band[NIR].has_nodata && scene.band[NIR].nodata == 7);
	scene_release(&scene);
	scene_list_free(scene_list);
}

/* Ten thousand names take some tens of bytes each. */
/* A scene opened early is used later only where its files are still the same. */
static void test_fresh(void **state)
{
	struct scene_list *scene_list;
	struct options options = {.recipe = &recipe_ndvi};
	struct scene scene;
	struct error err;

	(void)state;
	make_tiff("fresh/T32TMT_20200101T101010_B04.tif", 8, 1, 16);
	make_tiff("fresh/T32TMT_20200101T101010_B08.tif", 8, 1, 16);
	scene_list = SCENE_LIST(&options, "fresh");
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_true(scene_is_fresh(&scene));
	/* Same size, same content, another file; the clock of file systems ticks in milliseconds.
	 */
	assert_int_equal(usleep(20000), 0);
	make_tiff("fresh/T32TMT_20200101T101010_B08.tif", 8, 1, 16);
	assert_false(scene_is_fresh(&scene));
	scene_release(&scene);
	assert_int_equal(scene_open(&scene, scene_list, 0, &options, &err), 0);
	assert_true(scene_is_fresh(&scene));
	assert_int_equal(unlink("fresh/T32TMT_20200101T101010_B04.tif"), 0);
	assert_false(scene_is_fresh(&scene));
	scene_release(&scene);
	scene_list_free(scene_list);
}

/* A scene as another process may have sent it. */
static int confirmed(struct scene_list *scene_list, uint32_t id, struct scene *scene,
		     const char *sensor, const char *acquired)
{
	struct error err = {0};
	int status;

	*scene = (struct scene){.id = id, .name = strdup("sent")};
	snprintf(scene->sensor, sizeof(scene->sensor), "%s", sensor);
	snprintf(scene->acquired, sizeof(scene->acquired), "%s", acquired);
	status = scene_confirm(scene, scene_list, &err);
	assert_int_equal(err.code, status ? EX_SOFTWARE : 0);
	free(scene->name);
	scene->name = NULL;
	return status;
}

static void test_confirm(void **state)
{
	static const struct {
		const char *said, *taken;
	} row[] = {
		{"Sentinel-2", "Sentinel-2"},         {"Sentinel-2 L2A", "Sentinel-2 L2A"},
		{"Sentinel-2 L1C", "Sentinel-2 L1C"}, {"Sentinel-2 L2A x", "Sentinel-2"},
		{"Sentinel-2 L2", "Sentinel-2"},      {"Sentinel-25", "Sentinel-2"},
		{"Landsat 8", "Sentinel-2"},          {"", "Sentinel-2"},
	};
	struct scene_list *scene_list;
	struct scene scene;

	(void)state;
	make_tiff("sent/T32TPS_20260701T101031_B04_20m.tif", 8, 1, 16);
	make_tiff("sent/T32TPS_20260701T101031_B8A_20m.tif", 8, 1, 16);
	make_tiff("plainly/x.tif", 8, 4, 16);
	scene_list = SCENE_LIST(NULL, "sent", "plainly", "gone.tif");
	assert_int_equal(scene_list_count(scene_list), 3);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(confirmed(scene_list, 0, &scene, row[i].said, "1999-12-31"), 0);
		assert_string_equal(scene.sensor, row[i].taken);
		assert_string_equal(scene.acquired, "2026-07-01T10:10:31Z");
	}
	assert_int_equal(confirmed(scene_list, 1, &scene, " L2A", "1999-12-31"), 0);
	assert_string_equal(scene.sensor, "");
	assert_string_equal(scene.acquired, "");
	assert_int_equal(confirmed(scene_list, 2, &scene, "Sentinel-2", "1999-12-31"), -1);
	scene_list_free(scene_list);
}

static void test_memory(void **state)
{
	struct scene_list *scene_list;
	FILE *list = fopen("many.txt", "w");

	(void)state;
	assert_non_null(list);
	make_folders("many/x");
	for (int i = 0; i < 10000; i++) {
		char path[64];
		FILE *out;

		snprintf(path, sizeof(path), "many/s%05d_%s.tif", i / 2, i % 2 ? "nir" : "red");
		fprintf(list, "%s\n", path);
		out = fopen(path, "w");
		assert_non_null(out);
		fclose(out);
	}
	fclose(list);
	scene_list = SCENE_LIST(NULL, "@many.txt", "many");
	assert_int_equal(scene_list_count(scene_list), 5000);
	assert_true(scene_list_memory(scene_list) < 10000 * 60);
	assert_int_equal(scene_list_file_bytes(scene_list), 0);
	scene_list_free(scene_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_no_arguments),
		cmocka_unit_test(test_landsat),
		cmocka_unit_test(test_quality_beside),
		cmocka_unit_test(test_flat_resolutions),
		cmocka_unit_test(test_sentinel2_offset),
		cmocka_unit_test(test_plain_names),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_hls_prefers_narrow_nir),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_grids),
		cmocka_unit_test(test_nodata_option),
		cmocka_unit_test(test_fresh),
		cmocka_unit_test(test_confirm),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
