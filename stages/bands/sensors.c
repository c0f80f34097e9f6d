/*
 * The table of sensors. Patterns are tried from the top, so rows of special products stand before
 * those of their sensor. Band numbers are those of the operators' band designations: USGS for
 * Landsat, ESA for Sentinel-2, NASA for HLS and MODIS, INPE for CBERS and Amazonia, Planet for
 * PlanetScope, SkySat and RapidEye, USDA for NAIP, the makers' user guides for cameras on drones.
 */
#include "sensors.h"

#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "input/file_name.h"
#include "name_pattern.h"
#include "names.h"

/* clang-format off */
/*
 * Bands by their numbers. Of near infrared, Sentinel-2 has a wide band (8) and a narrow one (8A);
 * OLI's is as narrow, so it has both names. TM's thermal band is wider than lwir11, its only
 * other name. MODIS's band 5 (1.24 um) has none.
 */
#define OLI_REFLECTIVE                                                                 \
	[NAME_COASTAL] = "1", [NAME_BLUE] = "2", [NAME_GREEN] = "3", [NAME_RED] = "4", \
	[NAME_NIR] = "5", [NAME_NIR08] = "5", [NAME_SWIR16] = "6", [NAME_SWIR22] = "7"
#define OLI_ALL                                                                      \
	OLI_REFLECTIVE, [NAME_PAN] = "8", [NAME_CIRRUS] = "9", [NAME_LWIR11] = "10", \
			[NAME_LWIR12] = "11"
#define TM_REFLECTIVE                                                              \
	[NAME_BLUE] = "1", [NAME_GREEN] = "2", [NAME_RED] = "3", [NAME_NIR] = "4", \
	[NAME_SWIR16] = "5", [NAME_SWIR22] = "7"
#define TM_ALL  TM_REFLECTIVE, [NAME_LWIR11] = "6"
#define ETM_ALL TM_ALL, [NAME_PAN] = "8"
#define SENTINEL2_BUT_NIR                                                                    \
	[NAME_COASTAL] = "1", [NAME_BLUE] = "2", [NAME_GREEN] = "3", [NAME_RED] = "4",       \
	[NAME_REDEDGE071] = "5", [NAME_REDEDGE075] = "6", [NAME_REDEDGE078] = "7",           \
	[NAME_NIR08] = "8A", [NAME_NIR09] = "9", [NAME_CIRRUS] = "10", [NAME_SWIR16] = "11", \
	[NAME_SWIR22] = "12"
#define MODIS_LAND                                                                 \
	[NAME_RED] = "1", [NAME_NIR] = "2", [NAME_BLUE] = "3", [NAME_GREEN] = "4", \
	[NAME_SWIR16] = "6", [NAME_SWIR22] = "7"
#define BLUE_TO_NIR(blue, green, red, nir) \
	[NAME_BLUE] = blue, [NAME_GREEN] = green, [NAME_RED] = red, [NAME_NIR] = nir

/*
 * OLI stacks begin with 1 (coastal) or 2 (blue), so only the full set of 11 tells. TM and ETM+
 * stacks begin with band 1; where there are more than six, who made an ETM+ stack chose which
 * of the two thermal bands and pan are among them, and where they stand.
 */
#define OLI_STACK {11, 11, "1 2 3 4 5 6 7 8 9 10 11", true}
#define ETM_STACK {6, 6, "1 2 3 4 5 7", true}, {7, 8, "1 2 3 4 5", true}
#define TM_STACK \
	{6, 6, "1 2 3 4 5 7", true}, {7, 7, "1 2 3 4 5 6 7", true}, {8, 8, "1 2 3 4 5", true}
#define PLANETSCOPE_STACK                       \
	{4, 4, "blue green red nir", false}, \
	{8, 8, "coastal blue green05 green yellow red rededge071 nir", false}
#define MODIS_STACK {7, 7, "1 2 3 4 5 6 7", true}
/* clang-format on */

/* Names of U.S. Analysis Ready Data, Collection 2: conterminous states, Alaska, Hawaii. */
#define ARD_OF(satellites, region, tail) \
	"L@0[" satellites "]_" region "_######_########_########_02" tail
#define ARD(satellites, tail)          \
	ARD_OF(satellites, "CU", tail) \
	"|" ARD_OF(satellites, "AK", tail) "|" ARD_OF(satellites, "HI", tail)

/* The value of pixels without data, where the product defines it. */
#define FILL(value)  FILL_VALUE, value
#define LANDSAT_FILL FILL_LANDSAT, 0
#define NO_FILL      FILL_NONE, 0

/* clang-format off */
static const struct sensor sensors[] = {
	/* Landsat Collection 2 Level-2: surface reflectance is DN * 0.0000275 - 0.2 (USGS LSDS-1619). */
	{"Landsat 8/9 OLI C2 L2", NULL,
	 "L@0[89]_L2S?_######_*_02_@#_SR_B#",
	 {OLI_REFLECTIVE}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},
	{"Landsat 4-7 TM/ETM+ C2 L2", NULL,
	 "L@0[4-7]_L2S?_######_*_02_@#_SR_B#",
	 {TM_REFLECTIVE}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},
	{"Landsat 8/9 OLI C2 ARD", NULL,
	 ARD("89", "_SR_B#"),
	 {OLI_REFLECTIVE}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},
	{"Landsat 4-7 TM/ETM+ C2 ARD", NULL,
	 ARD("4-7", "_SR_B#"),
	 {TM_REFLECTIVE}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0000275, -0.2, FILL(0)},

	/* Files made from these products, or of theirs under names of one's own. */
	{"Landsat 8/9 OLI C2 L2", NULL,
	 "L@0[89]_L2S?_######_*_02_@#*|" ARD("89", "*"),
	 {OLI_REFLECTIVE}, {OLI_STACK},
	 DATE_LANDSAT, SCALE_LANDSAT_C2, 0.0000275, -0.2, LANDSAT_FILL},
	{"Landsat 4-7 TM/ETM+ C2 L2", NULL,
	 "L@0[4-7]_L2S?_######_*_02_@#*|" ARD("4-7", "*"),
	 {TM_REFLECTIVE}, {ETM_STACK},
	 DATE_LANDSAT, SCALE_LANDSAT_C2, 0.0000275, -0.2, LANDSAT_FILL},

	/* Collection 1 and ESPA, reflectance of the surface and of the top of the atmosphere: DN * 0.0001. */
	{"Landsat 8 OLI surface reflectance", NULL,
	 "LC8*_sr_band#|L@08_*_sr_band#",
	 {OLI_REFLECTIVE}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"Landsat 4-7 TM/ETM+ surface reflectance", NULL,
	 "L[TE][4-7]*_sr_band#|L@0[4-7]_*_sr_band#",
	 {TM_REFLECTIVE}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"Landsat 8 OLI TOA reflectance", NULL,
	 "LC8*_toa_band#|L@08_*_toa_band#",
	 {OLI_REFLECTIVE, [NAME_CIRRUS] = "9"}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"Landsat 4-7 TM/ETM+ TOA reflectance", NULL,
	 "L[TE][4-7]*_toa_band#|L@0[4-7]_*_toa_band#",
	 {TM_REFLECTIVE}, {{0}},
	 DATE_LANDSAT, SCALE_FIXED, 0.0001, 0, FILL(-9999)},

	/* Level-1: calibrated digital numbers. */
	{"Landsat 8/9 OLI L1", NULL,
	 "L@0[89]_L1*",
	 {OLI_ALL}, {OLI_STACK},
	 DATE_LANDSAT, SCALE_LANDSAT_L1, 1, 0, FILL(0)},
	{"Landsat 4-7 TM/ETM+ L1", NULL,
	 "L[TE]0[4-7]_L1*",
	 {ETM_ALL}, {ETM_STACK},
	 DATE_LANDSAT, SCALE_LANDSAT_L1, 1, 0, FILL(0)},

	/* The same sensors under other names. */
	{"Landsat 8/9 OLI", "landsat8 landsat9 landsat89 l8 l9 lc08 lc09 oli",
	 "L[COT]0[89]_*|L[COT]8#############*|L[89]_*|L[89]-*|landsat[89]*|"
	 "landsat[-_ ][89]*|LC08*|LC09*",
	 {OLI_ALL}, {OLI_STACK},
	 DATE_LANDSAT, SCALE_LANDSAT_SR, 1, 0, LANDSAT_FILL},
	{"Landsat 7 ETM+", "landsat7 l7 le07 etm",
	 "LE07*|LE7#############*|L7_*|L7-*|landsat7*|landsat[-_ ]7*",
	 {ETM_ALL}, {ETM_STACK},
	 DATE_LANDSAT, SCALE_LANDSAT_SR, 1, 0, LANDSAT_FILL},
	{"Landsat 4/5 TM", "landsat4 landsat5 landsat45 l4 l5 lt04 lt05 tm",
	 "LT0[45]*|LT[45]#############*|L[45]_TM*|landsat5*|landsat[-_ ]5*|L5_*",
	 {TM_ALL}, {TM_STACK},
	 DATE_LANDSAT, SCALE_LANDSAT_SR, 1, 0, LANDSAT_FILL},
	{"Landsat 1-3 MSS", "landsat1 landsat2 landsat3 mss",
	 "LM0[123]*|LM[123]#############*",
	 {[NAME_GREEN] = "4", [NAME_RED] = "5", [NAME_NIR] = "7 6"}, {{0}},
	 DATE_LANDSAT, SCALE_LANDSAT_L1, 1, 0, FILL(0)},
	{"Landsat 4/5 MSS", "landsat4mss landsat5mss landsat45mss",
	 "LM0[45]*|LM[45]#############*",
	 {[NAME_GREEN] = "1", [NAME_RED] = "2", [NAME_NIR] = "4 3"}, {{0}},
	 DATE_LANDSAT, SCALE_LANDSAT_L1, 1, 0, FILL(0)},

	/* HLS: the narrow NIR of S30 (B8A) is the one that matches Landsat's B05. */
	{"HLS S30", "hlss30 s30",
	 "HLS.S30.*|HLS_S30*",
	 {SENTINEL2_BUT_NIR, [NAME_NIR] = "8A 8"}, {{0}},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(-9999)},
	{"HLS L30", "hlsl30 l30",
	 "HLS.L30.*|HLS_L30*",
	 {OLI_REFLECTIVE, [NAME_CIRRUS] = "9", [NAME_LWIR11] = "10", [NAME_LWIR12] = "11"}, {{0}},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(-9999)},

	/* THEIA's products, made by MAJA: no offset in any baseline; bands as in ESA's products. */
	{"Sentinel-2 (MAJA)", NULL,
	 "SENTINEL2@_########-######-###_L[23]A_T##@@@_*",
	 {SENTINEL2_BUT_NIR, [NAME_NIR] = "8 8A"}, {{0}},
	 DATE_YMD, SCALE_FIXED, 0.0001, 0, FILL(-10000)},

	/* sen2r's stacks hold the bands in ESA's order; of 8 and 8A only the one that fits their pixels. */
	{"Sentinel-2 (sen2r)", NULL,
	 "S2@#@_########_###_*",
	 {SENTINEL2_BUT_NIR, [NAME_NIR] = "8 8A"},
	 {{11, 11, "1 2 3 4 5 6 7 8 9 11 12", false},
	  {12, 12, "1 2 3 4 5 6 7 8 9 10 11 12", false},
	  {13, 13, "1 2 3 4 5 6 7 8 8A 9 10 11 12", false}},
	 DATE_YMD, SCALE_SENTINEL2, 1, 0, FILL(65535)},
	{"Sentinel-2", "sentinel2 sentinel2a sentinel2b sentinel2c s2 s2a s2b s2c msi",
	 "S2@_*|S2_*|S2-*|T##@@@_########T######*|sentinel2*|sentinel[-_ ]2*|S2@-*|"
	 "S2L[12]*",
	 {SENTINEL2_BUT_NIR, [NAME_NIR] = "8 8A"},
	 {{12, 12, "1 2 3 4 5 6 7 8 8A 9 11 12", true},
	  {13, 13, "1 2 3 4 5 6 7 8 8A 9 10 11 12", true}},
	 DATE_YMD, SCALE_SENTINEL2, 1, 0, FILL(0)},

	{"CBERS-4/4A AWFI/WFI", "cberswfi cbers4awfi cbers4wfi awfi",
	 "CBERS_4_AWFI_*|CBERS_4A_WFI_*|CBERS[-_ ]4*WFI*",
	 {BLUE_TO_NIR("13", "14", "15", "16")}, {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, FILL(0)},
	{"CBERS-4/4A MUX", "cbersmux cbers4mux cbers4amux mux",
	 "CBERS_4_MUX_*|CBERS_4A_MUX_*",
	 {BLUE_TO_NIR("5", "6", "7", "8")}, {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, FILL(0)},
	{"CBERS-4A WPM", "cberswpm cbers4awpm wpm",
	 "CBERS_4A_WPM_*",
	 {BLUE_TO_NIR("1", "2", "3", "4"), [NAME_PAN] = "0"}, {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, FILL(0)},
	{"CBERS-4 PAN10M", "cberspan10m cbers4pan10m pan10m",
	 "CBERS_4_PAN10M_*",
	 {[NAME_GREEN] = "2", [NAME_RED] = "3", [NAME_NIR] = "4"}, {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, FILL(0)},
	{"Amazonia-1 WFI", "amazonia1 amazonia amazonia1wfi",
	 "AMAZONIA_1_WFI_*",
	 {BLUE_TO_NIR("1", "2", "3", "4")}, {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, FILL(0)},

	/* One scale, fill values of their own (NASA LP DAAC user guides). */
	{"MODIS MCD43A4", NULL,
	 "MCD43A4*",
	 {MODIS_LAND}, {MODIS_STACK},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(32767)},
	{"MODIS MOD09/MYD09", NULL,
	 "MOD09*|MYD09*",
	 {MODIS_LAND}, {MODIS_STACK},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL(-28672)},
	{"MODIS", "modis mod09 myd09 mcd43a4",
	 "MODIS*",
	 {MODIS_LAND}, {MODIS_STACK},
	 DATE_YEARDOY, SCALE_FIXED, 0.0001, 0, FILL_MODIS, 0},

	{"NAIP", "naip",
	 "m_#######_@@_##_*",
	 {BLUE_TO_NIR("3", "2", "1", "4")}, {{4, 4, "1 2 3 4", false}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, NO_FILL},
	/* Planet: surface reflectance is DN * 0.0001, everything else radiance; 0 is no data. */
	{"PlanetScope SR", NULL,
	 "########_######_*AnalyticMS_SR*|########_######_*_3B_*Analytic*_SR*",
	 {0}, {PLANETSCOPE_STACK},
	 DATE_YMD, SCALE_FIXED, 0.0001, 0, FILL(0)},
	{"PlanetScope", "planetscope planet superdove",
	 "########_######_*AnalyticMS*|########_######_*_3B_*Analytic*",
	 {0}, {PLANETSCOPE_STACK},
	 DATE_YMD, SCALE_RADIANCE, 1, 0, FILL(0)},
	{"SkySat SR", NULL,
	 "########_######_ssc#*_analytic_SR*",
	 {0}, {{4, 4, "blue green red nir", false}},
	 DATE_YMD, SCALE_FIXED, 0.0001, 0, FILL(0)},
	{"SkySat", "skysat",
	 "########_######_ssc#*_analytic*",
	 {0}, {{4, 4, "blue green red nir", false}},
	 DATE_YMD, SCALE_RADIANCE, 1, 0, FILL(0)},
	{"RapidEye SR", NULL,
	 "*_RE#_3A_Analytic_SR*",
	 {0}, {{5, 5, "blue green red rededge071 nir", false}},
	 DATE_YMD, SCALE_FIXED, 0.0001, 0, FILL(0)},
	{"RapidEye", "rapideye",
	 "*_RE#_3A_Analytic*",
	 {0}, {{5, 5, "blue green red rededge071 nir", false}},
	 DATE_YMD, SCALE_RADIANCE, 1, 0, FILL(0)},

	/* Cameras on drones, one band a file. P4's red edge is at 730 nm, MicaSense's at 717. */
	{"DJI P4 Multispectral", "p4m p4multispectral djip4m",
	 "DJI_####",
	 {BLUE_TO_NIR("1", "2", "3", "5"), [NAME_REDEDGE075] = "4"}, {{0}},
	 DATE_NONE, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"DJI Mavic 3M", NULL,
	 "DJI_##############_####_MS_*",
	 {0}, {{0}},
	 DATE_YMD, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"MicaSense RedEdge/Altum", "micasense rededge altum",
	 "IMG_####_#|IMG_####_##",
	 {BLUE_TO_NIR("1", "2", "3", "4"), [NAME_REDEDGE071] = "5"}, {{0}},
	 DATE_NONE, SCALE_NUMBERS, 1, 0, NO_FILL},
	{"Parrot Sequoia", NULL,
	 "IMG_######_######_####_@@@",
	 {0}, {{0}},
	 DATE_NONE, SCALE_NUMBERS, 1, 0, NO_FILL},
};
/* clang-format on */

enum { N_SENSORS = sizeof(sensors) / sizeof(sensors[0]) };

/* With which characters names of each sensor may begin: most files are of none of them. */
static uint32_t begins[N_SENSORS];
static pthread_once_t begins_once = PTHREAD_ONCE_INIT;

static void find_begins(void)
{
	for (size_t i = 0; i < N_SENSORS; i++)
		begins[i] = name_begins(sensors[i].pattern);
}

static const struct sensor *find_one(const char *text, size_t len)
{
	const uint32_t begin = len ? name_begin(*text) : UINT32_MAX;

	(void)pthread_once(&begins_once, find_begins);
	for (size_t i = 0; i < N_SENSORS; i++)
		if ((begins[i] & begin) && name_matches(sensors[i].pattern, text, len))
			return &sensors[i];
	return NULL;
}

const struct sensor *sensor_find_by(const char *stem, size_t stem_len, const char *folder,
				    bool *by_folder)
{
	const char *own = name_of_file(stem);
	const struct sensor *sensor, *of_both;
	char both[512];
	int len;

	stem_len -= (size_t)(own - stem);
	stem = own;
	*by_folder = false;
	sensor = find_one(stem, stem_len);
	if (sensor || !folder)
		return sensor;
	*by_folder = true;
	sensor = find_one(folder, strlen(folder));
	if (!sensor)
		return NULL;
	/* A product's files may have lost its id, which their folder then holds. */
	len = snprintf(both, sizeof(both), "%s_%.*s", folder, (int)stem_len, stem);
	of_both = len > 0 && len < (int)sizeof(both) ? find_one(both, (size_t)len) : NULL;
	return of_both ? of_both : sensor;
}

const struct sensor *sensor_find(const char *stem, size_t stem_len, const char *folder)
{
	bool by_folder;

	return sensor_find_by(stem, stem_len, folder, &by_folder);
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

/* Letters and digits only, in lower case: "Sentinel-2" -> "sentinel2". */
static size_t squeeze(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text && n + 1 < size; text++)
		if (isalnum((unsigned char)*text))
			out[n++] = (char)tolower((unsigned char)*text);
	out[n] = '\0';
	return n;
}

/* Number of the item among those of a list separated by blanks; -1 if it is none of them. */
static int item_number(const char *list, const char *item)
{
	size_t len = strlen(item);
	int number = 0;

	for (const char *at = list; *at; number++) {
		size_t n = strcspn(at, " ");

		if (n == len && memcmp(at, item, n) == 0)
			return number;
		at += n;
		at += strspn(at, " ");
	}
	return -1;
}

/* Copy item `number` (from 0), "" behind the last. Items that do not fit are cut. */
static void copy_item(const char *list, uint32_t number, char *out, size_t size)
{
	while (number-- > 0 && *list) {
		list += strcspn(list, " ");
		list += strspn(list, " ");
	}
	snprintf(out, size, "%.*s", (int)strcspn(list, " "), list);
}

const struct sensor *sensor_called(const char *text)
{
	char word[64], name[64];

	if (strlen(text) >= sizeof(word) || squeeze(text, word, sizeof(word)) == 0)
		return NULL;
	for (const struct sensor *s = NULL; (s = sensor_next(s)) != NULL;) {
		squeeze(s->name, name, sizeof(name));
		if (strcmp(name, word) == 0 || item_number(s->called, word) >= 0)
			return s;
	}
	return NULL;
}

const struct sensor *sensor_next(const struct sensor *sensor)
{
	for (sensor = sensor ? sensor + 1 : sensors; sensor < sensors + N_SENSORS; sensor++)
		if (sensor->called)
			return sensor;
	return NULL;
}

unsigned sensor_codes(const struct sensor *sensor, enum band_name name,
		      char codes[SENSOR_MAX_CODES][4])
{
	unsigned n = 0;

	if (!sensor->code[name])
		return 0;
	for (; n < SENSOR_MAX_CODES; n++) {
		copy_item(sensor->code[name], n, codes[n], sizeof(codes[n]));
		if (!*codes[n])
			break;
	}
	return n;
}

const char *sensor_codes_text(const struct sensor *sensor, enum band_name name, char text[24])
{
	char codes[SENSOR_MAX_CODES][4];
	unsigned n = sensor_codes(sensor, name, codes);
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < n && used < 24; i++)
		used += (size_t)snprintf(text + used, 24 - used, "%s%s", i ? " or " : "", codes[i]);
	return text;
}

int sensor_code_rank(const struct sensor *sensor, enum band_name name, const char *code)
{
	return sensor->code[name] ? item_number(sensor->code[name], code) : -1;
}

/* Of two names that fit as well, the narrower band's: it stands behind the other. */
enum band_name sensor_name_of(const struct sensor *sensor, const char *code)
{
	enum band_name best = NAME_NONE;
	int best_rank = SENSOR_MAX_CODES;

	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++) {
		int rank = sensor_code_rank(sensor, name, code);

		if (rank < 0 || rank > best_rank)
			continue;
		best = name;
		best_rank = rank;
	}
	return best;
}

bool sensor_has(const struct sensor *sensor, enum band_name name)
{
	if (sensor->code[name])
		return true;
	for (const struct stack_order *order = sensor->stack; order->n_min; order++)
		if (stack_place(sensor, order, name))
			return true;
	return false;
}

const struct stack_order *sensor_stack(const struct sensor *sensor, uint32_t n_bands)
{
	for (const struct stack_order *order = sensor->stack; order->n_min; order++)
		if (n_bands >= order->n_min && n_bands <= order->n_max)
			return order;
	return NULL;
}

/* What the order says of a place: a code, a name, or "". */
static void stack_item(const struct stack_order *order, uint32_t place, char item[BAND_WORD_BYTES])
{
	copy_item(place ? order->order : "", place - 1, item, BAND_WORD_BYTES);
}

void stack_code(const struct stack_order *order, uint32_t place, char code[4])
{
	char item[BAND_WORD_BYTES];

	stack_item(order, place, item);
	snprintf(code, 4, "%.3s", isdigit((unsigned char)item[0]) ? item : "");
}

enum band_name stack_name(const struct sensor *sensor, const struct stack_order *order,
			  uint32_t place)
{
	char item[BAND_WORD_BYTES];

	stack_item(order, place, item);
	return isdigit((unsigned char)item[0]) ? sensor_name_of(sensor, item)
					       : band_name_find(item, USE_OPTION);
}

uint32_t stack_place_of_code(const struct stack_order *order, const char *code)
{
	return isdigit((unsigned char)code[0]) ? (uint32_t)(item_number(order->order, code) + 1)
					       : 0;
}

uint32_t stack_place(const struct sensor *sensor, const struct stack_order *order,
		     enum band_name name)
{
	char codes[SENSOR_MAX_CODES][4];
	unsigned n = sensor_codes(sensor, name, codes);

	if (name == NAME_NONE)
		return 0;
	for (unsigned i = 0; i < n; i++)
		if (stack_place_of_code(order, codes[i]))
			return stack_place_of_code(order, codes[i]);
	return (uint32_t)(item_number(order->order, band_name_word(name)) + 1);
}
