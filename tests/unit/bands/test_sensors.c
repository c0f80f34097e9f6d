/*
 * The table of sensors: whose file a name is, bands by their numbers, orders of stacks. Expected
 * numbers are from the operators' tables of bands.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bands/names.h"
#include "bands/sensors.h"

/* All codes of a band, separated by blanks: "8 8A". */
static void check_codes(const struct sensor *sensor, enum band_name name, const char *want)
{
	char codes[SENSOR_MAX_CODES][4], all[32] = "";
	unsigned n = sensor_codes(sensor, name, codes);

	for (unsigned i = 0; i < n; i++) {
		strcat(all, i ? " " : "");
		strcat(all, codes[i]);
		assert_int_equal(sensor_code_rank(sensor, name, codes[i]), i);
	}
	assert_string_equal(all, want);
}

static void check_sensor(const char *stem, const char *folder, const char *name, const char *red,
			 const char *nir)
{
	const struct sensor *sensor = sensor_find(stem, strlen(stem), folder);

	assert_int_equal(sensor != NULL, name != NULL);
	if (!name)
		return;
	assert_string_equal(sensor->name, name);
	check_codes(sensor, NAME_RED, red);
	check_codes(sensor, NAME_NIR, nir);
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
		assert_int_equal(stack_place(sensor, order, NAME_RED), red);
		assert_int_equal(stack_place(sensor, order, NAME_NIR), nir);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sensors),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
