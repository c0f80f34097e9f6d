/*
 * The table of sensors: whose file a name is, bands by their numbers, orders of stacks. Expected
 * numbers are from the operators' tables of bands.
 */
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
	check_sensor("20200101_101010_1003_3B_AnalyticMS_SR", NULL, "PlanetScope SR", "", "");
	check_sensor("20200101_101010_1003_3B_AnalyticMS", NULL, "PlanetScope", "", "");
	check_sensor("20210901_160606_42_2442_3B_AnalyticMS_SR_8b_clip", NULL, "PlanetScope SR", "",
		     "");
	check_sensor("20210901_160606_42_2442_3B_AnalyticMS_8b_clip", NULL, "PlanetScope", "", "");
	check_sensor("SENTINEL2A_20180101-105435-457_L2A_T31TFJ_C_V1-0_FRE_B4", NULL,
		     "Sentinel-2 (MAJA)", "4", "8 8A");
	check_sensor("sentinel2_fields", NULL, "Sentinel-2", "4", "8 8A");
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

/*
 * Bands as the operators' tables give them: "name=code ...". Every band of the sensor is here, and
 * none else: names that are missing here must be missing in the table.
 */
struct bands_case {
	const char *stem;
	const char *bands; /* of several codes, the preferred one first: "nir=8|8A" */
};

#define OLI_REFLECTIVE "coastal=1 blue=2 green=3 red=4 nir=5 nir08=5 swir16=6 swir22=7"
#define TM_REFLECTIVE  "blue=1 green=2 red=3 nir=4 swir16=5 swir22=7"
#define SENTINEL2                                                                \
	"coastal=1 blue=2 green=3 red=4 rededge071=5 rededge075=6 rededge078=7 " \
	"nir08=8A nir09=9 cirrus=10 swir16=11 swir22=12"
#define MODIS "red=1 nir=2 blue=3 green=4 swir16=6 swir22=7"

static const struct bands_case bands_cases[] = {
	{"T32TMT_20200101T101010_B04_10m", SENTINEL2 " nir=8|8A"},
	{"S2A2A_20170703_022_Barbellino_BOA_10", SENTINEL2 " nir=8|8A"},
	{"HLS.S30.T13RCN.2024128T173909.v2.0.B04", SENTINEL2 " nir=8A|8"},
	{"HLS.L30.T13RCN.2024128T173909.v2.0.B04", OLI_REFLECTIVE " cirrus=9 lwir11=10 lwir12=11"},
	{"LC08_L2SP_008059_20191201_20200825_02_T1_SR_B4", OLI_REFLECTIVE},
	{"LC08_L2SP_008059_20191201_20200825_02_T1", OLI_REFLECTIVE},
	{"LC08_CU_003010_20200101_20210502_02_SR_B4", OLI_REFLECTIVE},
	{"LC08_L1TP_1_sr_band4", OLI_REFLECTIVE},
	{"LC08_L1TP_1_toa_band4", OLI_REFLECTIVE " cirrus=9"},
	{"LC08_L1TP_013032_20180131_B4", OLI_REFLECTIVE " pan=8 cirrus=9 lwir11=10 lwir12=11"},
	{"l8_B4", OLI_REFLECTIVE " pan=8 cirrus=9 lwir11=10 lwir12=11"},
	{"LT05_L2SP_008059_19911201_20200825_02_T1_SR_B3", TM_REFLECTIVE},
	{"LE07_L2SP_008059_20191201_20200825_02_T1_clip", TM_REFLECTIVE},
	{"LE07_L1TP_1_toa_band3", TM_REFLECTIVE},
	{"LE07_L1TP_013032_20180131_B4", TM_REFLECTIVE " lwir11=6 pan=8"},
	{"LE70220492002106EDC00_stack", TM_REFLECTIVE " lwir11=6 pan=8"},
	{"LT52240631988227CUB02_B3", TM_REFLECTIVE " lwir11=6"},
	{"LM01_L1TP_1_B5", "green=4 red=5 nir=7|6"},
	{"LM05_L1TP_1_B2", "green=1 red=2 nir=4|3"},
	{"MCD43A4.A2017006.h21v11.006.2017018074804_B01", MODIS},
	{"MOD09A1.A2019001.h21v11.061.2020001_sur_refl_b01", MODIS},
	{"MODIS_x", MODIS},
	{"CBERS_4_AWFI_20170420_146_129_L2_BAND15", "blue=13 green=14 red=15 nir=16"},
	{"CBERS_4A_WFI_20200730_209_139_L4_BAND15", "blue=13 green=14 red=15 nir=16"},
	{"CBERS_4_MUX_20171121_057_094_L2_BAND7", "blue=5 green=6 red=7 nir=8"},
	{"CBERS_4A_WPM_20200730_209_139_L4_BAND3", "pan=0 blue=1 green=2 red=3 nir=4"},
	{"CBERS_4_PAN10M_20170427_161_109_L4_BAND3", "green=2 red=3 nir=4"},
	{"AMAZONIA_1_WFI_20210301_033_016_L4_BAND3", "blue=1 green=2 red=3 nir=4"},
	{"m_4709963_se_14_1_20100629", "red=1 green=2 blue=3 nir=4"},
	{"20200101_101010_1003_3B_AnalyticMS_SR", ""},
	{"20200101_101010_ssc1_u0001_analytic", ""},
	{"2328007_2010-09-21_RE4_3A_Analytic_clip", ""},
};

/* What a case says of a band, with blanks for '|'; "" where it has none. */
static void wanted_codes(const char *bands, const char *word, char want[16])
{
	char key[24], *bar;
	const char *at = bands;
	size_t n = (size_t)snprintf(key, sizeof(key), "%s=", word);

	for (; *at && strncmp(at, key, n) != 0; at += strspn(at, " "))
		at += strcspn(at, " ");
	snprintf(want, 16, "%.*s", *at ? (int)strcspn(at + n, " ") : 0, *at ? at + n : "");
	while ((bar = strchr(want, '|')) != NULL)
		*bar = ' ';
}

static void test_bands_of_sensors(void **state)
{
	char want[16];

	(void)state;
	for (size_t i = 0; i < sizeof(bands_cases) / sizeof(bands_cases[0]); i++) {
		const char *stem = bands_cases[i].stem;
		const struct sensor *sensor = sensor_find(stem, strlen(stem), NULL);

		assert_non_null(sensor);
		for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++) {
			wanted_codes(bands_cases[i].bands, band_name_word(name), want);
			check_codes(sensor, name, want);
			if (*want)
				assert_true(sensor_has(sensor, name));
		}
		check_codes(sensor, NAME_NONE, "");
		assert_false(sensor_has(sensor, NAME_NONE));
	}
}

static void check_name_of(const char *stem, const char *code, enum band_name name)
{
	const struct sensor *sensor = sensor_find(stem, strlen(stem), NULL);

	assert_non_null(sensor);
	assert_int_equal(sensor_name_of(sensor, code), name);
}

static void test_names_of_codes(void **state)
{
	(void)state;
	check_name_of("S2A_x", "8", NAME_NIR);
	check_name_of("S2A_x", "8A", NAME_NIR08);
	check_name_of("S2A_x", "12", NAME_SWIR22);
	check_name_of("S2A_x", "13", NAME_NONE);
	check_name_of("S2A_x", "", NAME_NONE);
	check_name_of("HLS.S30.x", "8", NAME_NIR);
	check_name_of("HLS.S30.x", "8A", NAME_NIR08);
	check_name_of("LC08_x", "5", NAME_NIR08);
	check_name_of("LC08_x", "10", NAME_LWIR11);
	check_name_of("LE07_x", "4", NAME_NIR);
	check_name_of("MODIS_x", "5", NAME_NONE);
	check_name_of("LM01_x", "6", NAME_NIR);
}

/* All codes are as names of files write them, and the words of stacks are names. */
static void check_order(const struct sensor *sensor, const struct stack_order *order)
{
	char code[4], parsed[4];
	uint32_t place = 1;

	for (const char *at = order->order; *at; place++) {
		stack_code(order, place, code);
		if (*code) {
			assert_true(name_band_code(code, strlen(code), parsed));
			assert_string_equal(code, parsed);
			assert_int_equal(stack_place_of_code(order, code), place);
		} else {
			assert_int_not_equal(stack_name(sensor, order, place), NAME_NONE);
			assert_int_equal(
				stack_place(sensor, order, stack_name(sensor, order, place)),
				place);
		}
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	assert_in_range(place - 1, 1, order->n_max);
	assert_true(place - 1 == order->n_max || order->assumed);
	stack_code(order, place, code);
	assert_string_equal(code, "");
	assert_int_equal(stack_name(sensor, order, place), NAME_NONE);
	assert_int_equal(stack_name(sensor, order, 0), NAME_NONE);
}

static void test_orders(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bands_cases) / sizeof(bands_cases[0]); i++) {
		const char *stem = bands_cases[i].stem;
		const struct sensor *sensor = sensor_find(stem, strlen(stem), NULL);

		for (const struct stack_order *o = sensor->stack; o->n_min; o++) {
			assert_true(o->n_min <= o->n_max);
			assert_true(o == sensor->stack || o[-1].n_max < o->n_min);
			assert_ptr_equal(sensor_stack(sensor, o->n_min), o);
			check_order(sensor, o);
		}
	}
}

static void check_stack_names(const char *stem, uint32_t n, const char *want)
{
	const struct sensor *sensor = sensor_find(stem, strlen(stem), NULL);
	const struct stack_order *order = sensor_stack(sensor, n);
	char all[160] = "";

	assert_non_null(order);
	for (uint32_t place = 1; place <= n; place++) {
		const char *word = band_name_word(stack_name(sensor, order, place));

		strcat(all, place > 1 ? " " : "");
		strcat(all, *word ? word : "-");
	}
	assert_string_equal(all, want);
}

static void test_names_in_stacks(void **state)
{
	(void)state;
	check_stack_names("20200101_101010_1003_3B_AnalyticMS", 4, "blue green red nir");
	check_stack_names("20200101_101010_1003_3B_AnalyticMS_SR_8b_clip", 8,
			  "coastal blue green05 green yellow red rededge071 nir");
	check_stack_names("20200101_101010_ssc1_u0001_analytic", 4, "blue green red nir");
	check_stack_names("2328007_2010-09-21_RE4_3A_Analytic_clip", 5,
			  "blue green red rededge071 nir");
	check_stack_names("m_4709963_se_14_1_20100629", 4, "red green blue nir");
	check_stack_names("MOD09A1.A2019001.h21v11.061", 7, "red nir blue green - swir16 swir22");
	check_stack_names("S2A_T33UUB_20220601", 12,
			  "coastal blue green red rededge071 rededge075 rededge078 nir nir08 "
			  "nir09 swir16 swir22");
	check_stack_names("S2A_T33UUB_20220601", 13,
			  "coastal blue green red rededge071 rededge075 rededge078 nir nir08 "
			  "nir09 cirrus swir16 swir22");
	/* sen2r keeps one of 8 and 8A. */
	check_stack_names("S2A2A_20170703_022_Barbellino_BOA_10", 11,
			  "coastal blue green red rededge071 rededge075 rededge078 nir nir09 "
			  "swir16 swir22");
	check_stack_names("S2A1C_20170703_022_Barbellino_TOA_10", 12,
			  "coastal blue green red rededge071 rededge075 rededge078 nir nir09 "
			  "cirrus swir16 swir22");
	check_stack_names("L7_ETMs", 6, "blue green red nir swir16 swir22");
	check_stack_names("L7_ETMs", 8, "blue green red nir swir16 - - -");
	check_stack_names("LT05_x", 7, "blue green red nir swir16 lwir11 swir22");
	check_stack_names("LC08_L1TP_013032_20180131", 11,
			  "coastal blue green red nir08 swir16 swir22 pan cirrus lwir11 lwir12");
}

static void check_called(const char *text, const char *name)
{
	const struct sensor *sensor = sensor_called(text);

	if (!name) {
		assert_null(sensor);
		return;
	}
	assert_non_null(sensor);
	assert_string_equal(sensor->name, name);
}

static void test_called(void **state)
{
	unsigned n = 0;
	char text[24];

	(void)state;
	check_called("sentinel2", "Sentinel-2");
	check_called("Sentinel-2", "Sentinel-2");
	check_called("S2A", "Sentinel-2");
	check_called("landsat8", "Landsat 8/9 OLI");
	check_called("Landsat 9", "Landsat 8/9 OLI");
	check_called("LANDSAT_7", "Landsat 7 ETM+");
	check_called("landsat 5", "Landsat 4/5 TM");
	check_called("mss", "Landsat 1-3 MSS");
	check_called("HLS S30", "HLS S30");
	check_called("hls.l30", "HLS L30");
	check_called("modis", "MODIS");
	check_called("planetscope", "PlanetScope");
	check_called("cbers4a wpm", "CBERS-4A WPM");
	check_called("CBERS-4A WFI", "CBERS-4/4A AWFI/WFI");
	check_called("naip", "NAIP");
	check_called("landsat", NULL);
	check_called("s", NULL);
	check_called("", NULL);
	check_called("---", NULL);
	check_called("sentinel2 sentinel2a", NULL);
	check_called("a name that is longer than any that a sensor has, by far, and then some more",
		     NULL);
	/* Each is found by its own name and by each of its words, and all have red and NIR. */
	for (const struct sensor *s = NULL; (s = sensor_next(s)) != NULL; n++) {
		assert_ptr_equal(sensor_called(s->name), s);
		for (const char *at = s->called; *at; at += strspn(at, " ")) {
			char word[32];

			snprintf(word, sizeof(word), "%.*s", (int)strcspn(at, " "), at);
			assert_ptr_equal(sensor_called(word), s);
			at += strcspn(at, " ");
		}
		assert_true(sensor_has(s, NAME_RED) && sensor_has(s, NAME_NIR));
	}
	assert_int_equal(n, 18);
	assert_true(sensor_has(sensor_called("planetscope"), NAME_YELLOW));
	assert_false(sensor_has(sensor_called("skysat"), NAME_SWIR16));
	assert_string_equal(sensor_codes_text(sensor_called("s2"), NAME_NIR, text), "8 or 8A");
	assert_string_equal(sensor_codes_text(sensor_called("s2"), NAME_PAN, text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sensors),         cmocka_unit_test(test_rules),
		cmocka_unit_test(test_stacks),          cmocka_unit_test(test_bands_of_sensors),
		cmocka_unit_test(test_names_of_codes),  cmocka_unit_test(test_orders),
		cmocka_unit_test(test_names_in_stacks), cmocka_unit_test(test_called),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
