/*
 * Scale, offset and nodata by product: which evidence is used, which is refused, and what the user
 * is told. Metadata files are made up in a temporary directory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "discover/bands.h"
#include "discover/names.h"
#include "discover/scaling.h"

/* Places of the bands in the recipe. */
enum { RED, NIR };

#define ID   "LC08_L2SP_008059_20191201_20200825_02_T1"
#define ROOT "/tmp/imgpipe-scaling-XXXXXX"

static char root[] = ROOT;

struct fixture {
	struct scene scene;
	struct band_info bands[2];
	struct error err;
};

static void prepare(struct fixture *f, enum sample_type type, const char *red, const char *nir)
{
	memset(f, 0, sizeof(*f));
	f->scene.files[0].info.n_bands = 2;
	f->scene.files[0].info.bands = f->bands;
	f->scene.files[0].info.type = type;
	snprintf(f->bands[0].description, sizeof(f->bands[0].description), "%s", red);
	snprintf(f->bands[1].description, sizeof(f->bands[1].description), "%s", nir);
	for (unsigned slot = 0; slot <= 1; slot++) {
		f->scene.has_band[slot] = true;
		f->scene.band[slot].index = slot + 1;
		f->scene.band[slot].type = type;
		strcpy(f->scene.band[slot].name, slot == RED ? "red" : "nir");
		strcpy(f->scene.band[slot].code, slot == RED ? "4" : "8");
	}
}

static void apply(struct fixture *f, const struct sensor *sensor, const char *path)
{
	static const struct options none = {.recipe = &recipe_ndvi};
	char lack[REFLECTANCE_LACK_BYTES];

	if (sensor)
		snprintf(f->scene.sensor, sizeof(f->scene.sensor), "%s", sensor->name);
	assert_int_equal(scaling_apply(&f->scene, sensor, path, &none, lack, &f->err), 0);
	assert_int_equal(*lack == '\0', f->scene.has_reflectance);
}

/* Scale by the names of `path` alone, of samples of this type. */
static void by_name(struct fixture *f, enum sample_type type, const char *path)
{
	const char *base = strrchr(path, '/') + 1;

	prepare(f, type, "", "");
	apply(f, sensor_find(base, name_stem(base), NULL), path);
}

static bool noted(const struct fixture *f, const char *words)
{
	for (unsigned i = 0; i < f->scene.n_notes; i++)
		if (strstr(f->scene.notes[i], words))
			return true;
	return false;
}

static void expect(const struct fixture *f, double scale, double offset)
{
	for (unsigned slot = 0; slot <= 1; slot++) {
		assert_true(f->scene.band[slot].scale == scale);
		assert_true(f->scene.band[slot].offset == offset);
	}
}

static void test_landsat_c2(void **state)
{
	struct fixture f;

	(void)state;
	by_name(&f, SAMPLE_U16, "/x/" ID ".tif");
	expect(&f, 0.0000275, -0.2);
	assert_true(noted(&f, "the name says Landsat Collection 2"));
	assert_true(f.scene.band[RED].has_nodata && f.scene.band[RED].nodata == 0);
	by_name(&f, SAMPLE_I16, "/x/" ID ".tif");
	expect(&f, 1, 0);
	assert_true(noted(&f, "--scale 0.0000275"));
	by_name(&f, SAMPLE_I16, "/x/LC08_L2SP_amazon.tif");
	expect(&f, 1, 0);
	assert_true(noted(&f, "--scale 0.0000275"));
	by_name(&f, SAMPLE_U16, "/x/" ID "_SR_B4.tif");
	expect(&f, 0.0000275, -0.2);
	assert_false(noted(&f, "assumed"));
}

static void test_fill(void **state)
{
	static const struct {
		const char *path;
		double fill;
	} rows[] = {
		{"/x/LC08_L1TP_008059_20191201_20191210_01_T1_sr_band4.tif", -9999},
		{"/x/LT05_L1TP_008059_19911201_20191210_01_T1_sr_band3.tif", -9999},
		{"/x/MOD09A1.A2019001.h21v11.061.2020001_sur_refl_b01.tif", -28672},
		{"/x/MYD09Q1.A2019001.h21v11.061.2020001_sur_refl_b01.tif", -28672},
		{"/x/MCD43A4.A2019001.h21v11.061.2020_Nadir_Reflectance_Band1.tif", 32767},
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		by_name(&f, SAMPLE_I16, rows[i].path);
		expect(&f, 0.0001, 0);
		assert_true(f.scene.band[NIR].has_nodata);
		assert_true(f.scene.band[NIR].nodata == rows[i].fill);
		assert_true(noted(&f, "states no nodata"));
	}
}

/* A product known by its bands' names alone has its doubts too. */
static void test_described(void **state)
{
	struct fixture f;

	(void)state;
	prepare(&f, SAMPLE_U16, "SR_B4", "SR_B6");
	apply(&f, bands_sensor(&f.scene.files[0].info), "/x/mosaic.tif");
	expect(&f, 1, 0);
	assert_true(noted(&f, "--scale 0.0000275"));
	prepare(&f, SAMPLE_U16, "SR_B3", "SR_B4");
	apply(&f, NULL, "/x/mosaic.tif");
	assert_true(noted(&f, "--scale 0.0000275"));
	prepare(&f, SAMPLE_U16, "B04", "B08");
	apply(&f, bands_sensor(&f.scene.files[0].info), "/x/mosaic.tif");
	expect(&f, 1, 0);
	assert_true(noted(&f, "--offset -0.1"));
	prepare(&f, SAMPLE_U16, "red", "nir");
	assert_null(bands_sensor(&f.scene.files[0].info));
	apply(&f, NULL, "/x/mosaic.tif");
	assert_int_equal(f.scene.n_notes, 0);
}

/* Where nothing says that numbers are reflectance, by what they can be, whatever the sensor. */
static void test_digital_numbers(void **state)
{
	static const struct {
		enum sample_type type;
		const char *path, *words; /* NULL: no note of it */
	} rows[] = {
		{SAMPLE_U16, "/x/LC08_L1TP_013032_20180131_20180207_01_T1_B4.TIF", "_MTL.txt"},
		{SAMPLE_U8, "/x/LT52240631988227CUB02_B3.TIF", "_MTL.txt"},
		{SAMPLE_U8, "/x/L7_ETMs.tif", "8-bit"},
		{SAMPLE_U8, "/landsat_composite/1985.tif", "8-bit"},
		{SAMPLE_U8, "/x/S2A_T33UUB_20220601_B04.tif", "8-bit"},
		{SAMPLE_U8, "/x/orthophoto.tif", "8-bit"},
		{SAMPLE_U8, "/x/m_3008501_ne_16_1_20110815.tif", "digital numbers, not"},
		{SAMPLE_U8, "/x/CBERS_4_MUX_20171121_057_094_L2_BAND7.tif", "digital numbers, not"},
		{SAMPLE_U16, "/x/l8_B4.tif", "--scale 0.0000275 --offset -0.2"},
		{SAMPLE_U16, "/x/LC80110752015319LGN00_B4.TIF", "--reflectance"},
		{SAMPLE_I16, "/x/LE70220492002106EDC00_stack.gtif", NULL},
		{SAMPLE_F32, "/x/l8_B4.tif", NULL},
		{SAMPLE_F32, "/x/orthophoto.tif", NULL},
		{SAMPLE_U16, "/x/orthophoto.tif", NULL},
		{SAMPLE_U16, "/x/S2A_T33UUB_20220601_B04.tif", NULL},
	};
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		by_name(&f, rows[i].type, rows[i].path);
		if (noted(&f, "biased") != (rows[i].words != NULL))
			fail_msg("%s: %s", rows[i].path, f.scene.n_notes ? f.scene.notes[0] : "-");
		if (rows[i].words && !noted(&f, rows[i].words))
			fail_msg("%s: no %s", rows[i].path, rows[i].words);
		for (unsigned n = 0; n < f.scene.n_notes; n++) /* none is too long */
			assert_null(strstr(f.scene.notes[n], "..."));
	}
}

static void test_sentinel2_samples(void **state)
{
	static const char late[] = "/x/S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_B04.tif";
	struct fixture f;

	(void)state;
	by_name(&f, SAMPLE_I16, "/x/S2A_T33UUB_20220601_B04.tif");
	assert_true(noted(&f, "--offset -0.1"));
	by_name(&f, SAMPLE_U16, late);
	expect(&f, 0.0001, -0.1);
	by_name(&f, SAMPLE_F32, late);
	expect(&f, 1, 0);
	assert_true(noted(&f, "--scale 0.0001 --offset -0.1"));
	by_name(&f, SAMPLE_U8, late);
	expect(&f, 1, 0);
	assert_true(noted(&f, "8-bit"));
	assert_false(f.scene.band[RED].has_nodata);
	by_name(&f, SAMPLE_U16, "/tiles_N4510_E0100/T33UUB_20200101T101010_B04.tif");
	expect(&f, 1, 0);
	by_name(&f, SAMPLE_U16, "/philharmonie/S2A_T33UUB_20220601_B04.tif");
	expect(&f, 1, 0);
	assert_true(noted(&f, "--offset -0.1"));
}

/* MTD_MSIL2A.xml of T33UUB, 2022-06-01, of a baseline, with offsets for the bands given. */
static void make_metadata_of(const char *folder, const char *baseline, const char *offsets)
{
	char path[1024];
	FILE *out;

	snprintf(path, sizeof(path), "%s/MTD_MSIL2A.xml", folder);
	out = fopen(path, "w");
	assert_non_null(out);
	fprintf(out,
		"<n:P xmlns:n=\"u\"><PRODUCT_URI>S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_"
		"20220601T130000.SAFE</PRODUCT_URI><PROCESSING_BASELINE>%s</PROCESSING_BASELINE>"
		"<BOA_QUANTIFICATION_VALUE>10000</BOA_QUANTIFICATION_VALUE>%s</n:P>",
		baseline, offsets);
	assert_int_equal(fclose(out), 0);
}

static void make_metadata(const char *folder, const char *offsets)
{
	make_metadata_of(folder, "04.00", offsets);
}

#define OFFSET(id) "<BOA_ADD_OFFSET band_id=\"" id "\">-1000</BOA_ADD_OFFSET>"

static const char *in_root(char path[1024], const char *tail)
{
	snprintf(path, 1024, "%s/%s", root, tail);
	return path;
}

static void test_metadata_of_another_product(void **state)
{
	char path[1024];
	struct fixture f;

	(void)state;
	make_metadata(root, OFFSET("3") OFFSET("7"));
	by_name(&f, SAMPLE_U16, in_root(path, "T33UUB_20220601T101031_B04.tif"));
	expect(&f, 0.0001, -0.1);
	assert_string_equal(f.scene.sensor, "Sentinel-2 L2A");
	assert_non_null(strstr(f.scene.band[RED].scale_source, root));
	assert_non_null(strstr(f.scene.band[RED].scale_source, "/MTD_MSIL2A.xml"));
	by_name(&f, SAMPLE_U16, in_root(path, "T12SVB_20220601T101031_B04.tif"));
	expect(&f, 1, 0);
	assert_true(noted(&f, "is of tile T33UUB, the image of T12SVB; it was not used"));
	by_name(&f, SAMPLE_U16, in_root(path, "T33UUB_20180101T101031_B04.tif"));
	expect(&f, 1, 0);
	assert_true(noted(&f, "is of 2022-06-01, the image of 2018-01-01; it was not used"));
	/* One folder up, and the folder between is nobody's. */
	by_name(&f, SAMPLE_U16, in_root(path, "other/T33UUB_20220601T101031_B04.tif"));
	expect(&f, 1, 0);
	by_name(&f, SAMPLE_U16, in_root(path, "IMG_DATA/T33UUB_20220601T101031_B04.tif"));
	expect(&f, 0.0001, -0.1);
	by_name(&f, SAMPLE_U8, in_root(path, "IMG_DATA/T33UUB_20220601T101031_B04.tif"));
	expect(&f, 1, 0);
}

static void test_metadata_without_the_band(void **state)
{
	char path[1024];
	struct fixture f;

	(void)state;
	make_metadata(root, OFFSET("3"));
	by_name(&f, SAMPLE_U16, in_root(path, "T33UUB_20220601T101031_B04.tif"));
	expect(&f, 1, 0);
	assert_true(noted(&f, "none for nir"));
}

/* Metadata that state no offsets: the baseline tells, 04.00 being the first with one. */
static void test_metadata_without_offsets(void **state)
{
	static const struct {
		const char *baseline;
		double offset;
	} rows[] = {{"03.99", 0}, {"04.00", -0.1}, {"05.11", -0.1}, {"99.99", 0}};
	char path[1024];
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_metadata_of(root, rows[i].baseline, "");
		by_name(&f, SAMPLE_U16, in_root(path, "T33UUB_20220601T101031_B04.tif"));
		expect(&f, 0.0001, rows[i].offset);
		assert_non_null(strstr(f.scene.band[RED].scale_source, rows[i].baseline));
	}
}

/* A file that states scale and offset itself, under a name whose rule says -0.1. */
static void stated(struct fixture *f, double scale, double offset)
{
	static const char path[] = "/x/S2A_MSIL2A_20220601T101031_N0400_R022_T33UUB_B04.tif";
	const char *base = strrchr(path, '/') + 1;

	prepare(f, SAMPLE_U16, "", "");
	for (unsigned i = 0; i < 2; i++) {
		f->bands[i].has_scale = true;
		f->bands[i].scale = scale;
		f->bands[i].offset = offset;
	}
	apply(f, sensor_find(base, name_stem(base), NULL), path);
	expect(f, scale, offset);
	assert_string_equal(f->scene.band[RED].scale_source, "file metadata");
}

static void test_disagreement(void **state)
{
	struct fixture f;

	(void)state;
	stated(&f, 0.0001, -0.1);
	assert_false(noted(&f, "the file's metadata gives offset"));
	stated(&f, 1, -1000); /* the same shift of the numbers */
	assert_false(noted(&f, "the file's metadata gives offset"));
	stated(&f, 0.0001, 0);
	assert_true(noted(&f, "gives offset 0, which was used; the product's rule gives -0.1"));
	stated(&f, 0.0001, 0.1);
	assert_true(noted(&f, "gives offset 0.1, which was used; the product's rule gives -0.1"));
}

/* 600 bytes of folders: the metadata counts all the same. */
static void test_long_path(void **state)
{
	char path[1024], file[2048], name[121];
	struct fixture f;

	(void)state;
	memset(name, 'd', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(path, sizeof(path), "%s", root);
	for (unsigned i = 0; i < 5; i++) {
		size_t len = strlen(path);

		snprintf(path + len, sizeof(path) - len, "/%s", name);
		assert_int_equal(mkdir(path, 0755), 0);
	}
	make_metadata(path, OFFSET("3") OFFSET("7"));
	snprintf(file, sizeof(file), "%s/T33UUB_20220601T101031_B04.tif", path);
	by_name(&f, SAMPLE_U16, file);
	expect(&f, 0.0001, -0.1);
	assert_non_null(strstr(f.scene.band[RED].scale_source, "...ddd"));
}

static int make_root(void **state)
{
	char path[1024];

	(void)state;
	memcpy(root, ROOT, sizeof(root));
	if (!mkdtemp(root))
		return -1;
	return mkdir(in_root(path, "other"), 0755) || mkdir(in_root(path, "IMG_DATA"), 0755);
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
		cmocka_unit_test(test_landsat_c2),
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_described),
		cmocka_unit_test(test_digital_numbers),
		cmocka_unit_test(test_sentinel2_samples),
		cmocka_unit_test_setup_teardown(test_metadata_of_another_product, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(test_metadata_without_the_band, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(test_metadata_without_offsets, make_root,
						remove_root),
		cmocka_unit_test(test_disagreement),
		cmocka_unit_test_setup_teardown(test_long_path, make_root, remove_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
