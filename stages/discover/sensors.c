/*
 * The table of sensors. Patterns are tried from the top, so rows of special products stand before
 * those of their sensor. Band numbers are those of the operators' band designations: USGS for
 * Landsat, ESA for Sentinel-2, NASA for HLS and MODIS, INPE for CBERS and Amazonia, Planet for
 * PlanetScope, SkySat and RapidEye, USDA for NAIP.
 */
#include "sensors.h"

#include <stdio.h>
#include <string.h>

/*
 * TM and ETM+ stacks begin with band 1 whether or not the thermal band is among them; OLI stacks
 * begin with 1 (coastal) or 2 (blue), so only the full set of 11 tells.
 */
#define OLI_STACK                          \
	{                                  \
		{                          \
			11, 11, 4, 5, true \
		}                          \
	}
#define TM_STACK                         \
	{                                \
		{                        \
			6, 8, 3, 4, true \
		}                        \
	}

/* Names of U.S. Analysis Ready Data, Collection 2: conterminous states, Alaska, Hawaii. */
#define ARD_OF(satellites, region, tail) \
	"L@0[" satellites "]_" region "_######_########_########_02" tail
#define ARD(satellites, tail)          \
	ARD_OF(satellites, "CU", tail) \
	"|" ARD_OF(satellites, "AK", tail) "|" ARD_OF(satellites, "HI", tail)

/* The value of pixels without data, where the product defines it. */
#define FILL(value) true, value
#define NO_FILL     false, 0

/* clang-format off */
static const struct sensor sensors[] = {
	/* Landsat Collection 2 Level-2: surface reflectance is DN * 0.0000275 - 0.2 (USGS LSDS-1619). */
	{"Landsat 8/9 OLI C2 L2", "L@0[89]_L2S?_######_*_02_@#_SR_B#", "4", "5", {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},
	{"Landsat 4-7 TM/ETM+ C2 L2", "L@0[4-7]_L2S?_######_*_02_@#_SR_B#", "3", "4", {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},
	{"Landsat 8/9 OLI C2 ARD", ARD("89", "_SR_B#"), "4", "5", {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},
	{"Landsat 4-7 TM/ETM+ C2 ARD", ARD("4-7", "_SR_B#"), "3", "4", {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},

	/* Files made from these products, or of theirs under names of one's own. */
	{"Landsat 8/9 OLI C2 L2", "L@0[89]_L2S?_######_*_02_@#*|" ARD("89", "*"), "4", "5", OLI_STACK,
	 DATE_LANDSAT, SCALE_LANDSAT_C2, 0.0000275, -0.2, FILL(0)},
	{"Landsat 4-7 TM/ETM+ C2 L2", "L@0[4-7]_L2S?_######_*_02_@#*|" ARD("4-7", "*"), "3", "4", TM_STACK,
	 DATE_LANDSAT, SCALE_LANDSAT_C2, 0.0000275, -0.2, FILL(0)},

	/* Collection 1 and ESPA, reflectance of the surface and of the top of the atmosphere: DN * 0.0001. */
	{"Landsat 8 OLI surface reflectance", "LC8*_sr_band#|L@08_*_sr_band#", "4", "5", {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"Landsat 4-7 TM/ETM+ surface reflectance", "L[TE][4-7]*_sr_band#|L@0[4-7]_*_sr_band#",
	 "3", "4", {{0}}, DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"Landsat 8 OLI TOA reflectance", "LC8*_toa_band#|L@08_*_toa_band#", "4", "5", {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"Landsat 4-7 TM/ETM+ TOA reflectance", "L[TE][4-7]*_toa_band#|L@0[4-7]_*_toa_band#",
	 "3", "4", {{0}}, DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},

	/* Level-1: calibrated digital numbers. */
	{"Landsat 8/9 OLI L1", "L@0[89]_L1*", "4", "5", OLI_STACK, DATE_LANDSAT, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"Landsat 4-7 TM/ETM+ L1", "L[TE]0[4-7]_L1*", "3", "4", TM_STACK,
	 DATE_LANDSAT, SCALE_NUMBERS, 1, 0, NO_FILL},

	/* The same sensors under other names. */
	{"Landsat 8/9 OLI", "L[COT]0[89]_*|L[COT]8#############*|L[89]_*|L[89]-*|landsat[89]*|"
	 "landsat[-_ ][89]*|LC08*|LC09*", "4", "5", OLI_STACK, DATE_LANDSAT, SCALE_LANDSAT_SR, 1, 0, NO_FILL},
	{"Landsat 7 ETM+", "LE07*|LE7#############*|L7_*|L7-*|landsat7*|landsat[-_ ]7*", "3", "4",
	 TM_STACK, DATE_LANDSAT, SCALE_LANDSAT_SR, 1, 0, NO_FILL},
	{"Landsat 4/5 TM", "LT0[45]*|LT[45]#############*|L[45]_TM*|landsat5*|landsat[-_ ]5*|L5_*",
	 "3", "4", TM_STACK, DATE_LANDSAT, SCALE_LANDSAT_SR, 1, 0, NO_FILL},
	{"Landsat 1-3 MSS", "LM0[123]*|LM[123]#############*", "5", "7 6", {{0}},
	 DATE_LANDSAT, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"Landsat 4/5 MSS", "LM0[45]*|LM[45]#############*", "2", "4 3", {{0}},
	 DATE_LANDSAT, SCALE_NUMBERS, 1, 0, NO_FILL},

	/* HLS: the narrow NIR of S30 (B8A) is the one that matches Landsat's B05. */
	{"HLS S30", "HLS.S30.*|HLS_S30*", "4", "8A 8", {{0}}, DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"HLS L30", "HLS.L30.*|HLS_L30*", "4", "5", {{0}}, DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(-9999)},

	/* sen2r's stacks hold the bands in ESA's order. */
	{"Sentinel-2 (sen2r)", "S2@#@_########_###_*", "4", "8 8A", {{11, 13, 4, 8, false}},
	 DATE_YMD, SCALE_SENTINEL2, 1, 0, NO_FILL},
	{"Sentinel-2", "S2@_*|S2_*|S2-*|T##@@@_########T######*|sentinel2*|sentinel[-_ ]2*|S2@-*|"
	 "S2L[12]*", "4", "8 8A", {{12, 13, 4, 8, true}}, DATE_YMD, SCALE_SENTINEL2, 1, 0, NO_FILL},

	{"CBERS-4/4A AWFI/WFI", "CBERS_4_AWFI_*|CBERS_4A_WFI_*|CBERS[-_ ]4*WFI*", "15", "16", {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"CBERS-4/4A MUX", "CBERS_4_MUX_*|CBERS_4A_MUX_*", "7", "8", {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"CBERS-4A WPM", "CBERS_4A_WPM_*", "3", "4", {{0}}, DATE_YMD, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"CBERS-4 PAN10M", "CBERS_4_PAN10M_*", "3", "4", {{0}}, DATE_YMD, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"Amazonia-1 WFI", "AMAZONIA_1_WFI_*", "3", "4", {{0}}, DATE_YMD, SCALE_NUMBERS, 1, 0, NO_FILL},

	/* One scale, fill values of their own (NASA LP DAAC user guides). */
	{"MODIS MCD43A4", "MCD43A4*", "1", "2", {{7, 7, 1, 2, true}},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(32767)},
	{"MODIS MOD09/MYD09", "MOD09*|MYD09*", "1", "2", {{7, 7, 1, 2, true}},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(-28672)},
	{"MODIS", "MODIS*", "1", "2", {{7, 7, 1, 2, true}},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, NO_FILL},

	{"NAIP", "m_#######_@@_##_*", "1", "4", {{4, 4, 1, 4, false}}, DATE_YMD, SCALE_NONE, 1, 0, NO_FILL},
	{"PlanetScope", "########_######_*AnalyticMS*|########_######_*_3B_*Analytic*",
	 "", "", {{4, 4, 3, 4, false}, {8, 8, 6, 8, false}},
	 DATE_YMD, SCALE_NONE, 1, 0, NO_FILL},
	{"SkySat", "########_######_ssc#*_analytic*", "", "", {{4, 4, 3, 4, false}},
	 DATE_YMD, SCALE_NONE, 1, 0, NO_FILL},
	{"RapidEye", "*_RE#_3A_Analytic*", "", "", {{5, 5, 3, 5, false}}, DATE_YMD, SCALE_NONE, 1, 0, NO_FILL},
};
/* clang-format on */

enum { N_SENSORS = sizeof(sensors) / sizeof(sensors[0]) };

static const struct sensor *find_one(const char *text, size_t len)
{
	for (size_t i = 0; i < N_SENSORS; i++)
		if (name_matches(sensors[i].pattern, text, len))
			return &sensors[i];
	return NULL;
}

const struct sensor *sensor_find(const char *stem, size_t stem_len, const char *folder)
{
	const struct sensor *sensor = find_one(stem, stem_len), *of_both;
	char both[512];
	int len;

	if (sensor || !folder)
		return sensor;
	sensor = find_one(folder, strlen(folder));
	if (!sensor)
		return NULL;
	/* A product's files may have lost its id, which their folder then holds. */
	len = snprintf(both, sizeof(both), "%s_%.*s", folder, (int)stem_len, stem);
	of_both = len > 0 && len < (int)sizeof(both) ? find_one(both, (size_t)len) : NULL;
	return of_both ? of_both : sensor;
}

static const struct sensor *by_name(const char *name)
{
	for (size_t i = 0; i < N_SENSORS; i++)
		if (strcmp(sensors[i].name, name) == 0)
			return &sensors[i];
	return NULL;
}

const struct sensor *sensor_modis(void)
{
	return by_name("MODIS");
}

const struct sensor *sensor_sentinel2(void)
{
	return by_name("Sentinel-2");
}

const struct sensor *sensor_landsat_oli(void)
{
	return by_name("Landsat 8/9 OLI");
}

const struct sensor *sensor_by_token(const struct band_token *token)
{
	return token->kind == TOKEN_BAND && token->padded ? sensor_sentinel2() : NULL;
}

int sensor_code_rank(const char *codes, const char *code)
{
	size_t len = strlen(code);
	int rank = 0;

	for (const char *c = codes; *c; rank++) {
		size_t n = strcspn(c, " ");

		if (n == len && memcmp(c, code, n) == 0)
			return rank;
		c += n;
		c += strspn(c, " ");
	}
	return -1;
}

const struct stack_order *sensor_stack(const struct sensor *sensor, uint32_t n_bands)
{
	for (size_t i = 0; i < sizeof(sensor->stack) / sizeof(sensor->stack[0]); i++) {
		const struct stack_order *order = &sensor->stack[i];

		if (order->n_min && n_bands >= order->n_min && n_bands <= order->n_max)
			return order;
	}
	return NULL;
}
