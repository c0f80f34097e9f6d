/*
 * The codec table and the tags of each directory, GeoTIFF's and GDAL's among them, by hand.
 */
#include "scene_tags.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "window.h"

enum {
	TAG_PIXEL_SCALE = 33550,
	TAG_TIEPOINT = 33922,
	TAG_GEO_KEYS = 34735,
	TAG_GDAL_METADATA = 42112,
	TAG_GDAL_NODATA = 42113
};

/* The upper left corner of the Sentinel-2 tile 33UXP in UTM zone 33 north, metres. */
static const double origin_x = 600000, origin_y = 5400000, pixel_m = 10;

const struct codec codecs[] = {
	{"none", COMPRESSION_NONE, 0, false, false},
	{"lzw", COMPRESSION_LZW, 0, true, false},
	{"deflate", COMPRESSION_ADOBE_DEFLATE, TIFFTAG_ZIPQUALITY, true, false},
	{"zstd", COMPRESSION_ZSTD, TIFFTAG_ZSTD_LEVEL, true, false},
	{"packbits", COMPRESSION_PACKBITS, 0, false, false},
	{"lzma", COMPRESSION_LZMA, TIFFTAG_LZMAPRESET, true, false},
	{"lerc", COMPRESSION_LERC, 0, false, false},
	{"jpeg", COMPRESSION_JPEG, TIFFTAG_JPEGQUALITY, false, true},
	{0},
};

static const TIFFFieldInfo field_info[] = {
	{TAG_PIXEL_SCALE, TIFF_VARIABLE, TIFF_VARIABLE, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1,
	 (char *)(uintptr_t) "ModelPixelScale"},
	{TAG_TIEPOINT, TIFF_VARIABLE, TIFF_VARIABLE, TIFF_DOUBLE, FIELD_CUSTOM, 1, 1,
	 (char *)(uintptr_t) "ModelTiepoint"},
	{TAG_GEO_KEYS, TIFF_VARIABLE, TIFF_VARIABLE, TIFF_SHORT, FIELD_CUSTOM, 1, 1,
	 (char *)(uintptr_t) "GeoKeyDirectory"},
	{TAG_GDAL_METADATA, TIFF_VARIABLE, TIFF_VARIABLE, TIFF_ASCII, FIELD_CUSTOM, 1, 0,
	 (char *)(uintptr_t) "GDAL_METADATA"},
	{TAG_GDAL_NODATA, TIFF_VARIABLE, TIFF_VARIABLE, TIFF_ASCII, FIELD_CUSTOM, 1, 0,
	 (char *)(uintptr_t) "GDAL_NODATA"},
};

unsigned sample_bits(enum sample_type type)
{
	static const unsigned char bits[N_SAMPLE_TYPES] = {
		[SAMPLE_U8] = 8,   [SAMPLE_I8] = 8,   [SAMPLE_U16] = 16, [SAMPLE_I16] = 16,
		[SAMPLE_U32] = 32, [SAMPLE_I32] = 32, [SAMPLE_F32] = 32, [SAMPLE_F64] = 64,
	};

	return bits[type];
}

static uint16_t sample_format(enum sample_type type)
{
	if (type == SAMPLE_F32 || type == SAMPLE_F64)
		return SAMPLEFORMAT_IEEEFP;
	if (type == SAMPLE_I8 || type == SAMPLE_I16 || type == SAMPLE_I32)
		return SAMPLEFORMAT_INT;
	return SAMPLEFORMAT_UINT;
}

size_t directory_row_bytes(const struct scene_spec *spec, const struct directory *dir,
			   uint32_t x_size)
{
	if (dir->mask)
		return (size_t)ceil_div(x_size, 8);
	return size_mul(x_size, (size_t)dir->samples * (sample_bits(spec->type) / 8));
}

static bool is_rgb(const struct scene_spec *spec, const struct directory *dir, unsigned n_samples)
{
	return !dir->mask && n_samples >= 3 &&
	       (spec->labels == LABELS_RGB || spec->labels == LABELS_LYING);
}

static int set_codec(TIFF *tif, const struct scene_spec *spec, const struct directory *dir)
{
	const struct codec *codec = spec->codec;
	int ok;

	if (dir->mask)
		return TIFFSetField(tif, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
	ok = TIFFSetField(tif, TIFFTAG_COMPRESSION, codec->compression);
	if (ok && codec->predictors && spec->predictor > 1)
		ok = TIFFSetField(tif, TIFFTAG_PREDICTOR, spec->predictor);
	if (ok && codec->compression == COMPRESSION_JPEG) /* each block decodes by itself */
		ok = TIFFSetField(tif, TIFFTAG_JPEGTABLESMODE, 0);
	if (ok && codec->compression == COMPRESSION_LERC)
		ok = TIFFSetField(tif, TIFFTAG_LERC_MAXZERROR, 0.0);
	if (ok && codec->level_tag && spec->level >= 0)
		ok = TIFFSetField(tif, codec->level_tag, spec->level);
	return ok;
}

int tags_layout(TIFF *tif, const struct scene_spec *spec, const struct directory *dir,
		uint32_t x_size, uint32_t y_size, unsigned n_samples)
{
	uint16_t extra[MAX_BANDS] = {EXTRASAMPLE_UNSPECIFIED};
	bool rgb = is_rgb(spec, dir, n_samples);
	unsigned colors = rgb ? 3 : 1;
	int ok =
		TIFFSetField(tif, TIFFTAG_IMAGEWIDTH, x_size) &&
		TIFFSetField(tif, TIFFTAG_IMAGELENGTH, y_size) &&
		TIFFSetField(tif, TIFFTAG_BITSPERSAMPLE, dir->mask ? 1 : sample_bits(spec->type)) &&
		TIFFSetField(tif, TIFFTAG_SAMPLESPERPIXEL, n_samples) &&
		TIFFSetField(tif, TIFFTAG_SAMPLEFORMAT,
			     dir->mask ? SAMPLEFORMAT_UINT : sample_format(spec->type)) &&
		TIFFSetField(tif, TIFFTAG_PLANARCONFIG,
			     n_samples > dir->samples ? PLANARCONFIG_SEPARATE
						      : PLANARCONFIG_CONTIG) &&
		TIFFSetField(tif, TIFFTAG_PHOTOMETRIC,
			     dir->mask ? PHOTOMETRIC_MASK
			     : rgb     ? PHOTOMETRIC_RGB
				       : PHOTOMETRIC_MINISBLACK);

	if (ok && n_samples > colors)
		ok = TIFFSetField(tif, TIFFTAG_EXTRASAMPLES, n_samples - colors, extra);
	if (ok && spec->tiled)
		ok = TIFFSetField(tif, TIFFTAG_TILEWIDTH, dir->block_x_size) &&
		     TIFFSetField(tif, TIFFTAG_TILELENGTH, dir->block_y_size);
	else if (ok)
		ok = TIFFSetField(tif, TIFFTAG_ROWSPERSTRIP, dir->block_y_size);
	return ok && set_codec(tif, spec, dir) ? 0 : -1;
}

static int set_nodata(TIFF *tif, const struct scene_spec *spec)
{
	char text[40];

	if (isnan(spec->nodata))
		snprintf(text, sizeof(text), "nan");
	else
		snprintf(text, sizeof(text), "%.17g", spec->nodata);
	return TIFFSetField(tif, TAG_GDAL_NODATA, text);
}

static int set_names(TIFF *tif, const struct scene_spec *spec, unsigned first, unsigned n)
{
	char text[MAX_BANDS * 96 + 64] = "<GDALMetadata>\n";
	size_t used = strlen(text);

	for (unsigned b = 0; b < n; b++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 "  <Item name=\"DESCRIPTION\" sample=\"%u\" "
					 "role=\"description\">%s</Item>\n",
					 b, s2_band_names[spec->bands[first + b]]);
	snprintf(text + used, sizeof(text) - used, "</GDALMetadata>\n");
	return TIFFSetField(tif, TAG_GDAL_METADATA, text);
}

/*
 * GeoTIFF 1.1: header {version 1, revision 1.0, number of keys}, then {key, 0, 1, value}. 1024
 * model (1 projected, 2 geographic), 1025 pixel is area, 3072 projected or 2048 geographic CRS,
 * 3076 and 2054 units (9001 metre, 9102 degree).
 */
static int set_georeference(TIFF *tif, const struct scene_spec *spec)
{
	bool degrees = spec->epsg == 4326;
	const uint16_t keys[5][4] = {
		{1, 1, 0, 4},
		{1024, 0, 1, degrees ? 2 : 1},
		{1025, 0, 1, 1},
		{degrees ? 2048 : 3072, 0, 1, (uint16_t)spec->epsg},
		{degrees ? 2054 : 3076, 0, 1, degrees ? 9102 : 9001},
	};
	const double size = degrees ? 0.0001 : pixel_m;
	const double scale[3] = {size, size, 0};
	const double tiepoint[6] = {0, 0, 0, degrees ? 16.36 : origin_x, degrees ? 48.74 : origin_y,
				    0};

	return TIFFSetField(tif, TAG_PIXEL_SCALE, 3, scale) &&
	       TIFFSetField(tif, TAG_TIEPOINT, 6, tiepoint) &&
	       TIFFSetField(tif, TAG_GEO_KEYS, 20, keys);
}

int tags_describe(TIFF *tif, const struct scene_spec *spec, const struct directory *dir,
		  unsigned first_band, unsigned n_samples)
{
	uint32_t kind =
		(dir->mask ? FILETYPE_MASK : 0) | (dir->step > 1 ? FILETYPE_REDUCEDIMAGE : 0);
	int ok;

	/* Each new directory of a handle forgets the fields that were added. */
	ok = !TIFFMergeFieldInfo(tif, field_info, sizeof(field_info) / sizeof(field_info[0]));
	if (ok && kind)
		ok = TIFFSetField(tif, TIFFTAG_SUBFILETYPE, kind);
	if (ok && !dir->mask && spec->has_nodata)
		ok = set_nodata(tif, spec);
	if (ok && !kind && spec->labels == LABELS_DESCRIPTIONS)
		ok = set_names(tif, spec, first_band, n_samples);
	if (ok && !kind && spec->epsg)
		ok = set_georeference(tif, spec);
	return ok ? 0 : -1;
}
