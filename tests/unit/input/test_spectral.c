/*
 * Wavelengths of bands: items of metadata, lists, units, descriptions; and XMP packets of cameras.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "input/spectral.h"
#include "input/xmp.h"

static void expect_nm(const struct band_info *band, double nm)
{
	assert_true(fabs(spectral_nm(band) - nm) < 1e-9);
}

static void test_items(void **state)
{
	static const struct {
		const char *key, *value, *unit;
		double nm;
	} row[] = {
		{"wavelength", "665.1", "Nanometers", 665.1},
		{"wavelength", "0.6651", "Micrometers", 665.1},
		{"Wavelength", "0.6651", "um", 665.1},
		{"WAVELENGTHS", " 665.1", NULL, 665.1},
		{"wavelength", "0.6651", NULL, 665.1},
		{"wavelength", "2.19", NULL, 2190},
		{"center wavelength", "665.1 nm", NULL, 665.1},
		{"CENTRAL_WAVELENGTH_UM", "0.6651", NULL, 665.1},
		{"CENTRAL_WAVELENGTH_NM", "665.1", NULL, 665.1},
		{"wavelength", "665.1", "Index", 665.1},
		{"wavelength", "-665.1", NULL, 0},
		{"wavelength", "nan", NULL, 0},
		{"wavelength", "inf", NULL, 0},
		{"wavelength", "1e9", "nm", 0},
		{"wavelength", "12", "nm", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct band_info band = {.scale = 1}, after = band;

		assert_true(spectral_band_item(&band, row[i].key, row[i].value));
		if (row[i].unit) {
			assert_true(spectral_band_item(&band, "wavelength_units", row[i].unit));
			/* The unit may come first. */
			(void)spectral_band_item(&after, "wavelength units", row[i].unit);
			(void)spectral_band_item(&after, row[i].key, row[i].value);
			expect_nm(&after, row[i].nm);
		}
		expect_nm(&band, row[i].nm);
	}
}

static void test_other_items(void **state)
{
	struct band_info band = {.scale = 1};

	(void)state;
	assert_false(spectral_band_item(&band, "fwhm", "5"));
	assert_false(spectral_band_item(&band, "wavelength", "red"));
	assert_false(spectral_band_item(&band, "", ""));
	assert_true(spectral_band_item(&band, "bbl", "0"));
	assert_true(band.bad);
	expect_nm(&band, 0);
}

static void test_lists(void **state)
{
	struct band_info bands[3] = {{.scale = 1}};
	struct raster_info info = {.n_bands = 3, .bands = bands};

	(void)state;
	assert_false(spectral_file_item(&info, "wavelength", "{490, 560}"));
	assert_false(spectral_file_item(&info, "wavelength", "{490, 560, 665, 842}"));
	assert_false(spectral_file_item(&info, "wavelength", "{490, x, 665}"));
	assert_false(spectral_file_item(&info, "wavelength", ""));
	expect_nm(&bands[0], 0);
	assert_true(spectral_file_item(&info, "wavelength", "{490, 560,\n 665}"));
	assert_true(spectral_file_item(&info, "bbl", "1,0,1"));
	expect_nm(&bands[2], 665);
	assert_true(bands[1].bad && !bands[2].bad);
	assert_true(spectral_file_item(&info, "wavelength", "0.49 0.56 0.665"));
	expect_nm(&bands[2], 665);
	assert_true(spectral_file_item(&info, "wavelength units", "Nanometers"));
	expect_nm(&bands[2], 0);
}

/* A file may have any number of them, and thousands of bands. */
static void test_many_items(void **state)
{
	struct band_info bands[3] = {{.wavelength = 0.5}};
	struct raster_info info = {.n_bands = 3, .bands = bands};
	unsigned taken = 0;

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		taken += spectral_file_item(&info, "wavelength units", "um");
	assert_int_equal(taken, 16);
	assert_false(spectral_file_item(&info, "wavelength units", "nm"));
	expect_nm(&bands[0], 500);
	assert_false(spectral_file_item(&info, "bbl", "0,0,0"));
	assert_false(bands[0].bad);
	info.n_spectral = 0; /* others do not count */
	for (unsigned i = 0; i < 300; i++)
		assert_false(spectral_file_item(&info, i % 2 ? "bbl" : "Band_1", "0,0"));
	assert_true(spectral_file_item(&info, "bbl", "0,0,0"));
}

static void test_descriptions(void **state)
{
	static const struct {
		const char *text;
		double nm;
	} row[] = {
		{"Band 30: 665.59 nm", 665.59},
		{"B4 (665.0 Nanometers)", 665},
		{"0.6656 um", 665.6},
		{"665nm", 665},
		{"665 NM", 665},
		{"0.665 \xc2\xb5m", 665},
		{"0.665 Micrometers", 665},
		{"band 12 2.2 microns", 2200},
		{"665", 0},
		{"Band 665", 0},
		{"665 nmi", 0},
		{"red", 0},
		{"B665 nm", 0},
		{"10 m", 0},
		{"", 0},
		{"-665 nm", 0},
		{"99999999 nm", 0},
		{"30-665.5 nm", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct band_info band = {.scale = 1};

		snprintf(band.description, sizeof(band.description), "%s", row[i].text);
		expect_nm(&band, row[i].nm);
	}
}

static void read_packet(struct raster_info *info, struct band_info *bands, uint32_t n,
			const char *packet)
{
	memset(bands, 0, n * sizeof(*bands));
	*info = (struct raster_info){.n_bands = n, .bands = bands};
	xmp_bands(info, packet, strlen(packet));
}

static void test_xmp(void **state)
{
	struct raster_info info;
	struct band_info bands[3];

	(void)state;
	read_packet(&info, bands, 1,
		    "<a><Camera:BandName>NIR</Camera:BandName><Camera:CentralWavelength>"
		    "840</Camera:CentralWavelength></a>");
	assert_string_equal(info.camera_band, "NIR");
	assert_string_equal(bands[0].description, "NIR");
	expect_nm(&bands[0], 840);
	read_packet(&info, bands, 1, "<a Camera:BandName = \"Red\" b='c'");
	assert_string_equal(info.camera_band, "Red");
	read_packet(&info, bands, 1, "<a Camera:BandName=\" Red \" b='c'");
	assert_string_equal(info.camera_band, "Red");
	read_packet(&info, bands, 3,
		    "<Camera:BandName>\n<rdf:Seq>\n<rdf:li>Blue</rdf:li>\n<rdf:li> Green "
		    "</rdf:li><rdf:li>Red</rdf:li></rdf:Seq></Camera:BandName>");
	assert_string_equal(bands[1].description, "Green");
	assert_string_equal(bands[2].description, "Red");
	assert_string_equal(info.camera_band, "");
	/* As many as there are bands, or none. */
	read_packet(&info, bands, 2, "<Camera:BandName><rdf:li>Blue</rdf:li></Camera:BandName>");
	assert_string_equal(bands[0].description, "");
}

static void test_xmp_broken(void **state)
{
	static const char *const text[] = {
		"",
		":BandName",
		":BandName=",
		":BandName=\"",
		":BandName=\"x",
		":BandName>",
		":BandName>x",
		":BandName>x</Camera:BandName",
		":BandName><rdf:li>",
		":BandName><rdf:li>x</Camera:BandName",
		":BandName>\x01</Camera:BandName>",
		":BandName=\"a name that is longer than any camera's name of a band\"",
		":CentralWavelength>x</a:CentralWavelength>",
		":CentralWavelength>-3</a:CentralWavelength>",
	};
	struct raster_info info;
	struct band_info band;

	(void)state;
	for (size_t i = 0; i < sizeof(text) / sizeof(text[0]); i++) {
		read_packet(&info, &band, 1, text[i]);
		assert_true(!*info.camera_band || strcmp(info.camera_band, "x") == 0);
		expect_nm(&band, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),        cmocka_unit_test(test_other_items),
		cmocka_unit_test(test_lists),        cmocka_unit_test(test_many_items),
		cmocka_unit_test(test_descriptions), cmocka_unit_test(test_xmp),
		cmocka_unit_test(test_xmp_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
