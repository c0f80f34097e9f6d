/*
 * Names: patterns, band tokens, dates, Sentinel-2's own, and the table of sensors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "discover/sensors.h"
#include "discover/sentinel2.h"

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
	assert_true(name_capture("*", "abcdefgh", tiny, sizeof(tiny)));
	assert_int_equal(strlen(tiny), 3);
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

static void check_sensor(const char *stem, const char *folder, const char *name, const char *red,
			 const char *nir)
{
	const struct sensor *sensor = sensor_find(stem, strlen(stem), folder);

	assert_int_equal(sensor != NULL, name != NULL);
	if (!name)
		return;
	assert_string_equal(sensor->name, name);
	assert_string_equal(sensor->red, red);
	assert_string_equal(sensor->nir, nir);
}

static void test_sensors(void **state)
{
	(void)state;
	check_sensor("LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4", NULL,
		     "Landsat 8/9 OLI C2 L2", "4", "5");
	check_sensor("LC08_L2SP_008059_20191201_20200825_01_T1_SR_B4", NULL, "Landsat 8/9 OLI", "4",
		     "5");
	check_sensor("LT05_L2SP_008059_19911201_20200825_02_T1_SR_B3", NULL,
		     "Landsat 4-7 TM/ETM+ C2 L2", "3", "4");
	check_sensor("LC08_L1TP_013032_20180131_B4", NULL, "Landsat 8/9 OLI L1", "4", "5");
	check_sensor("LE07_L1TP_013032_20180131_B4", NULL, "Landsat 4-7 TM/ETM+ L1", "3", "4");
	check_sensor("LC80130322014001LGN00_B4", NULL, "Landsat 8/9 OLI", "4", "5");
	check_sensor("LE70220492002106EDC00_stack", NULL, "Landsat 7 ETM+", "3", "4");
	check_sensor("LT52240631988227CUB02_B3", NULL, "Landsat 4/5 TM", "3", "4");
	check_sensor("LM01_L1TP_1_B5", NULL, "Landsat 1-3 MSS", "5", "7 6");
	check_sensor("LM05_L1TP_1_B2", NULL, "Landsat 4/5 MSS", "2", "4 3");
	check_sensor("l8_B4", NULL, "Landsat 8/9 OLI", "4", "5");
	check_sensor("HLS.S30.T13RCN.2024128T173909.v2.0.B04", NULL, "HLS S30", "4", "8A 8");
	check_sensor("HLS.L30.T13RCN.2024128T173909.v2.0.B04", NULL, "HLS L30", "4", "5");
	check_sensor("T32TMT_20200101T101010_B04_10m", NULL, "Sentinel-2", "4", "8 8A");
	check_sensor("S2A2A_20170703_022_Barbellino_BOA_10", NULL, "Sentinel-2 (sen2r)", "4",
		     "8 8A");
	check_sensor("CBERS_4_AWFI_20170420_146_129_L2_BAND15", NULL, "CBERS-4/4A AWFI/WFI", "15",
		     "16");
	check_sensor("CBERS_4A_WPM_20200730_209_139_L4_BAND3", NULL, "CBERS-4A WPM", "3", "4");
	check_sensor("MCD43A4.A2017006.h21v11.006.2017018074804_B01", NULL, "MODIS MCD43A4", "1",
		     "2");
	check_sensor("MOD09A1.A2019001.h21v11.061.2020001_sur_refl_b01", NULL, "MODIS MOD09/MYD09",
		     "1", "2");
	check_sensor("m_4709963_se_14_1_20100629", NULL, "NAIP", "1", "4");
	check_sensor("20200101_101010_1003_3B_AnalyticMS_SR", NULL, "PlanetScope", "", "");
	check_sensor("B4", "LC08_L1TP_013032_20180131", "Landsat 8/9 OLI L1", "4", "5");
	/* Files of a product that have its id only in their folder's name. */
	check_sensor("SR_B4", "LC08_L2SP_008059_20191201_20200825_02_T1", "Landsat 8/9 OLI C2 L2",
		     "4", "5");
	check_sensor("B4", "S2", NULL, "", "");
	/* ESPA's top of atmosphere is reflectance, not the digital numbers of Level-1. */
	check_sensor("LC08_L1TP_008059_20191201_20191210_01_T1_toa_band4", NULL,
		     "Landsat 8 OLI TOA reflectance", "4", "5");
	check_sensor("1985", "landsat_composite_1985", NULL, "", "");
	check_sensor("B4", NULL, NULL, "", "");
}

static void check_rule(const char *stem, enum scale_rule rule, double offset)
{
	const struct sensor *sensor = sensor_find(stem, strlen(stem), NULL);

	assert_non_null(sensor);
	assert_int_equal(sensor->rule, rule);
	assert_true(sensor->offset == offset);
}

static void test_rules(void **state)
{
	static const char *const regions[] = {"CU", "AK", "HI"};
	char name[64];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "LC08_%s_003010_20200101_20210502_02_SR_B4",
			 regions[i]);
		check_rule(name, SCALE_FIXED, -0.2);
	}
	check_rule("LC08_XX_003010_20200101_20210502_02_SR_B4", SCALE_LANDSAT_SR, 0);
	check_rule("LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4", SCALE_FIXED, -0.2);
	check_rule("LC09_L2SR_008059_20221201_20230825_02_T1", SCALE_LANDSAT_C2, -0.2);
	check_rule("LE07_L2SP_008059_20191201_20200825_02_T1_clip", SCALE_LANDSAT_C2, -0.2);
	check_rule("LC08_L2SP_008059_20191201_20200825_01_T1", SCALE_LANDSAT_SR, 0);
}

static void check_stack(const char *stem, uint32_t n, unsigned red, unsigned nir)
{
	const struct sensor *sensor = sensor_find(stem, strlen(stem), NULL);
	const struct stack_order *order = sensor ? sensor_stack(sensor, n) : NULL;

	assert_int_equal(order != NULL, red != 0);
	if (order) {
		assert_int_equal(order->red, red);
		assert_int_equal(order->nir, nir);
	}
}

static void test_stacks(void **state)
{
	(void)state;
	check_stack("m_4709963_se_14_1_20100629", 4, 1, 4);
	check_stack("m_4709963_se_14_1_20100629", 3, 0, 0);
	check_stack("20200101_101010_1003_3B_AnalyticMS", 4, 3, 4);
	check_stack("20200101_101010_1003_3B_AnalyticMS_SR_8b_clip", 8, 6, 8);
	check_stack("2328007_2010-09-21_RE4_3A_Analytic_clip", 5, 3, 5);
	check_stack("2328007_2010-09-21_RE4_3A_Analytic_clip", 4, 0, 0);
	check_stack("20200101_101010_ssc1_u0001_analytic", 4, 3, 4);
	check_stack("MOD09A1.A2019001.h21v11.061", 7, 1, 2);
	check_stack("S2A_T33UUB_20220601", 12, 4, 8);
	check_stack("S2A_T33UUB_20220601", 13, 4, 8);
	check_stack("L7_ETMs", 6, 3, 4);
	check_stack("L7_ETMs", 8, 3, 4);
	check_stack("L7_ETMs", 9, 0, 0);
	check_stack("LC08_L1TP_013032_20180131", 11, 4, 5);
	check_stack("LC08_L1TP_013032_20180131", 7, 0, 0);
	check_stack("S2A2A_20170703_022_Barbellino_BOA_10", 11, 4, 8);
	check_stack("sentinel2_fields", 4, 0, 0);
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
		cmocka_unit_test(test_patterns),  cmocka_unit_test(test_capture),
		cmocka_unit_test(test_tokens),    cmocka_unit_test(test_sensors),
		cmocka_unit_test(test_stacks),    cmocka_unit_test(test_dates),
		cmocka_unit_test(test_baselines), cmocka_unit_test(test_sentinel2_words),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
