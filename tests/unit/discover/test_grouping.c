/*
 * Which files make one scene: products' folders, suffixes, folders by many names, and names that
 * leave it open. Names are made up; everything lives in a temporary directory.
 */
#include "scene_list_fixture.h"

#include "discover/scene_build.h"

/* Places of the bands in the recipe. */
enum { RED, NIR };

/* Make 8 x 8 files of a folder; the last name is NULL. */
static void make_files(const char *folder, const char *const *names)
{
	char path[256];

	for (; *names; names++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *names);
		make_tiff(path, 8, 1, 16);
	}
}

/* One scene, whose red and NIR files end so. */
static void check_only(const char *folder, const char *name, const char *red, const char *nir)
{
	static const struct options none = {.recipe = &recipe_ndvi};
	struct scene_list *scene_list = SCENE_LIST(NULL, folder);
	struct scene scene;
	struct error err;

	assert_int_equal(scene_list_count(scene_list), 1);
	assert_int_equal(scene_open(&scene, scene_list, 0, &none, &err), 0);
	assert_string_equal(scene.name, name);
	assert_non_null(strstr(scene.band[RED].path, red));
	assert_non_null(strstr(scene.band[NIR].path, nir));
	scene_release(&scene);
	scene_list_free(scene_list);
}

/* What a product's folder holds beside red and NIR is no scene. */
static void test_product_folders(void **state)
{
	(void)state;
	make_files("mcd", (const char *const[]){
				  "MCD43A4.A2019001_BRDF_Albedo_Band_Mandatory_Quality_Band1.tif",
				  "MCD43A4.A2019001_BRDF_Albedo_Band_Mandatory_Quality_Band2.tif",
				  "MCD43A4.A2019001_Nadir_Reflectance_Band1.tif",
				  "MCD43A4.A2019001_Nadir_Reflectance_Band2.tif", NULL});
	check_only("mcd", "MCD43A4.A2019001", "Nadir_Reflectance_Band1", "Nadir_Reflectance_Band2");
	make_files("mod", (const char *const[]){"MOD09A1.A2019001_sur_refl_b01.tif",
						"MOD09A1.A2019001_sur_refl_b02.tif",
						"MOD09A1.A2019001_sur_refl_day_of_year.tif",
						"MOD09A1.A2019001_sur_refl_qc_500m.tif",
						"MOD09A1.A2019001_sur_refl_raz.tif",
						"MOD09A1.A2019001_sur_refl_state_500m.tif",
						"MOD09A1.A2019001_sur_refl_szen.tif",
						"MOD09A1.A2019001_sur_refl_vzen.tif", NULL});
	check_only("mod", "MOD09A1.A2019001", "b01", "b02");
	make_files("wpm",
		   (const char *const[]){"CBERS_4A_WPM_20200730_209_139_L4_BAND0.tif",
					 "CBERS_4A_WPM_20200730_209_139_L4_BAND3.tif",
					 "CBERS_4A_WPM_20200730_209_139_L4_BAND4.tif", NULL});
	check_only("wpm", "CBERS_4A_WPM_20200730_209_139_L4", "BAND3", "BAND4");
	make_files("case", (const char *const[]){"S2A_T33UUB_20220601_B04.TIF",
						 "S2A_T33UUB_20220601_b08.tif", NULL});
	check_only("case", "S2A_T33UUB_20220601", "B04.TIF", "b08.tif");
	make_tiff("planet/20200101_101010_1003_3B_AnalyticMS_DN.tif", 8, 4, 16);
	make_files("planet",
		   (const char *const[]){"20200101_101010_1003_3B_AnalyticMS_DN_udm.tif",
					 "20200101_101010_1003_3B_AnalyticMS_DN_udm2.tif", NULL});
	check_only("planet", "20200101_101010_1003_3B_AnalyticMS_DN", "DN.tif", "DN.tif");
}

/* The flags of bands are no bands, also where nothing else is there. */
static void test_flags_alone(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_files("flags",
		   (const char *const[]){"MCD43A4.A2019001_Mandatory_Quality_Band1.tif",
					 "MCD43A4.A2019001_Mandatory_Quality_Band2.tif",
					 "S2A_T33UUB_QA_B04.tif", "S2A_T33UUB_QA_B08.tif", NULL});
	scene_list = SCENE_LIST(NULL, "flags");
	assert_int_equal(scene_list_count(scene_list), 4);
	check_scene(scene_list, 0, NULL, EX_DATAERR, "MCD43A4.A2019001_Mandatory_Quality_Band1",
		    "no scene: a quality band");
	check_scene(scene_list, 2, NULL, EX_DATAERR, "S2A_T33UUB_QA_B04",
		    "no scene: a quality band");
	scene_list_free(scene_list);
}

/* A resolution counts before a suffix of the user's own, which stays part of the name. */
static void test_resolution_before_suffix(void **state)
{
	(void)state;
	make_files("clip", (const char *const[]){"T33UUB_20190522_B04_10m_clip.tif",
						 "T33UUB_20190522_B04_20m_clip.tif",
						 "T33UUB_20190522_B08_10m_clip.tif",
						 "T33UUB_20190522_B8A_20m_clip.tif",
						 "T33UUB_20190522_SCL_20m_clip.tif", NULL});
	check_only("clip", "T33UUB_20190522_clip", "B04_10m", "B08_10m");
}

/* A folder is one, however often and by whatever path it is named. */
static void test_one_folder_many_names(void **state)
{
	static const struct options none = {.recipe = &recipe_ndvi};
	char absolute[512];
	struct scene_list *scene_list;
	struct error err;
	struct scene scene;

	(void)state;
	make_files("many names/d", (const char *const[]){"B04.tif", "B08.tif", NULL});
	snprintf(absolute, sizeof(absolute), "%s/many names/d", root);
	scene_list = SCENE_LIST(NULL, "many names/d", absolute, "many names//d",
				"many names/../many names/d/", "many names//d/B04.tif",
				"nosuch.tif", "nosuch.tif");
	assert_int_equal(scene_list_count(scene_list), 2);
	check_scene(scene_list, 0, NULL, 0, "d", "");
	check_scene(scene_list, 1, NULL, EX_NOINPUT, "nosuch.tif", "No such file");
	scene_list_free(scene_list);

	/* What a folder's name says does not hang on how its path is written. */
	make_files("LC08_L1TP_013032_20180131_x", (const char *const[]){"B4.tif", "B5.tif", NULL});
	make_folders("LC08_L1TP_013032_20180131_x/sub/");
	assert_int_equal(chdir("LC08_L1TP_013032_20180131_x"), 0);
	for (int i = 0; i < 3; i++) {
		scene_list = i == 0   ? SCENE_LIST(NULL, ".")
			     : i == 1 ? SCENE_LIST(NULL, "B4.tif", "./B5.tif")
				      : SCENE_LIST(NULL, "sub/..");
		assert_int_equal(scene_list_count(scene_list), 1);
		assert_int_equal(scene_open(&scene, scene_list, 0, &none, &err), 0);
		assert_string_equal(scene.name, "LC08_L1TP_013032_20180131_x");
		assert_string_equal(scene.acquired, "2018-01-31");
		scene_release(&scene);
		scene_list_free(scene_list);
	}
	assert_int_equal(chdir(".."), 0);
}

/* A folder of several sensors' files: the way a band is written says more than its name. */
static void test_token_before_folder(void **state)
{
	(void)state;
	make_files("landsat8_and_s2",
		   (const char *const[]){"field_B04_20m.tif", "field_B05_20m.tif",
					 "field_B8A_20m.tif", NULL});
	check_only("landsat8_and_s2", "field", "B04", "B8A");
}

static void test_two_candidates(void **state)
{
	struct scene_list *scene_list;
	struct error err = {.code = 0};

	(void)state;
	make_files("two", (const char *const[]){"x_B04.tif", "x_B08.tif", "x_red.tif", NULL});
	scene_list = SCENE_LIST(NULL, "two");
	assert_int_equal(scene_list_count(scene_list), 1);
	check_scene(scene_list, 0, NULL, EX_DATAERR, "x", "");
	assert_int_equal(scene_clash(scene_list, &scene_list->entry[0], &err), -1);
	assert_int_equal(err.code, EX_DATAERR);
	assert_non_null(strstr(err.text, "two/x_B04.tif"));
	assert_non_null(strstr(err.text, "two/x_red.tif"));
	assert_non_null(strstr(err.text, "--bands"));
	scene_list_free(scene_list);
	make_files("two/b", (const char *const[]){"S2_B4.tif", "S2_B04.tif", "S2_B8.tif", NULL});
	scene_list = SCENE_LIST(NULL, "two/b");
	check_scene(scene_list, 0, NULL, EX_DATAERR, "S2", "");
	scene_list_free(scene_list);
}

/* Cameras on drones: one band a file, and nothing else of the set is a scene. */
static void test_drones(void **state)
{
	(void)state;
	make_files("m3m", (const char *const[]){"DJI_20240329124328_0001_MS_G.TIF",
						"DJI_20240329124328_0001_MS_NIR.TIF",
						"DJI_20240329124328_0001_MS_R.TIF",
						"DJI_20240329124328_0001_MS_RE.TIF",
						"DJI_20240329124328_0001_D.TIF", NULL});
	check_only("m3m", "DJI_20240329124328_0001", "MS_R.TIF", "MS_NIR.TIF");
	make_files("p4m",
		   (const char *const[]){"DJI_0010.TIF", "DJI_0011.TIF", "DJI_0012.TIF",
					 "DJI_0013.TIF", "DJI_0014.TIF", "DJI_0015.TIF", NULL});
	check_only("p4m", "DJI_001", "DJI_0013", "DJI_0015");
	make_files("altum",
		   (const char *const[]){"IMG_0031_1.tif", "IMG_0031_2.tif", "IMG_0031_3.tif",
					 "IMG_0031_4.tif", "IMG_0031_5.tif", "IMG_0031_6.tif",
					 "IMG_0031_10.tif", NULL});
	check_only("altum", "IMG_0031", "_3.tif", "_4.tif");
	make_files("sequoia", (const char *const[]){"IMG_160908_140215_0010_GRE.TIF",
						    "IMG_160908_140215_0010_NIR.TIF",
						    "IMG_160908_140215_0010_RED.TIF",
						    "IMG_160908_140215_0010_REG.TIF",
						    "IMG_160908_140215_0010_RGB.TIF", NULL});
	check_only("sequoia", "IMG_160908_140215_0010", "RED", "NIR");
	make_files("pix4d", (const char *const[]){"f_transparent_reflectance_green.tif",
						  "f_transparent_reflectance_nir.tif",
						  "f_transparent_reflectance_red edge.tif",
						  "f_transparent_reflectance_red.tif", NULL});
	check_only("pix4d", "f_transparent_reflectance", "_red.tif", "_nir.tif");
}

/* Names that only begin or end like those. */
static void test_no_drones(void **state)
{
	struct scene_list *scene_list;

	(void)state;
	make_files("like", (const char *const[]){"DJI_0013_a.tif", "DJI_00133.tif", "field_reg.tif",
						 "IMG_001_3.tif", "XIMG_0001_3.tif", NULL});
	scene_list = SCENE_LIST(NULL, "like");
	assert_int_equal(scene_list_count(scene_list), 5);
	scene_list_free(scene_list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_drones),
		cmocka_unit_test(test_no_drones),
		cmocka_unit_test(test_product_folders),
		cmocka_unit_test(test_flags_alone),
		cmocka_unit_test(test_resolution_before_suffix),
		cmocka_unit_test(test_one_folder_many_names),
		cmocka_unit_test(test_token_before_folder),
		cmocka_unit_test(test_two_candidates),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
