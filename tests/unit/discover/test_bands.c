/*
 * Which band of a stack is red and which NIR: evidence in its order, and refusals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "discover/bands.h"
#include "discover/describe.h"

/* Places of the bands in the recipe. */
enum { RED, NIR };

enum { MAX_BANDS = 16 };

struct stack {
	struct scene scene;
	struct band_info bands[MAX_BANDS];
	struct error err;
};

/* n bands with descriptions and labels; NULL: all empty. */
static void make(struct stack *s, uint32_t n, const char *const *descriptions,
		 const enum color_label *colors)
{
	static char path[] = "x.tif";

	memset(s, 0, sizeof(*s));
	s->scene.files[0].path = path;
	s->scene.files[0].info.n_bands = n;
	s->scene.files[0].info.bands = s->bands;
	for (uint32_t i = 0; i < n; i++) {
		if (descriptions)
			snprintf(s->bands[i].description, sizeof(s->bands[i].description), "%s",
				 descriptions[i]);
		if (colors)
			s->bands[i].color = colors[i];
	}
}

static int find(struct stack *s, const char *name, const struct options *options)
{
	static const struct options none = {.recipe = &recipe_ndvi};
	const struct sensor *sensor = name ? sensor_find(name, strlen(name), NULL) : NULL;

	return bands_find(&s->scene, sensor, sensor, options ? options : &none, &s->err);
}

static void expect(struct stack *s, const char *name, uint32_t red, uint32_t nir)
{
	assert_int_equal(find(s, name, NULL), red ? 0 : -1);
	if (red) {
		assert_int_equal(s->scene.band[RED].index, red);
		assert_int_equal(s->scene.band[NIR].index, nir);
		assert_true(s->scene.band[NIR].source[0] != '\0');
	} else {
		assert_int_equal(s->err.code, EX_DATAERR);
		assert_non_null(strstr(s->err.text, "--bands"));
	}
}

static void test_option(void **state)
{
	struct stack s;
	struct options options = {.recipe = &recipe_ndvi, .n_args = 0};

	(void)state;
	options.n_bands = 2;
	options.bands[RED] = (struct band_choice){.name = "red", .index = 2};
	options.bands[NIR] = (struct band_choice){.name = "nir", .index = 3};
	make(&s, 4, (const char *[]){"red", "nir", "x", "y"}, NULL);
	assert_int_equal(find(&s, NULL, &options), 0);
	assert_int_equal(s.scene.band[RED].index, 2);
	assert_string_equal(s.scene.band[NIR].source, "option --bands");
	assert_int_equal(s.scene.n_notes, 1);
	assert_string_equal(s.scene.notes[0],
			    "--bands overrides what is known of this scene: red is band 1, not 2, "
			    "nir is band 2, not 3 (band description 'red')");
	/* Labels that writers give by themselves, and numbers of nobody knows whom, are no
	 * knowledge. */
	make(&s, 4, NULL, (const enum color_label[]){COLOR_RED, COLOR_GREEN, COLOR_BLUE, 0});
	assert_int_equal(find(&s, NULL, &options), 0);
	assert_int_equal(s.scene.n_notes, 0);
	make(&s, 4, (const char *[]){"B4", "B3", "B2", "B8"}, NULL);
	assert_int_equal(find(&s, NULL, &options), 0);
	assert_int_equal(s.scene.n_notes, 0);
	make(&s, 4, (const char *[]){"B4", "B3", "B2", "B8"}, NULL);
	assert_int_equal(find(&s, "sentinel2_fields", &options), 0);
	assert_int_equal(s.scene.n_notes, 1);
	options.bands[NIR].index = 5;
	assert_int_equal(find(&s, NULL, &options), -1);
	assert_non_null(strstr(s.err.text, "band 5"));
}

static void test_descriptions(void **state)
{
	struct stack s;

	(void)state;
	make(&s, 4, (const char *[]){"B4", "B3", "B2", "B8"}, NULL);
	expect(&s, "sentinel2_fields", 1, 4);
	assert_int_equal(s.scene.n_notes, 0);
	make(&s, 4, (const char *[]){"B4", "B3", "B2", "B8"}, NULL);
	expect(&s, NULL, 1, 4);
	assert_int_equal(s.scene.n_notes, 1);
	make(&s, 3, (const char *[]){"Near Infrared", "Red Edge 1", "Red (665 nm)"}, NULL);
	expect(&s, NULL, 3, 1);
	make(&s, 3, (const char *[]){"B04", "B8A", "B08"}, NULL);
	expect(&s, NULL, 1, 3);
	make(&s, 3, (const char *[]){"nir08", "nir", "red"}, NULL);
	expect(&s, NULL, 3, 2);
	make(&s, 3,
	     (const char *[]){"Nadir_Reflectance_Band1", "Nadir_Reflectance_Band2",
			      "BRDF_Albedo_Band_Mandatory_Quality_Band1"},
	     NULL);
	expect(&s, NULL, 1, 2);
	/* Plain numbers are the product's where they are the most (ETM+ has band 6 twice). */
	make(&s, 8,
	     (const char *[]){"Band 1", "Band 2", "Band 3", "Band 4", "Band 5", "Band 6_VCID_1",
			      "Band 6_VCID_2", "Band 7"},
	     NULL);
	expect(&s, "LE07_L1TP_022049_20020416_20200916_02_T1", 3, 4);
	make(&s, 7, (const char *[]){"SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B6", "SR_B7"},
	     NULL);
	expect(&s, NULL, 4, 5);
}

static void test_descriptions_that_do_not_tell(void **state)
{
	struct stack s;

	(void)state;
	/* Without a sensor a number says nothing. */
	make(&s, 4,
	     (const char *[]){"band 1 reflectance", "band 2 reflectance", "band 3 reflectance",
			      "band 4 reflectance"},
	     NULL);
	expect(&s, NULL, 0, 0);
	/* Numbered in order: positions, not names, whatever the sensor. */
	make(&s, 5, (const char *[]){"Band 1", "Band 2", "Band 3", "Band 4", "Band 5"}, NULL);
	expect(&s, "LC08_L1TP_013032_20180131", 0, 0);
	make(&s, 6, (const char *[]){"Band 1", "Band 2", "Band 3", "Band 4", "Band 5", "Band 6"},
	     NULL);
	expect(&s, "LC08_stack6", 0, 0);
	assert_non_null(strstr(s.err.text, "6 'Band 6'"));
	make(&s, 10,
	     (const char *[]){"Band 1", "Band 2", "Band 3", "Band 4", "Band 5", "Band 6", "Band 7",
			      "Band 8", "Band 9", "Band 10"},
	     NULL);
	expect(&s, "S2_stack", 0, 0);
	/* What is known of the order of a sensor's stacks decides, with its note. */
	make(&s, 7, (const char *[]){"band1", "band2", "band3", "band4", "band5", "band6", "band7"},
	     NULL);
	expect(&s, "MOD09_stack", 1, 2);
	assert_int_equal(s.scene.n_notes, 1);
	/* "B1" ... "B6", where it goes on behind the visible bands and NIR, are names. */
	make(&s, 5, (const char *[]){"B1", "B2", "B3", "B4", "B5"}, NULL);
	expect(&s, "LC08_stack5", 0, 0);
	make(&s, 6, (const char *[]){"B1", "B2", "B3", "B4", "B5", "B6"}, NULL);
	expect(&s, "LC08_stack6", 4, 5);
	make(&s, 7, (const char *[]){"B1", "B2", "B3", "B4", "B5", "B6", "B7"}, NULL);
	expect(&s, "LC08_stack7", 4, 5);
	/* Landsat 7's own numbers. */
	make(&s, 8,
	     (const char *[]){"band 1 reflectance", "band 2 reflectance", "band 3 reflectance",
			      "band 4 reflectance", "band 5 reflectance", "band 7 reflectance",
			      "band 6 temperature", "Band 8"},
	     NULL);
	expect(&s, "LE70220492002106EDC00_stack", 3, 4);
	/* 4, 5 and 8: Landsat's or Sentinel-2's? */
	make(&s, 3, (const char *[]){"B4", "B5", "B8"}, NULL);
	expect(&s, NULL, 0, 0);
	/* One code twice: neither is the band, unless a better code is there once. */
	make(&s, 3, (const char *[]){"B4", "B4", "B8"}, NULL);
	expect(&s, "sentinel2_fields", 0, 0);
	make(&s, 3, (const char *[]){"B4", "B8", "B8"}, NULL);
	expect(&s, "sentinel2_fields", 0, 0);
	make(&s, 4, (const char *[]){"B8A", "B4", "B8A", "B8"}, NULL);
	expect(&s, "sentinel2_fields", 2, 4);
	/* Two of them. */
	make(&s, 3, (const char *[]){"red", "red", "nir"}, NULL);
	expect(&s, NULL, 0, 0);
	assert_non_null(strstr(s.err.text, "more than one"));
}

static void test_labels(void **state)
{
	static const enum color_label rgb_nir[] = {COLOR_RED, COLOR_GREEN, COLOR_BLUE, COLOR_NIR};
	static const enum color_label rgb_x[] = {COLOR_RED, COLOR_GREEN, COLOR_BLUE, COLOR_UNKNOWN};
	static const enum color_label bgr_x[] = {COLOR_BLUE, COLOR_GREEN, COLOR_RED, COLOR_UNKNOWN};
	static const enum color_label rgb_a[] = {COLOR_RED, COLOR_GREEN, COLOR_BLUE, COLOR_ALPHA};
	struct stack s;

	(void)state;
	make(&s, 4, NULL, rgb_nir);
	expect(&s, NULL, 1, 4);
	assert_int_equal(s.scene.n_notes, 0);
	make(&s, 4, NULL, rgb_x);
	expect(&s, NULL, 1, 4);
	assert_int_equal(s.scene.n_notes, 1);
	assert_non_null(strstr(s.scene.notes[0], "assumed"));
	make(&s, 4, NULL, bgr_x);
	expect(&s, NULL, 3, 4);
	make(&s, 4, NULL, rgb_a);
	expect(&s, NULL, 0, 0);
	assert_non_null(strstr(s.err.text, "--bands red=1,nir=4"));
	assert_non_null(strstr(s.err.text, "alpha"));
	/* Labels lie; the product's name does not. */
	make(&s, 4, NULL, rgb_a);
	expect(&s, "m_3211605_ne_11_060_20200415", 1, 4);
	assert_int_equal(s.scene.n_notes, 1);
	make(&s, 4, NULL, rgb_x);
	expect(&s, "20200101_101010_1003_3B_AnalyticMS", 3, 4);
	assert_int_equal(s.scene.n_notes, 1);
}

/* Bands at these wavelengths, 0 ends; all are stated as metadata. */
static void make_at(struct stack *s, const double *nm)
{
	uint32_t n = 0;

	while (nm[n] > 0)
		n++;
	make(s, n, NULL, NULL);
	for (uint32_t i = 0; i < n; i++)
		s->bands[i].wavelength = nm[i];
}

static void test_wavelengths(void **state)
{
	struct stack s;

	(void)state;
	make_at(&s, (const double[]){490, 560, 660, 668, 705, 835, 850, 0});
	expect(&s, NULL, 4, 6); /* 668 and 835: nearer to 665 and 842 than 660 and 850 */
	assert_string_equal(s.scene.band[RED].source, "wavelength 668 nm, nearest to 665");
	assert_int_equal(s.scene.n_notes, 0);
	/* A bad band is none. */
	make_at(&s, (const double[]){490, 560, 660, 668, 705, 835, 850, 0});
	s.bands[3].bad = s.bands[5].bad = true;
	expect(&s, NULL, 3, 7);
	/* The edges of the ranges: 620 to 690, 760 to 1000. */
	make_at(&s, (const double[]){620, 1000, 0});
	expect(&s, NULL, 1, 2);
	make_at(&s, (const double[]){690, 760, 0});
	expect(&s, NULL, 1, 2);
	make_at(&s, (const double[]){619.9, 760, 0});
	expect(&s, NULL, 0, 0);
	assert_non_null(strstr(s.err.text, "no band of 620 to 690 nm, where red lies: bands 1 at "
					   "619.9 nm, 2 at 760 nm"));
	make_at(&s, (const double[]){690.1, 1000.1, 0});
	expect(&s, NULL, 0, 0);
	/* Micrometres, and in words. */
	make_at(&s, (const double[]){0.842, 0.665, 0});
	expect(&s, NULL, 2, 1);
	make(&s, 3, (const char *[]){"842 nm", "665.5 Nanometers", "b3 (0.56 um)"}, NULL);
	expect(&s, NULL, 2, 1);
}

/* Words count more than wavelengths, and these more than numbers. */
static void test_wavelengths_beside(void **state)
{
	struct stack s;

	(void)state;
	make(&s, 3, (const char *[]){"red", "", ""}, NULL);
	s.bands[0].wavelength = 640;
	s.bands[1].wavelength = 665;
	s.bands[2].wavelength = 842;
	/* They contradict the word, so nothing of them is believed. */
	assert_int_equal(find(&s, NULL, NULL), -1);
	/* Labels of what a viewer shows are not believed against wavelengths. */
	make(&s, 4, NULL, (const enum color_label[]){COLOR_RED, COLOR_GREEN, COLOR_BLUE, 0});
	for (unsigned i = 0; i < 4; i++)
		s.bands[i].wavelength = (const double[]){450, 560, 600, 842}[i];
	assert_int_equal(find(&s, NULL, NULL), -1);
	assert_non_null(strstr(s.err.text, "where red lies"));
	make(&s, 3, (const char *[]){"B4", "B8", "B2"}, NULL);
	s.bands[0].wavelength = 842;
	s.bands[1].wavelength = 560;
	s.bands[2].wavelength = 665;
	expect(&s, NULL, 3, 1);
}

static void test_unknown(void **state)
{
	struct stack s;

	(void)state;
	make(&s, 4, NULL, NULL);
	expect(&s, NULL, 0, 0);
	assert_non_null(strstr(s.err.text, "1 no label, 2 no label"));
	assert_non_null(strstr(s.err.text, "pass --bands red=N,nir=N with their numbers, for such "
					   "scenes alone"));
	make(&s, 1, NULL, NULL);
	expect(&s, NULL, 0, 0);
	assert_non_null(strstr(s.err.text, "one band"));
	make(&s, 16, NULL, NULL);
	for (unsigned i = 0; i < 16; i++)
		memset(s.bands[i].description, 'x', sizeof(s.bands[i].description) - 1);
	expect(&s, NULL, 0, 0);
	assert_non_null(strstr(s.err.text, "..."));
}

static void test_words(void **state)
{
	(void)state;
	assert_int_equal(describe("NIR").meaning, MEANS_NIR);
	assert_int_equal(describe("near-infrared").meaning, MEANS_NIR);
	assert_int_equal(describe("near infra red").meaning, MEANS_NIR);
	assert_int_equal(describe("N").meaning, MEANS_NIR);
	assert_int_equal(describe("Red").meaning, MEANS_RED);
	assert_int_equal(describe("R").meaning, MEANS_RED);
	assert_int_equal(describe("RedEdge").meaning, MEANS_NOTHING);
	assert_int_equal(describe("Red Edge").meaning, MEANS_NOTHING);
	assert_int_equal(describe("shortwave infrared").meaning, MEANS_NOTHING);
	assert_int_equal(describe("infrared").meaning, MEANS_NOTHING);
	assert_int_equal(describe("thermal infra red").meaning, MEANS_NOTHING);
	assert_int_equal(describe("B4 - Red").meaning, MEANS_RED);
	assert_int_equal(describe("B04").meaning, MEANS_CODE);
	assert_string_equal(describe("b8a").code, "8A");
	assert_string_equal(describe("Band 4").code, "4");
	assert_int_equal(describe("").meaning, MEANS_NOTHING);
	assert_int_equal(describe("____").meaning, MEANS_NOTHING);
	assert_int_equal(describe("a b c d e f g h i j k l m n o p q r s red").meaning,
			 MEANS_NOTHING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_option),
		cmocka_unit_test(test_descriptions),
		cmocka_unit_test(test_descriptions_that_do_not_tell),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_wavelengths),
		cmocka_unit_test(test_wavelengths_beside),
		cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
