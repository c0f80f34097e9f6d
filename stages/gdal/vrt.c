/*
 * What the sources of a VRT hold open and decode: GDAL keeps their handles from read to read, so
 * the plan must count them, not the VRT's own small blocks. It opens the sources to measure them;
 * it must not read pixels.
 */
#include "vrt.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "log.h"
#include "memory.h"
#include "setup.h"
#include "window.h"

enum {
	MAX_OPENED = 64, /* sources measured; of more, the largest of these speaks for all */
	MAX_DEPTH = 4,   /* a VRT of VRTs of ... */
	/* GDAL keeps the text and a tree of it; 100,000 sources are some 40 MB. */
	MAX_VRT_BYTES = 64 << 20,
};

static size_t vrt_bytes(GDALDatasetH dataset, const char *path, unsigned n_bands, unsigned depth,
			unsigned *n_opened);

/* A type of the same size, for sizes alone. */
static enum sample_type type_as_large(GDALDataType type)
{
	switch (GDALGetDataTypeSizeBytes(type)) {
	case 1:
		return SAMPLE_U8;
	case 2:
		return SAMPLE_U16;
	case 4:
		return SAMPLE_U32;
	default:
		return SAMPLE_F64;
	}
}

/* The shape of an open file, as far as memory depends on it. False where it has none. */
static bool measure(GDALDatasetH dataset, const char *path, struct raster_info *info)
{
	int x_size = GDALGetRasterXSize(dataset), y_size = GDALGetRasterYSize(dataset);
	int n_bands = GDALGetRasterCount(dataset);
	GDALRasterBandH band = n_bands > 0 ? GDALGetRasterBand(dataset, 1) : NULL;
	VSIStatBufL st;

	if (!band || x_size <= 0 || y_size <= 0)
		return false;
	*info = (struct raster_info){
		.x_size = (uint32_t)x_size,
		.y_size = (uint32_t)y_size,
		.n_bands = (uint32_t)n_bands,
		.type = type_as_large(GDALGetRasterDataType(band)),
	};
	if (VSIStatL(path, &st) == 0)
		info->file_bytes = (uint64_t)st.st_size;
	(void)snprintf(info->codec, sizeof(info->codec), "%s",
		       GDALGetDriverShortName(GDALGetDatasetDriver(dataset)));
	return gdal_block_shape(dataset, info);
}

/* Bytes that one source holds when a block of it has been read; 0 if it is no image. */
static size_t source_bytes(const char *path, unsigned n_bands, unsigned depth, unsigned *n_opened)
{
	GDALDatasetH dataset = gdal_open_dataset(path);
	struct raster_info info;
	size_t bytes = 0;

	++*n_opened;
	if (!dataset)
		return 0;
	if (measure(dataset, path, &info)) {
		bytes = gdal_codec_bytes(path, &info);
		if (strcmp(info.codec, "VRT") == 0 && depth < MAX_DEPTH)
			bytes = size_add(bytes,
					 vrt_bytes(dataset, path, n_bands, depth + 1, n_opened));
	}
	GDALClose(dataset);
	return bytes;
}

/*
 * Sources that n_bands bands are made of at most, from the VRT's text: those of the band that has
 * most, for each. 0 if it names none (a warped VRT, say). "<" cannot stand in a value.
 */
static size_t sources_of_bands(GDALDatasetH dataset, unsigned n_bands)
{
	static const char band[] = "<VRTRasterBand", source[] = "<SourceFilename";
	char **xml = GDALGetMetadata(dataset, "xml:VRT");
	size_t n = 0, most = 0;

	for (const char *at = xml ? *xml : NULL; at && (at = strchr(at, '<')); at++) {
		if (strncmp(at, band, sizeof(band) - 1) == 0)
			n = 0;
		else if (strncmp(at, source, sizeof(source) - 1) == 0)
			most = ++n > most ? n : most;
	}
	return size_mul(most, n_bands);
}

/* The sources that are open at once, each as large as the largest. */
static size_t vrt_bytes(GDALDatasetH dataset, const char *path, unsigned n_bands, unsigned depth,
			unsigned *n_opened)
{
	char **list = GDALGetFileList(dataset);
	size_t n = sources_of_bands(dataset, n_bands), n_files = 0, largest = 0;

	for (char **file = list; file && *file; file++) {
		size_t bytes;

		if (strcmp(*file, path) == 0)
			continue;
		n_files++;
		if (*n_opened >= MAX_OPENED)
			continue;
		bytes = source_bytes(*file, n_bands, depth, n_opened);
		largest = bytes > largest ? bytes : largest;
	}
	CSLDestroy(list);
	/* Bands may share a file. */
	n = n && n < n_files ? n : n_files;
	return size_mul(n < GDAL_POOL_DATASETS ? n : GDAL_POOL_DATASETS, largest);
}

size_t gdal_vrt_bytes(GDALDatasetH dataset, const struct gdal_reach *reach,
		      struct raster_info *info)
{
	unsigned n_bands = info->n_bands < RASTER_USUAL_BANDS ? info->n_bands : RASTER_USUAL_BANDS;
	unsigned n_opened = 0;
	struct gdal_log log;
	size_t bytes;

	/* Sources that cannot be opened are an error when they are read. */
	gdal_log_begin(&log, reach);
	/* One more than is read of a scene: the mask's. */
	bytes = vrt_bytes(dataset, reach->name, n_bands + 1, 1, &n_opened);
	info->codec_band = bytes / (n_bands + 1);
	gdal_log_end(&log);
	return bytes;
}

bool gdal_is_dap(const char *name)
{
	const char *netcdf = strcasestr(name, "NETCDF:");

	return netcdf && strstr(netcdf, "://");
}

/* Values of elements and attributes, as they are when entities are replaced. */
static bool values_are_plain(const CPLXMLNode *node)
{
	for (; node; node = node->psNext)
		if ((node->eType == CXT_Text &&
		     (gdal_is_dap(node->pszValue) || strstr(node->pszValue, "<VRTDataset"))) ||
		    !values_are_plain(node->psChild))
			return false;
	return true;
}

bool gdal_vrt_is_plain(const char *path)
{
	VSIStatBufL st;
	CPLXMLNode *tree;
	bool plain;

	if (VSIStatL(path, &st) != 0 || st.st_size > MAX_VRT_BYTES)
		return false;
	tree = CPLParseXMLFile(path);
	plain = tree && values_are_plain(tree);
	CPLDestroyXMLNode(tree);
	return plain;
}

void gdal_note_sources(GDALDatasetH dataset, const struct gdal_reach *reach,
		       struct raster_info *info)
{
	bool vrt = strcmp(info->codec, "VRT") == 0;
	char **list = vrt ? GDALGetFileList(dataset) : NULL, *out = info->note;
	size_t room = sizeof(info->note), n = 0;

	if (reach->network)
		(void)snprintf(out, room, "read over the network");
	for (char **file = list; file && *file; file++)
		n += strcmp(*file, reach->name) != 0;
	if (vrt)
		(void)snprintf(out, room, "%s%s: reads %zu other file%s%s",
			       reach->network ? "a VRT on the network" : "a VRT",
			       reach->how == REACH_ANY ? ", followed" : "", n, n == 1 ? "" : "s",
			       n ? ": " : "");
	for (char **file = list; file && *file; file++) {
		size_t at = strlen(out);

		if (strcmp(*file, reach->name) == 0)
			continue;
		/* Room for the comma and the dots. */
		if (at + strlen(path_name(*file)) + 8 > room) {
			(void)snprintf(out + at, room - at, " ...");
			break;
		}
		(void)snprintf(out + at, room - at, "%s%s",
			       at > 0 && out[at - 1] != ' ' ? ", " : "", path_name(*file));
	}
	CSLDestroy(list);
}
