/*
 * Where a TIFF file lies on the Earth: geotransform and CRS from the GeoTIFF tags (OGC 19-008).
 * Only what areas and labels need: the kind of CRS, its EPSG code or name, the length of its unit.
 * A code is not looked up in a data base, but for those of UTM and some others known to be in
 * metres, used where a file does not state its unit.
 */
#include "geo.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ifd.h"

enum {
	KEY_MODEL_TYPE = 1024,
	KEY_RASTER_TYPE = 1025,
	KEY_CITATION = 1026,
	KEY_GEOGRAPHIC_CRS = 2048,
	KEY_GEOGRAPHIC_CITATION = 2049,
	KEY_PROJECTED_CRS = 3072,
	KEY_PROJECTED_CITATION = 3073,
	KEY_LINEAR_UNITS = 3076,
	KEY_LINEAR_UNIT_SIZE = 3077
};

enum {
	MODEL_PROJECTED = 1,
	MODEL_GEOGRAPHIC = 2,
	RASTER_PIXEL_IS_POINT = 2,
	UNIT_METRE = 9001,
	UNIT_FOOT = 9002,
	UNIT_US_SURVEY_FOOT = 9003,
	USER_DEFINED = 32767
};

/*
 * The GeoKeys: a directory of 4 shorts of header, then 4 for each key. Ids are sorted and there are
 * some 300 in all; numbers and texts are in other tags, of which only what is used is read.
 */
enum { MAX_KEYS = 512 };

struct geo_keys {
	struct tiff_image *image;
	uint16_t directory[4 + 4 * MAX_KEYS];
	size_t n_shorts;
};

/* The entry of a key: id, tag that holds the value (0: the entry itself), count, value or index. */
static const uint16_t *key_find(const struct geo_keys *keys, unsigned id)
{
	if (keys->n_shorts < 4)
		return NULL;
	for (size_t i = 1; i <= keys->directory[3] && 4 * i + 3 < keys->n_shorts; i++)
		if (keys->directory[4 * i] == id)
			return keys->directory + 4 * i;
	return NULL;
}

/* Value of a key that is a code; 0 if it is not there. */
static unsigned key_short(const struct geo_keys *keys, unsigned id)
{
	const uint16_t *entry = key_find(keys, id);

	return entry && entry[1] == 0 ? entry[3] : 0;
}

static double key_double(const struct geo_keys *keys, unsigned id)
{
	const uint16_t *entry = key_find(keys, id);
	double value;

	if (!entry || entry[1] != GEO_DOUBLES ||
	    tiff_values(keys->image, GEO_DOUBLES, TIFF_DOUBLE, entry[3], 1, &value) != 1)
		return 0;
	return value;
}

/* Copy a citation: up to its count, the end of the tag, or "|", which ends every text there. Some
 * writers pad its words ("PS         WGS84"). */
static bool key_text(const struct geo_keys *keys, unsigned id, char *text, size_t size)
{
	const uint16_t *entry = key_find(keys, id);
	size_t most, n = 0;

	if (!entry || entry[1] != GEO_ASCII)
		return false;
	most = entry[2] < size - 1 ? entry[2] : size - 1;
	most = tiff_values(keys->image, GEO_ASCII, TIFF_ASCII, entry[3], most, text);
	while (n < most && text[n] != '|' && text[n] != '\0') {
		if ((unsigned char)text[n] < ' ')
			text[n] = ' ';
		n++;
	}
	text[n] = '\0';
	text_single_blanks(text);
	return *text != '\0';
}

/* EPSG codes of CRSs in metres that files are often in: UTM on several datums, and some others. */
static bool known_in_metres(unsigned epsg)
{
	static const struct {
		unsigned first, last;
	} range[] = {
		{32601, 32661}, {32701, 32761}, /* WGS 84 / UTM, UPS */
		{32201, 32260}, {32301, 32360}, /* WGS 72 / UTM */
		{25828, 25838}, {23028, 23038}, /* ETRS89 / UTM, ED50 / UTM */
		{26901, 26923}, {28348, 28358}, /* NAD83 / UTM, GDA94 / MGA */
		{31978, 31985}, {6330, 6348},   /* SIRGAS 2000 / UTM south, NAD83(2011) / UTM */
		{7846, 7859},   {3395, 3395},   /* GDA2020 / MGA, World Mercator */
		{3857, 3857},   {3034, 3035},   /* Web Mercator, ETRS89 LCC and LAEA */
		{5070, 5070},   {6350, 6350},   /* CONUS Albers */
		{3338, 3338},   {3577, 3577},   /* Alaska and Australian Albers */
		{6931, 6933},   {3408, 3410},   /* EASE-Grid 2.0 and 1 */
		{3413, 3413},   {3976, 3976},   /* NSIDC polar stereographic */
		{3995, 3995},   {3031, 3031},   /* Arctic, Antarctic polar stereographic */
		{3347, 3347},   {3978, 3979},   /* Canada: Lambert, Atlas Lambert */
		{3005, 3005},   {2193, 2193},   /* BC Albers, NZTM */
		{2154, 2154},   {28992, 28992}, /* Lambert-93, RD New */
		{31370, 31370}, {27700, 27700}, /* Belge Lambert 72, British National Grid */
		{3067, 3067},   {3006, 3006},   /* TM35FIN, SWEREF99 TM */
		{2180, 2180},   {5514, 5514},   /* Poland CS92, S-JTSK Krovak East North */
		{2056, 2056},   {21781, 21781}, /* Swiss LV95, LV03 */
		{3763, 3763},                   /* Portugal TM06 */
	};

	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (epsg >= range[i].first && epsg <= range[i].last)
			return true;
	return false;
}

/* Length of the projected CRS's unit in metres; 0 if it cannot be known. */
static double unit_metres(const struct geo_keys *keys, unsigned epsg)
{
	double size;

	switch (key_short(keys, KEY_LINEAR_UNITS)) {
	case UNIT_METRE:
		return 1;
	case UNIT_FOOT:
		return 0.3048;
	case UNIT_US_SURVEY_FOOT:
		return 1200.0 / 3937.0;
	case USER_DEFINED:
		size = key_double(keys, KEY_LINEAR_UNIT_SIZE);
		return isfinite(size) && size > 0 ? size : 0;
	case 0:
		return known_in_metres(epsg) ? 1 : 0;
	default:
		return 0;
	}
}

static void set_crs(const struct geo_keys *keys, struct raster_info *info)
{
	unsigned projected = key_short(keys, KEY_PROJECTED_CRS);
	unsigned geographic = key_short(keys, KEY_GEOGRAPHIC_CRS);
	unsigned model = key_short(keys, KEY_MODEL_TYPE), epsg;

	if (model == USER_DEFINED)
		model = 0; /* some writers say so beside a good code */
	info->projected = model == MODEL_PROJECTED || (!model && projected);
	epsg = info->projected ? projected : model <= MODEL_GEOGRAPHIC ? geographic : 0;
	if (epsg == USER_DEFINED)
		epsg = 0;
	if (info->projected)
		info->unit_metres = unit_metres(keys, epsg);
	if (epsg)
		(void)snprintf(info->crs, sizeof(info->crs), "EPSG:%u", epsg);
	else if (!(info->projected &&
		   key_text(keys, KEY_PROJECTED_CITATION, info->crs, sizeof(info->crs))) &&
		 !key_text(keys, KEY_CITATION, info->crs, sizeof(info->crs)))
		(void)key_text(keys, KEY_GEOGRAPHIC_CITATION, info->crs, sizeof(info->crs));
	if (!*info->crs && model == MODEL_GEOGRAPHIC) /* as GDAL calls one that has no name */
		(void)snprintf(info->crs, sizeof(info->crs), "unknown");
}

static bool all_finite(const double *value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(value[i]))
			return false;
	return true;
}

/*
 * From scale and one tiepoint, or from the matrix. PixelIsPoint: the coordinates are those of pixel
 * centres, so the corner lies half a pixel up and to the left.
 */
static void set_geotransform(const struct geo_keys *keys, struct raster_info *info)
{
	struct tiff_image *image = keys->image;
	double scale[2], tie[6], m[16], g[6] = {0};

	if (tiff_values(image, GEO_PIXEL_SCALE, TIFF_DOUBLE, 0, 2, scale) == 2 &&
	    tiff_values(image, GEO_TIEPOINT, TIFF_DOUBLE, 0, 6, tie) == 6 && scale[0] != 0 &&
	    scale[1] != 0) {
		g[1] = scale[0];
		g[5] = -fabs(scale[1]);
		g[0] = tie[3] - tie[0] * g[1];
		g[3] = tie[4] - tie[1] * g[5];
	} else if (tiff_values(image, GEO_TRANSFORMATION, TIFF_DOUBLE, 0, 16, m) == 16) {
		g[0] = m[3];
		g[1] = m[0];
		g[2] = m[1];
		g[3] = m[7];
		g[4] = m[4];
		g[5] = m[5];
	}
	if (!all_finite(g, 6) || g[1] * g[5] - g[2] * g[4] == 0)
		return;
	if (key_short(keys, KEY_RASTER_TYPE) == RASTER_PIXEL_IS_POINT) {
		g[0] -= (g[1] + g[2]) / 2;
		g[3] -= (g[4] + g[5]) / 2;
	}
	memcpy(info->geotransform, g, sizeof(g));
	info->has_geotransform = true;
}

static void read_keys(struct geo_keys *keys)
{
	keys->n_shorts =
		tiff_values(keys->image, GEO_KEYS, TIFF_SHORT, 0,
			    sizeof(keys->directory) / sizeof(keys->directory[0]), keys->directory);
}

bool tiff_geo_point(struct tiff_image *image)
{
	struct geo_keys keys = {.image = image};

	read_keys(&keys);
	return key_short(&keys, KEY_RASTER_TYPE) == RASTER_PIXEL_IS_POINT;
}

void tiff_geo(struct tiff_image *image, struct raster_info *info)
{
	struct geo_keys keys = {.image = image};

	read_keys(&keys);
	set_crs(&keys, info);
	set_geotransform(&keys, info);
}
