/*
 * Where a file lies, as tags of a GeoTIFF: GDAL's own driver writes one of a single pixel, in
 * memory, and its tags are taken. It must not know what they mean.
 */
#include "geo_tags.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "setup.h"

/* What is taken from a dataset, or from what stands beside it. */
struct place {
	double geotransform[6];
	bool has_geotransform;
	OGRSpatialReferenceH crs; /* owned; NULL: none that GDAL shall write */
	bool point;
};

static void find_place(GDALDatasetH dataset, const struct raster_info *info, struct place *place)
{
	OGRSpatialReferenceH crs = GDALGetSpatialRef(dataset);
	const char *kind = GDALGetMetadataItem(dataset, GDALMD_AREA_OR_POINT, NULL);

	place->point = kind && EQUAL(kind, GDALMD_AOP_POINT);
	place->has_geotransform = info->has_geotransform;
	if (info->beside & FACT_PLACE)
		memcpy(place->geotransform, info->geotransform, sizeof(place->geotransform));
	else
		place->has_geotransform =
			GDALGetGeoTransform(dataset, place->geotransform) == CE_None;
	if (crs && !(info->beside & FACT_CRS))
		place->crs = OSRClone(crs);
}

/* false where it cannot be written. */
static bool write_pixel(const char *name, const struct place *place)
{
	GDALDriverH driver = GDALGetDriverByName("GTiff");
	GDALDatasetH dataset = driver ? GDALCreate(driver, name, 1, 1, 1, GDT_Byte, NULL) : NULL;
	bool fine = dataset != NULL;

	if (fine && place->point)
		fine = GDALSetMetadataItem(dataset, GDALMD_AREA_OR_POINT, GDALMD_AOP_POINT, NULL) ==
		       CE_None;
	if (fine && place->crs)
		fine = GDALSetSpatialRef(dataset, place->crs) == CE_None;
	if (fine && place->has_geotransform) {
		double geotransform[6];

		memcpy(geotransform, place->geotransform, sizeof(geotransform));
		fine = GDALSetGeoTransform(dataset, geotransform) == CE_None;
	}
	if (dataset)
		GDALClose(dataset);
	return fine;
}

/* --- its tags: a classic TIFF in the machine's own byte order --- */

enum { HEADER_BYTES = 8, ENTRY_BYTES = 12, INLINE_BYTES = 4 };

/* A file in memory. */
struct bytes {
	const GByte *at;
	uint64_t n;
};

/* `out` from the file; false where it does not lie there. */
static bool get(const struct bytes *file, uint64_t at, void *out, size_t n)
{
	if (at > file->n || n > file->n - at)
		return false;
	memcpy(out, file->at + at, n);
	return true;
}

static bool take_tag(const struct bytes *file, uint64_t entry, struct geo_tags *geo)
{
	uint16_t tag, type;
	uint32_t count, offset;
	uint64_t at = entry + ENTRY_BYTES - INLINE_BYTES;
	void *room;

	if (!get(file, entry, &tag, 2) || !get(file, entry + 2, &type, 2) ||
	    !get(file, entry + 4, &count, 4) || !get(file, at, &offset, 4))
		return false;
	if (!geo_tag_type(tag))
		return true;
	if (count * (uint64_t)geo_type_bytes(type) > INLINE_BYTES)
		at = offset;
	room = type == geo_tag_type(tag) ? geo_tags_add(geo, tag, count) : NULL;
	return room && get(file, at, room, count * geo_type_bytes(type));
}

static bool take_tags(const struct bytes *file, struct geo_tags *geo)
{
	const uint16_t probe = 1;
	const char *order = *(const unsigned char *)&probe ? "II" : "MM";
	unsigned char mark[2];
	uint32_t directory;
	uint16_t version, n;

	if (!get(file, 0, mark, 2) || memcmp(mark, order, 2) != 0 || !get(file, 2, &version, 2) ||
	    version != 42 || !get(file, INLINE_BYTES, &directory, 4) || directory < HEADER_BYTES ||
	    !get(file, directory, &n, 2))
		return false;
	for (uint64_t i = 0; i < n; i++)
		if (!take_tag(file, directory + 2 + i * ENTRY_BYTES, geo))
			return false;
	return true;
}

/* --- all of it --- */

/* Names in GDAL's memory are the process's; each call has its own. */
static bool make_tags(const struct place *place, struct geo_tags *geo)
{
	static atomic_ulong n_calls;
	struct bytes file;
	vsi_l_offset n = 0;
	char name[64];
	bool fine;

	(void)snprintf(name, sizeof(name), "/vsimem/imgpipe-place-%lu.tif",
		       atomic_fetch_add(&n_calls, 1));
	fine = write_pixel(name, place);
	file.at = fine ? VSIGetMemFileBuffer(name, &n, FALSE) : NULL;
	file.n = n;
	fine = file.at && take_tags(&file, geo);
	(void)VSIUnlink(name);
	if (!fine)
		geo->n = geo->n_bytes = 0;
	return fine;
}

/* The CRS of FILE.aux.xml, which GDAL was not given. */
static void put_crs_beside(const struct raster_info *info, const struct place *place,
			   struct geo_tags *geo)
{
	while (geo->n && geo->tag[geo->n - 1].tag >= GEO_KEYS)
		geo->n_bytes = geo->tag[--geo->n].offset;
	geo_tags_crs(geo, geo_epsg(info->crs), info->projected, place->point);
}

/* 0, or -1 where GDAL failed. */
static int tags_of(GDALDatasetH dataset, const struct raster_info *info, struct geo_tags *geo)
{
	struct place place = {0};
	int rc = 0;

	find_place(dataset, info, &place);
	if ((place.has_geotransform || place.crs) && !make_tags(&place, geo))
		rc = -1;
	if (rc == 0 && (info->beside & FACT_CRS))
		put_crs_beside(info, &place, geo);
	if (place.crs)
		OSRDestroySpatialReference(place.crs);
	return rc;
}

int gdal_geo_tags(const char *path, const struct raster_info *info, struct geo_tags *geo,
		  struct error *err)
{
	struct gdal_reach reach;
	struct gdal_log log;
	GDALDatasetH dataset;
	int rc = -1;

	geo->n = geo->n_bytes = 0;
	if (gdal_setup() != 0)
		return error_set(err, EX_UNAVAILABLE, "%s: GDAL cannot be set up", path);
	if (gdal_reach_init(&reach, path, info->reach, err) != 0)
		return -1;
	gdal_log_begin(&log, &reach);
	dataset = gdal_open_dataset(reach.name);
	if (dataset)
		rc = tags_of(dataset, info, geo);
	if (dataset)
		GDALClose(dataset);
	gdal_log_end(&log);
	if (rc != 0 && *reach.refused)
		(void)gdal_reach_error(&reach, path, err);
	else if (rc != 0)
		(void)error_set(err, gdal_log_code(&log),
				"%s: where it lies cannot be written as GeoTIFF: %s", path,
				gdal_log_words(&log, path));
	gdal_reach_release(&reach);
	return rc;
}
