/*
 * Metadata of Landsat and Planet as text: what is taken, and that nothing else is. Files of these
 * names are looked for where the products have them. Expected numbers are those of the formula in
 * landsat_mtl.h, by hand: the sun at 30 degrees has a sine of one half.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "discover/landsat_mtl.h"
#include "discover/planet_metadata.h"
#include "discover/sentinel2_metadata.h"

static char root[] = "/tmp/imgpipe-product-XXXXXX";

static bool parse(const char *text, enum landsat_mtl_form form, struct landsat_mtl *mtl)
{
	char *copy = strdup(text);
	bool fine;

	assert_non_null(copy);
	*mtl = (struct landsat_mtl){.where = ""};
	fine = landsat_mtl_parse(copy, strlen(copy), form, mtl);
	free(copy);
	return fine;
}

static void expect_band_4(const struct landsat_mtl *mtl)
{
	double scale, offset;

	assert_true(landsat_mtl_scale(mtl, "4", &scale, &offset));
	assert_true(fabs(scale - 4e-5) < 1e-18);
	assert_true(fabs(offset + 0.2) < 1e-14);
	assert_false(landsat_mtl_scale(mtl, "5", &scale, &offset));
	assert_false(landsat_mtl_scale(mtl, "", &scale, &offset));
	assert_false(landsat_mtl_scale(mtl, "99", &scale, &offset));
	assert_string_equal(mtl->level, "L1TP");
}

static const char odl[] =
	"GROUP = LANDSAT_METADATA_FILE\r\n  GROUP = PRODUCT_CONTENTS\r\n"
	"    PROCESSING_LEVEL = \"L1TP\"\r\n  END_GROUP = PRODUCT_CONTENTS\n"
	"  GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS\n    REFLECTANCE_MULT_BAND_4 = 2.75e-05\n"
	"    REFLECTANCE_ADD_BAND_4 = -0.3\n    REFLECTANCE_MULT_BAND_5 = 2.75e-05\n"
	"    REFLECTANCE_ADD_BAND_5 = -0.2\n"
	"  END_GROUP = LEVEL2_SURFACE_REFLECTANCE_PARAMETERS\n"
	"  GROUP = IMAGE_ATTRIBUTES\n    SUN_ELEVATION = 30\n  END_GROUP = IMAGE_ATTRIBUTES\n"
	"  GROUP = LEVEL1_RADIOMETRIC_RESCALING\n    RADIANCE_MULT_BAND_4 = 9\n"
	"    REFLECTANCE_MULT_BAND_4 = 2.0000E-05\n    REFLECTANCE_ADD_BAND_4 = -0.100000\n"
	"    REFLECTANCE_MULT_BAND_5 = nan\n    REFLECTANCE_ADD_BAND_5 = -0.1\n"
	"    REFLECTANCE_MULT_BAND_6_VCID_1 = 3\n    REFLECTANCE_MULT_BAND_12 = 3\n"
	"  END_GROUP = LEVEL1_RADIOMETRIC_RESCALING\n"
	"  GROUP = LEVEL2_PROCESSING_RECORD\n    PROCESSING_LEVEL = \"L2SP\"\n"
	"  END_GROUP = LEVEL2_PROCESSING_RECORD\nEND_GROUP = LANDSAT_METADATA_FILE\nEND\n";

static void test_odl(void **state)
{
	struct landsat_mtl mtl;

	(void)state;
	assert_true(parse(odl, MTL_ODL, &mtl));
	expect_band_4(&mtl);
	assert_false(mtl.has_mult[6] || mtl.has_mult[5]);
	assert_false(parse("", MTL_ODL, &mtl));
	assert_false(parse("nothing = of, this\nkind", MTL_ODL, &mtl));
}

static void test_json(void **state)
{
	struct landsat_mtl mtl;
	char deep[200];

	(void)state;
	assert_true(parse(
		"{\"LANDSAT_METADATA_FILE\":{\"PRODUCT_CONTENTS\":{\"PROCESSING_LEVEL\":\"L1TP\"},"
		"\"IMAGE_ATTRIBUTES\":{\"SUN_ELEVATION\":30.0,\"x\":[1,{}],\"y\":null},"
		"\"LEVEL1_RADIOMETRIC_RESCALING\":{\"REFLECTANCE_MULT_BAND_4\":\"2.0000E-05\","
		"\"REFLECTANCE_ADD_BAND_4\":\"-0.100000\"}}}",
		MTL_JSON, &mtl));
	expect_band_4(&mtl);
	assert_false(parse("{\"a\":", MTL_JSON, &mtl));
	assert_true(parse("[]", MTL_JSON, &mtl)); /* says nothing */
	assert_true(parse("{\"a\":7}", MTL_JSON, &mtl));
	memset(deep, '[', 199);
	deep[199] = '\0';
	assert_false(parse(deep, MTL_JSON, &mtl));
}

static void test_xml(void **state)
{
	struct landsat_mtl mtl;

	(void)state;
	assert_true(parse(
		"<L><PRODUCT_METADATA><DATA_TYPE>L1TP</DATA_TYPE></PRODUCT_METADATA>"
		"<A><B><REFLECTANCE_MULT_BAND_5>3</REFLECTANCE_MULT_BAND_5></B></A>"
		"<PRODUCT_PARAMETERS><SUN_ELEVATION> 30 </SUN_ELEVATION></PRODUCT_PARAMETERS>"
		"<RADIOMETRIC_RESCALING><REFLECTANCE_MULT_BAND_4>2e-5</REFLECTANCE_MULT_BAND_4>"
		"<REFLECTANCE_ADD_BAND_4>-0.1</REFLECTANCE_ADD_BAND_4></RADIOMETRIC_RESCALING>"
		"</L>",
		MTL_XML, &mtl));
	expect_band_4(&mtl);
	assert_false(parse("<L><A></L>", MTL_XML, &mtl));
}

/* Below the horizon, beyond the zenith, not stated: no reflectance. */
static void test_sun(void **state)
{
	static const char *const suns[] = {"0", "-30", "90.1", "inf", "", "thirty", "30 degrees"};
	char text[sizeof(odl) + 32], *at;
	struct landsat_mtl mtl;
	double scale, offset;

	(void)state;
	for (size_t i = 0; i < sizeof(suns) / sizeof(suns[0]); i++) {
		memcpy(text, odl, sizeof(odl));
		at = strstr(text, "= 30");
		snprintf(at, sizeof(text) - (size_t)(at - text), "= %s%s", suns[i],
			 strstr(odl, "= 30") + 4);
		assert_true(parse(text, MTL_ODL, &mtl));
		assert_false(landsat_mtl_scale(&mtl, "4", &scale, &offset));
	}
}

static void put(const char *name, const char *text)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
}

static bool find(const char *image, struct landsat_mtl *mtl, char problem[SIDE_PROBLEM_BYTES])
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", root, image);
	return landsat_mtl_find(path, mtl, problem);
}

#define ID "LC08_L1TP_013032_20180131_20180207_01_T1"

static void test_find(void **state)
{
	char problem[SIDE_PROBLEM_BYTES], path[512];
	struct landsat_mtl mtl;

	(void)state;
	assert_false(find(ID "_B4.TIF", &mtl, problem));
	assert_string_equal(problem, "");
	put("LC08_L1TP_013032_20180201_20180207_01_T1_MTL.txt", odl);
	assert_false(find(ID "_B4.TIF", &mtl, problem)); /* another product's */
	put(ID "_MTL.txt", odl);
	assert_true(find(ID "_B4.TIF", &mtl, problem));
	assert_string_equal(mtl.where, ID "_MTL.txt");
	expect_band_4(&mtl);
	assert_true(find(ID "_two_words_behind.tif", &mtl, problem));
	/* The id in the folder's name alone. */
	snprintf(path, sizeof(path), "%s/" ID, root);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_false(find(ID "/B4.TIF", &mtl, problem));
	put(ID "/" ID "_MTL.xml", "<L><A></L>");
	assert_false(find(ID "/B4.TIF", &mtl, problem));
	assert_string_equal(problem, ID "_MTL.xml cannot be understood");
	put(ID "/" ID "_MTL.json", "{}");
	assert_true(find(ID "/B4.TIF", &mtl, problem));
	assert_string_equal(problem, "");
	/* A FIFO keeps nobody waiting; names of GDAL's and relative ones are not looked at. */
	snprintf(path, sizeof(path), "%s/" ID "/" ID "_MTL.txt", root);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_false(find(ID "/B4.TIF", &mtl, problem));
	assert_string_equal(problem, ID "_MTL.txt is no regular file");
	assert_false(landsat_mtl_find("/vsizip/x/" ID "_B4.TIF", &mtl, problem));
	assert_false(landsat_mtl_find(ID "_B4.TIF", &mtl, problem));
}

static void test_too_large(void **state)
{
	char problem[SIDE_PROBLEM_BYTES];
	struct landsat_mtl mtl;
	char *text = malloc(LANDSAT_MTL_MOST + 2);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', LANDSAT_MTL_MOST + 1);
	text[LANDSAT_MTL_MOST + 1] = '\0';
	memcpy(text, odl, sizeof(odl) - 1);
	put("LC09_L1TP_1_2_3_4_MTL.txt", text);
	assert_false(find("LC09_L1TP_1_2_3_4_B4.TIF", &mtl, problem));
	assert_non_null(strstr(problem, "larger"));
	text[LANDSAT_MTL_MOST] = '\0';
	put("LC09_L1TP_1_2_3_4_MTL.txt", text);
	assert_true(find("LC09_L1TP_1_2_3_4_B4.TIF", &mtl, problem));
	free(text);
}

#define BAND(number, coefficient)                                         \
	"<p:bandSpecificMetadata><p:bandNumber>" number "</p:bandNumber>" \
	"<p:reflectanceCoefficient>" coefficient                          \
	"</p:reflectanceCoefficient></p:bandSpecificMetadata>"

static bool planet(const char *bands, struct planet_metadata *metadata)
{
	char text[2048];

	*metadata = (struct planet_metadata){.where = ""};
	snprintf(text, sizeof(text), "<p:E xmlns:p=\"u\">%s</p:E>", bands);
	return planet_metadata_parse(text, strlen(text), metadata);
}

static void test_planet(void **state)
{
	struct planet_metadata metadata;

	(void)state;
	assert_true(planet(BAND("1", "2e-05") BAND("3", "2.5e-05"), &metadata));
	assert_int_equal(metadata.n, 3);
	assert_true(metadata.coefficient[1] == 2e-05 && metadata.coefficient[3] == 2.5e-05);
	assert_true(metadata.coefficient[2] == 0);
	/* A coefficient belongs to its own band, and outside of bands to none. */
	assert_true(planet(BAND("1", "2e-05") BAND("2", "x"), &metadata));
	assert_true(metadata.coefficient[2] == 0);
	assert_false(planet("<p:reflectanceCoefficient>1</p:reflectanceCoefficient>", &metadata));
	assert_false(planet(BAND("0", "1") BAND("17", "1") BAND("-1", "1"), &metadata));
	assert_false(planet(BAND("1", "-2e-05") BAND("2", "nan"), &metadata));
	assert_false(planet("<p:x>", &metadata));
}

static bool find_planet(const char *image, struct planet_metadata *metadata,
			char problem[SIDE_PROBLEM_BYTES])
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", root, image);
	return planet_metadata_find(path, metadata, problem);
}

static void set_descriptors(rlim_t most)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = most ? most : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Where no descriptor can be had, nobody knows whether there is such a file: no absence. */
static void test_lack(void **state)
{
	char problem[SIDE_PROBLEM_BYTES], path[512];
	struct sentinel2_metadata sentinel2;
	struct planet_metadata planet_file;
	struct landsat_mtl mtl;

	(void)state;
	put("LC08_L1TP_9_9_9_9_01_T1_MTL.txt", odl);
	put("20181002_045628_0f1a_3B_AnalyticMS_metadata.xml",
	    "<p:E xmlns:p=\"u\">" BAND("1", "2e-05") "</p:E>");
	snprintf(path, sizeof(path), "%s/B04.tif", root);
	set_descriptors(1);
	assert_false(find("LC08_L1TP_9_9_9_9_01_T1_B4.TIF", &mtl, problem));
	assert_int_equal(mtl.lack, EMFILE);
	assert_false(find_planet("20181002_045628_0f1a_3B_AnalyticMS.tif", &planet_file, problem));
	assert_int_equal(planet_file.lack, EMFILE);
	assert_false(sentinel2_metadata_find(path, &sentinel2, problem));
	assert_int_equal(sentinel2.lack, EMFILE);
	set_descriptors(0);
	assert_true(find("LC08_L1TP_9_9_9_9_01_T1_B4.TIF", &mtl, problem));
	assert_int_equal(mtl.lack, 0);
	assert_true(find_planet("20181002_045628_0f1a_3B_AnalyticMS.tif", &planet_file, problem));
	assert_int_equal(planet_file.lack, 0);
	assert_false(sentinel2_metadata_find(path, &sentinel2, problem));
	assert_int_equal(sentinel2.lack, 0);
}

static int make_root(void **state)
{
	(void)state;
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", root);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lack),      cmocka_unit_test(test_odl),
		cmocka_unit_test(test_json),      cmocka_unit_test(test_xml),
		cmocka_unit_test(test_sun),       cmocka_unit_test(test_find),
		cmocka_unit_test(test_too_large), cmocka_unit_test(test_planet),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
