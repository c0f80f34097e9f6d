/*
 * Names of files: patterns, band tokens, dates, Sentinel-2's own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "discover/names.h"
#include "discover/sentinel2.h"
#include "input/file_name.h"

static void test_patterns(void **state)
{
	(void)state;
	assert_true(name_matches("LC08_*", "lc08_x", 6));
	assert_true(name_matches("a|b##", "b12", 3));
	assert_false(name_matches("a|b##", "b1", 2));
	assert_true(name_matches("L[COT]0[89]_*", "LC09_", 5));
	assert_true(name_matches("L[TE]0[4-7]*", "LE07", 4));
	assert_false(name_matches("L[TE]0[4-7]*", "LE08", 4));
	assert_true(name_matches("*ab*ab*c", "xabyabzc", 8));
	assert_false(name_matches("", "x", 1));
	assert_false(name_matches("[ab", "c", 1));
}

static void check_capture(const char *pattern, const char *text, const char *want)
{
	char captured[64] = "?";

	assert_int_equal(name_capture(pattern, text, captured, sizeof(captured)), want != NULL);
	if (want)
		assert_string_equal(captured, want);
}

static void test_capture(void **state)
{
	char tiny[4];

	(void)state;
	check_capture("*_B04.tif", "x_B04.tif", "x/");
	check_capture("*_B04_*.tif", "x_B04_10m.tif", "x/10m/");
	check_capture("*_B04.tif", "x_B04.tiff", NULL);
	check_capture("B04.tif", "B04.tif", "");
	check_capture("?_*", "a_b", "a/b/");
	check_capture("*a*a", "aXaYa", "/XaY/");
	check_capture("****", "abc", "///abc/");
	check_capture("LC??_L???_??????_????????_*_B4.tif", "LC08_L1TP_191027_20200404_T1_B4.tif",
		      "0/8/1/T/P/1/9/1/0/2/7/2/0/2/0/0/4/0/4/T1/");
	assert_true(name_capture("*", "abcdefgh", tiny, sizeof(tiny)));
	assert_int_equal(strlen(tiny), 3);
}

/* The own name of a file in GDAL's name for a part of it, and that its stem does not end before. */
static void check_own(const char *name, const char *want)
{
	const char *own = name_of_file(name);

	assert_string_equal(own, want);
	assert_true(name + name_stem(name) >= own);
}

static void test_names_of_parts(void **state)
{
	(void)state;
	check_own("a.b.tif", "a.b.tif");
	check_own("NETCDF:\"b/a.nc\":red", "a.nc\":red");
	check_own("NETCDF:b/a.nc:red", "a.nc:red");
	check_own("NETCDF:a.nc:red", "a.nc:red");
	check_own("NETCDF:\"b/a.nc\":/grid/red", "a.nc\":/grid/red");
	check_own("NETCDF:b/a.nc:/grid/red", "a.nc:/grid/red");
	check_own("HDF5:\"/c/b/a.h5\"://grid/red", "a.h5\"://grid/red");
	check_own("HDF5:a.h5://grid/red", "a.h5://grid/red");
	check_own("HDF4_EOS:EOS_GRID:\"b/a.hdf\":grid:band", "a.hdf\":grid:band");
	check_own("HDF4_EOS:EOS_GRID:a.hdf:grid:band", "a.hdf:grid:band");
	check_own("HDF5:\"b/a.h5", "a.h5"); /* no end of what is quoted */
	check_own("NETCDF:b.c/a", "a");     /* a dot of a folder ends no stem */
	check_own("NETCDF:b.c/", "");
	check_own("HDF5:\"\"", "\"");
	assert_int_equal(name_stem("NETCDF:b.c/a"), 12);
	assert_int_equal(name_stem("a.b.tif"), 3);
	assert_int_equal(name_stem(".tif"), 4);
}

static void check_token(const char *stem, enum token_kind kind, const char *code, size_t prefix,
			const char *suffix)
{
	struct band_token token = name_band_token(stem, strlen(stem));

	assert_int_equal(token.kind, kind);
	if (kind == TOKEN_NONE)
		return;
	assert_string_equal(token.code, code);
	assert_int_equal(token.prefix_len, prefix);
	assert_string_equal(stem + token.end, suffix);
}

static void test_tokens(void **state)
{
	char long_stem[300];

	(void)state;
	check_token("T32TMT_20200101T101010_B04_10m", TOKEN_BAND, "4", 22, "_10m");
	check_token("T32TMT_20200101T101010_B8A_20m", TOKEN_BAND, "8A", 22, "_20m");
	check_token("T32TMT_20200101T101010_SCL_20m", TOKEN_QA, "", 22, "_20m");
	check_token("LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4", TOKEN_BAND, "4", 40, "");
	check_token("LC08_L2SP_008059_20191201_20200825_02_T1_QA_PIXEL", TOKEN_QA, "", 40, "");
	check_token("LC08_L2SP_008059_20191201_20200825_02_T1_SR_QA_AEROSOL", TOKEN_QA, "", 40, "");
	check_token("LC08_L2SP_008059_20191201_20200825_02_T1_ST_B10", TOKEN_OTHER, "", 40, "");
	check_token("LC08_L1TP_1_sr_band4", TOKEN_BAND, "4", 11, "");
	check_token("LE07_X_B6_VCID_1", TOKEN_OTHER, "6", 6, "");
	check_token("LT52240631988227CUB02_B3", TOKEN_BAND, "3", 21, "");
	check_token("HLS.S30.T13RCN.2024128T173909.v2.0.B04", TOKEN_BAND, "4", 34, "");
	check_token("HLS.S30.T13RCN.2024128T173909.v2.0.Fmask", TOKEN_QA, "", 34, "");
	check_token("CBERS_4_AWFI_20170420_146_129_L2_BAND15", TOKEN_BAND, "15", 32, "");
	check_token("MOD09A1.061_sur_refl_b01_doy2020001_aid0001", TOKEN_BAND, "1", 11,
		    "_doy2020001_aid0001");
	check_token("B04", TOKEN_BAND, "4", 0, "");
	check_token("x_red", TOKEN_RED, "", 1, "");
	check_token("x_nir", TOKEN_NIR, "", 1, "");
	check_token("S2A2A_20170703_022_Barbellino_BOA_10", TOKEN_STACK, "", 29, "_10");
	check_token("m_4709963_se_14_1_20100629", TOKEN_NONE, "", 0, "");
	check_token("L7_ETMs", TOKEN_NONE, "", 0, "");
	check_token("shredded", TOKEN_NONE, "", 0, "");
	check_token("20200101_101010_1003_3B_clip", TOKEN_NONE, "", 0, "");
	check_token("x_B123", TOKEN_NONE, "", 0, "");
	check_token("x_B0", TOKEN_OTHER, "", 1, "");
	check_token("", TOKEN_NONE, "", 0, "");
	memset(long_stem, 'a', sizeof(long_stem));
	memcpy(long_stem + sizeof(long_stem) - 4, "_B04", 4);
	assert_int_equal(name_band_token(long_stem, sizeof(long_stem)).kind, TOKEN_NONE);
}

static void check_date(const char *name, enum date_form form, const char *want)
{
	char date[24];

	name_date(name, form, date);
	assert_string_equal(date, want);
}

static void test_dates(void **state)
{
	(void)state;
	check_date("T32TMT_20200229T101010_B04", DATE_YMD, "2020-02-29T10:10:10Z");
	check_date("LC08_L2SP_008059_20191201_20200825_02", DATE_LANDSAT, "2019-12-01");
	check_date("LT52240631988227CUB02", DATE_LANDSAT, "1988-08-14");
	check_date("HLS.S30.T13RCN.2024128T173909", DATE_YEARDOY, "2024-05-07T17:39:09Z");
	check_date("MCD43A4.A2017006.h21v11", DATE_YEARDOY, "2017-01-06");
	check_date("MCD43A4.A2016366.h21v11", DATE_YEARDOY, "2016-12-31");
	check_date("MCD43A4.A2017366.h21v11", DATE_YEARDOY, "");
	check_date("m_3008501_ne_16_1_20110815", DATE_YMD, "2011-08-15");
	check_date("20200101_101010_1003", DATE_YMD, "2020-01-01T10:10:10Z");
	check_date("x_20201301", DATE_YMD, "");
	check_date("x", DATE_YMD, "");
	/* The first date of Sentinel-2's old names is that of processing. */
	check_date("S2A_OPER_MSI_L1C_TL_SGS__20151231T173024_A002742_T33UUB_B04", DATE_YMD, "");
	check_date("S2A_OPER_PRD_MSIL1C_PDMC_20160102T030405_R022_V20151231T101010_20151231T101010",
		   DATE_YMD, "2015-12-31T10:10:10Z");
}

static void test_baselines(void **state)
{
	(void)state;
	assert_int_equal(sentinel2_baseline("/a/S2A_MSIL2A_2022_N0400_R022/x"), 400);
	assert_int_equal(sentinel2_baseline("S2A_OPER_T32TLS_N04.00_R60m_B01.jp2"), 400);
	assert_int_equal(sentinel2_baseline("S2A_OPER_MSI_L1C_TL_T32TLS_N02.01/B01.jp2"), 201);
	assert_int_equal(sentinel2_baseline("S2A_OPER_MSI_L1C_TL_T32TLS_N02.01.tif"), 201);
	assert_int_equal(sentinel2_baseline("S2A_MSIL1C_N0206_R001_x/y_N0509_R022_T32TLS"), 509);
	assert_int_equal(sentinel2_baseline("S2A_MSIL2A_N9999_R001"), 0);
	assert_int_equal(sentinel2_baseline("x_Nothing_N12"), 0);
	/* Map sheets, and folders above the product. */
	assert_int_equal(sentinel2_baseline("/tiles_N4510_E0100/T33UUB_20200101T101010_B04.tif"),
			 0);
	assert_int_equal(sentinel2_baseline("/x_N45.10_E010/T33UUB_B04.tif"), 0);
	assert_int_equal(sentinel2_baseline("/x_N10.00/T33UUB_B04.tif"), 0);
	assert_int_equal(sentinel2_baseline("/S2A_MSIL2A_N0400_R022_x/mine/T33UUB_B04.tif"), 0);
	assert_int_equal(sentinel2_baseline("/S2A_MSIL2A_N0400_R022_T33UUB_x.SAFE/GRANULE/"
					    "L2A_T33UUB_A1/IMG_DATA/R10m/T33UUB_B04_10m.jp2"),
			 400);
	assert_int_equal(sentinel2_baseline(""), 0);
}

static void test_sentinel2_words(void **state)
{
	char tile[8];

	(void)state;
	assert_string_equal(sentinel2_level("/L2A/S2A_MSIL1C_20190522_R022/T33UUB_B04.tif"), "L1C");
	assert_string_equal(sentinel2_level("/S2A_MSIL2A_x/S2A_MSIL1C_y_B04.tif"), "L1C");
	assert_string_equal(sentinel2_level("S2A_OPER_MSI_L1C_TL_SGS_B04.jp2"), "L1C");
	assert_string_equal(sentinel2_level("L2A_T33UUB_20190522T101039_B04_10m.jp2"), "L2A");
	assert_string_equal(sentinel2_level("/L2A/x/T33UUB_B04.tif"), "");
	assert_string_equal(sentinel2_level("/xL2Ax/ML1C_B04.tif"), "");
	assert_true(sentinel2_harmonised("/COPERNICUS_S2_SR_HARMONIZED/B04.tif"));
	assert_true(sentinel2_harmonised("S2_harmonised_B04.tif"));
	assert_false(sentinel2_harmonised("/philharmonie/S2A_B04.tif"));
	assert_false(sentinel2_harmonised("/harmonised/x/S2A_B04.tif"));
	assert_true(sentinel2_tile("S2A_MSIL2A_x_t33uub_20220601", tile));
	assert_string_equal(tile, "T33UUB");
	assert_false(sentinel2_tile("T33UUBX_XT33UUB", tile));
	assert_string_equal(sentinel2_own_part("/a/b/IMG_DATA/R10m/c"), "b/IMG_DATA/R10m/c");
	assert_string_equal(sentinel2_own_part("c"), "c");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),        cmocka_unit_test(test_names_of_parts),
		cmocka_unit_test(test_capture),         cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_dates),           cmocka_unit_test(test_baselines),
		cmocka_unit_test(test_sentinel2_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
