/*
 * The GDAL reader's probe: what GDAL knows of a file, put in the program's words. It must not read
 * pixels, nor allocate in proportion to what a header claims (but for one record a band, of which
 * GDAL allows 65536).
 */
#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "input/spectral.h"
#include "input/xmp.h"
#include "archived.h"
#include "inside.h"
#include "log.h"
#include "memory.h"
#include "setup.h"
#include "vrt.h"
#include "window.h"

/*
 * The sample type GDAL's pixels are delivered as; -1 for complex numbers. 64-bit integers become
 * float64, exact up to 2^53.
 */
static int sample_of(GDALDataType type)
{
	static const struct {
		GDALDataType gdal;
		enum sample_type sample;
	} row[] = {
		{GDT_Byte, SAMPLE_U8},
		{GDT_UInt16, SAMPLE_U16},
		{GDT_Int16, SAMPLE_I16},
		{GDT_UInt32, SAMPLE_U32},
		{GDT_Int32, SAMPLE_I32},
		{GDT_Float32, SAMPLE_F32},
		{GDT_Int64, SAMPLE_F64},
		{GDT_Float64, SAMPLE_F64},
		{GDT_UInt64, SAMPLE_F64},
#if GDAL_VERSION_NUM >= 3070000
		{GDT_Int8, SAMPLE_I8},
#endif
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (row[i].gdal == type)
			return (int)row[i].sample;
	return -1;
}

static bool signed_byte(GDALRasterBandH band)
{
	const char *kind = GDALGetMetadataItem(band, "PIXELTYPE", "IMAGE_STRUCTURE");

	return GDALGetRasterDataType(band) == GDT_Byte && kind && EQUAL(kind, "SIGNEDBYTE");
}

/* Bands may differ in type; all are read as the smallest type that holds each. */
static int probe_type(GDALDatasetH dataset, const char *path, struct raster_info *info,
		      struct error *err)
{
	GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(dataset, 1));
	uint32_t n_signed = 0;
	int sample;

	for (uint32_t i = 1; i <= info->n_bands; i++) {
		GDALRasterBandH band = GDALGetRasterBand(dataset, (int)i);

		type = GDALDataTypeUnion(type, GDALGetRasterDataType(band));
		n_signed += signed_byte(band);
	}
	sample = sample_of(type);
	if (sample < 0)
		return error_set(
			err, EX_DATAERR,
			"%s: complex samples (%s); only real numbers are read, convert the "
			"file",
			path, GDALGetDataTypeName(type));
	if (n_signed && n_signed != info->n_bands)
		return error_set(err, EX_DATAERR,
				 "%s: signed bytes in some bands only; convert the file to int16",
				 path);
	info->type = n_signed ? SAMPLE_I8 : (enum sample_type)sample;
	return 0;
}

static enum color_label color_of(GDALColorInterp color)
{
	static const enum color_label label[] = {
		[GCI_Undefined] = COLOR_UNKNOWN,  [GCI_GrayIndex] = COLOR_GRAY,
		[GCI_PaletteIndex] = COLOR_OTHER, [GCI_RedBand] = COLOR_RED,
		[GCI_GreenBand] = COLOR_GREEN,    [GCI_BlueBand] = COLOR_BLUE,
		[GCI_AlphaBand] = COLOR_ALPHA,
	};

#if GDAL_VERSION_NUM >= 3100000
	if (color == GCI_NIRBand)
		return COLOR_NIR;
#endif
	if ((size_t)color < sizeof(label) / sizeof(label[0]))
		return label[color];
	return COLOR_OTHER;
}

/* Wavelengths among the items of a band, or of the file where band is NULL. */
static void probe_spectral(GDALMajorObjectH object, const char *domain, struct raster_info *info,
			   struct band_info *band)
{
	char **items = GDALGetMetadata(object, domain);

	for (; items && *items; items++) {
		char *key = NULL;
		const char *value = CPLParseNameValue(*items, &key);

		if (key && value && band)
			(void)spectral_band_item(band, key, value);
		else if (key && value)
			(void)spectral_file_item(info, key, value);
		CPLFree(key);
	}
}

/* Copy, cut to whole UTF-8 characters; text in another encoding keeps only its ASCII. */
static void copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from ? from : "");
	for (size_t n = strlen(to); n > 0 && n + 4 > size && !CPLIsUTF8(to, (int)n); n--)
		to[n - 1] = '\0';
	if (CPLIsUTF8(to, (int)strlen(to)))
		return;
	for (; *to; to++)
		if ((unsigned char)*to >= 0x80)
			*to = '?';
}

static double nodata_of(GDALRasterBandH band, int *stated)
{
	GDALDataType type = GDALGetRasterDataType(band);

	if (type == GDT_Int64)
		return (double)GDALGetRasterNoDataValueAsInt64(band, stated);
	if (type == GDT_UInt64)
		return (double)GDALGetRasterNoDataValueAsUInt64(band, stated);
	return GDALGetRasterNoDataValue(band, stated);
}

static void probe_xmp(GDALDatasetH dataset, struct raster_info *info)
{
	char **packet =
		info->n_bands <= XMP_MOST_BANDS ? GDALGetMetadata(dataset, "xml:XMP") : NULL;

	if (packet && *packet)
		xmp_bands(info, *packet, strlen(*packet));
}

static void probe_wavelengths(GDALDatasetH dataset, struct raster_info *info)
{
	probe_spectral(dataset, NULL, info, NULL);
	probe_spectral(dataset, "ENVI", info, NULL);
	for (uint32_t i = 0; i < info->n_bands; i++) {
		GDALRasterBandH band = GDALGetRasterBand(dataset, (int)i + 1);

		probe_spectral(band, NULL, info, &info->bands[i]);
		probe_spectral(band, "IMAGERY", info, &info->bands[i]);
	}
}

static void probe_band(GDALRasterBandH band, bool virtual, enum sample_type type,
		       struct band_info *out)
{
	int stated = FALSE, offset_stated = FALSE, own = sample_of(GDALGetRasterDataType(band));
	double rounded;

	copy_text(out->description, sizeof(out->description), GDALGetDescription(band));
	out->color = color_of(GDALGetRasterColorInterpretation(band));
	out->scale = GDALGetRasterScale(band, &stated);
	out->offset = GDALGetRasterOffset(band, &offset_stated);
	/* A VRT says it states scale 1 and offset 0 when it does not. */
	out->has_scale =
		(stated || offset_stated) && (!virtual || out->scale != 1.0 || out->offset != 0.0);
	stated = FALSE;
	out->nodata = nodata_of(band, &stated);
	out->has_nodata = stated;
	/* In a wider type the sample keeps the value it had in its own. */
	if (own >= 0 && own != (int)type && type != SAMPLE_I8 &&
	    sample_holds((enum sample_type)own, out->nodata, &rounded))
		out->nodata = rounded;
}

/* The shape of blocks and what it takes to hold them. */
static int probe_blocks(GDALDatasetH dataset, const char *path, struct gdal_reach *reach,
			struct raster_info *info, struct error *err)
{
	if (!gdal_block_shape(dataset, info))
		return error_set(err, EX_DATAERR,
				 "%s: blocks of %u x %u pixels, %u bands, are more than 2 GiB; "
				 "rewrite the file with tiles",
				 path, info->block_x_size, info->block_y_size, info->n_bands);
	info->codec_bytes = gdal_codec_bytes(reach->name, info);
	if (strcmp(info->codec, "VRT") == 0)
		info->codec_bytes =
			size_add(info->codec_bytes, gdal_vrt_bytes(dataset, reach, info));
	return 0;
}

static void probe_georeference(GDALDatasetH dataset, struct raster_info *info)
{
	OGRSpatialReferenceH crs = GDALGetSpatialRef(dataset);
	const char *code, *authority, *part = NULL;

	info->has_geotransform = GDALGetGeoTransform(dataset, info->geotransform) == CE_None;
	if (!crs)
		return;
	info->projected = OSRIsProjected(crs);
	info->unit_metres = info->projected ? OSRGetLinearUnits(crs, NULL) : 0;
	/* The code of the whole; of a compound system, that of its horizontal part. */
	if (!OSRGetAuthorityCode(crs, NULL))
		part = info->projected ? "PROJCS" : OSRIsGeographic(crs) ? "GEOGCS" : NULL;
	code = OSRGetAuthorityCode(crs, part);
	authority = OSRGetAuthorityName(crs, part);
	if (code && authority)
		(void)snprintf(info->crs, sizeof(info->crs), "%s:%s", authority, code);
	else
		copy_text(info->crs, sizeof(info->crs), OSRGetName(crs));
	text_single_blanks(info->crs); /* some writers pad its words */
}

/* What reading the mask takes; its blocks may be larger than the image's. */
static size_t mask_bytes(GDALDatasetH dataset)
{
	GDALRasterBandH mask = GDALGetMaskBand(GDALGetRasterBand(dataset, 1));
	int x = 0, y = 0;

	if (mask)
		GDALGetBlockSize(mask, &x, &y);
	return gdal_mask_bytes(x > 0 && y > 0 ? size_mul((size_t)x, (size_t)y) : 0);
}

/* A mask that is there and cannot be read is an error: without it, masked pixels would count. */
static int probe_mask(GDALDatasetH dataset, const char *path, const struct gdal_reach *reach,
		      struct raster_info *info, struct error *err)
{
	struct gdal_log log;
	int flags;

	gdal_log_begin(&log, reach);
	flags = GDALGetMaskFlags(GDALGetRasterBand(dataset, 1));
	gdal_log_end(&log);
	if (log.failed)
		return error_set(err, gdal_log_code(&log),
				 "%s: looking for a mask: %s; the file is damaged, get it again",
				 path, gdal_log_words(&log, path));
	info->has_mask = (flags & GMF_PER_DATASET) && !(flags & (GMF_ALPHA | GMF_NODATA));
	if (flags == 0)
		raster_note_band_masks(info, path);
	if (info->has_mask)
		info->codec_bytes = size_add(info->codec_bytes, mask_bytes(dataset));
	return 0;
}

static int probe_bands(GDALDatasetH dataset, const char *path, struct gdal_reach *reach,
		       struct raster_info *info, struct error *err)
{
	bool virtual = strcmp(info->codec, "VRT") == 0, envi = strcmp(info->codec, "ENVI") == 0;

	if (probe_type(dataset, path, info, err) != 0 ||
	    probe_blocks(dataset, path, reach, info, err) != 0)
		return -1;
	info->bands = calloc(info->n_bands, sizeof(*info->bands));
	if (!info->bands)
		return error_memory(err, "bands", (unsigned long long)info->n_bands);
	for (uint32_t i = 0; i < info->n_bands; i++)
		probe_band(GDALGetRasterBand(dataset, (int)i + 1), virtual, info->type,
			   &info->bands[i]);
	/* Made of "default bands", which only say what a viewer shows as red, green and blue. */
	for (uint32_t i = 0; envi && i < info->n_bands; i++)
		info->bands[i].color = COLOR_UNKNOWN;
	probe_wavelengths(dataset, info);
	probe_xmp(dataset, info);
	return probe_mask(dataset, path, reach, info, err);
}

/* Scales and limits are not those of whole numbers then, and of large ones digits are lost. */
static void note_64_bits(GDALDatasetH dataset, struct raster_info *info)
{
	for (int i = 1; i <= GDALGetRasterCount(dataset) && !*info->note; i++) {
		GDALDataType type = GDALGetRasterDataType(GDALGetRasterBand(dataset, i));

		if (type == GDT_Int64 || type == GDT_UInt64)
			copy_text(info->note, sizeof(info->note),
				  "64-bit whole numbers are read as floating-point ones, exact up "
				  "to 2^53");
	}
}

static int probe_dataset(GDALDatasetH dataset, const char *path, struct gdal_reach *reach,
			 struct raster_info *info, struct error *err)
{
	int x = GDALGetRasterXSize(dataset), y = GDALGetRasterYSize(dataset);
	int n_bands = GDALGetRasterCount(dataset);

	if (n_bands <= 0)
		return gdal_refuse_container(dataset, path, info, err);
	if (x <= 0 || y <= 0)
		return error_set(err, EX_DATAERR, "%s: has no pixels (%d x %d); get it again", path,
				 x, y);
	info->x_size = (uint32_t)x;
	info->y_size = (uint32_t)y;
	info->n_bands = (uint32_t)n_bands;
	copy_text(info->reader, sizeof(info->reader), "gdal");
	if (reach->place.archive)
		info->file_bytes = reach->place.bytes;
	copy_text(info->codec, sizeof(info->codec),
		  GDALGetDriverShortName(GDALGetDatasetDriver(dataset)));
	if (probe_bands(dataset, path, reach, info, err) != 0)
		return -1;
	probe_georeference(dataset, info);
	gdal_find_pages(dataset, info);
	gdal_note_sources(dataset, reach, info);
	if (reach->place.archive)
		gdal_archived_info(&reach->place, info);
	if (reach->hdf5 && !*info->note)
		copy_text(info->note, sizeof(info->note),
			  "read through HDF5 or netCDF, by one thread at a time");
	note_64_bits(dataset, info);
	return 0;
}

/*
 * What can be said of the name before GDAL sees it. GDAL's own names ("/vsi...", "DRIVER:...", XML)
 * are no files, and left to it.
 */
static int check_file(const char *path, struct raster_info *info, struct error *err)
{
	struct stat st;

	if (strncmp(path, "/vsi", 4) == 0 || *path == '<')
		return 0;
	if (stat(path, &st) != 0) {
		if (errno == ENOTDIR && archive_part(path))
			return 0;
		if (strchr(path, ':'))
			return 0;
		return error_errno(err, EX_NOINPUT, errno, "%s", path);
	}
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return error_set(err, EX_DATAERR, "%s: not a regular file; pass an image file",
				 path);
	if (access(path, R_OK) != 0)
		return error_errno(err, EX_NOINPUT, errno, "%s", path);
	if (S_ISREG(st.st_mode) && st.st_size == 0)
		return error_set(err, EX_DATAERR, "%s: the file is empty; get it again", path);
	info->file_bytes = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
	return 0;
}

/* GDAL did not open the file: is it no image at all, or one that is broken? */
static int refuse_file(const char *path, const struct gdal_reach *reach, const struct gdal_log *log,
		       struct raster_info *info, struct error *err)
{
	VSIStatBufL st;

	if (log->failed)
		return error_set(err, gdal_log_code(log),
				 "%s: %s; the file is damaged or of a form that GDAL cannot read",
				 path, gdal_log_words(log, path));
	info->unknown = !reach->nothing && VSIStatExL(reach->name, &st, VSI_STAT_EXISTS_FLAG) == 0;
	if (info->unknown)
		(void)error_set(err, EX_DATAERR,
				"%s: GDAL does not know this file as an image; name an image file",
				path);
	else
		(void)error_set(err, EX_NOINPUT,
				"%s: no such file, nor a name that GDAL opens; check it", path);
	return PROBE_DECLINED;
}

/* What GDAL warns of, once, in place of its line on standard error. */
static void note_warning(const struct gdal_log *log, const struct gdal_reach *reach,
			 struct raster_info *info)
{
	size_t own = strlen(reach->name);
	const char *text = log->warning;
	char words[sizeof(log->warning) + 16];

	if (!*text || *info->note)
		return;
	if (strncmp(text, reach->name, own) == 0 && strncmp(text + own, ": ", 2) == 0)
		text += own + 2;
	(void)snprintf(words, sizeof(words), "GDAL warns: %s", text);
	copy_text(info->note, sizeof(info->note), words);
}

static int probe_within(const char *path, struct gdal_reach *reach, struct raster_info *info,
			struct error *err)
{
	struct gdal_log log;
	GDALDatasetH dataset;
	int rc;

	gdal_log_begin(&log, reach);
	dataset = gdal_open_dataset(reach->name);
	rc = dataset ? probe_dataset(dataset, path, reach, info, err)
		     : refuse_file(path, reach, &log, info, err);
	if (dataset)
		GDALClose(dataset);
	gdal_log_end(&log);
	if (rc == 0)
		note_warning(&log, reach, info);
	/* Without what was refused, pixels or a mask would be missing without a word. */
	return *reach->refused ? gdal_reach_error(reach, path, err) : rc;
}

int gdal_probe(const char *path, struct raster_info *info, struct error *err)
{
	struct gdal_reach reach;
	int rc;

	*info = (struct raster_info){.reach = info->reach};
	if (gdal_setup() != 0)
		return error_set(err, EX_UNAVAILABLE, "%s: GDAL cannot be set up", path);
	if (check_file(path, info, err) != 0 ||
	    gdal_reach_init(&reach, path, info->reach, err) != 0)
		return -1;
	rc = probe_within(path, &reach, info, err);
	gdal_reach_release(&reach);
	return rc;
}
