/*
 * The tags that say where a file lies, for the files that are made of it: copied value by value, so
 * that nothing is lost and no data base of CRSs is needed. What a file beside the image says
 * instead (FILE.aux.xml) is put in their place.
 */
#include "geo_tags.h"

#include "geo.h"
#include "ifd.h"
#include "io.h"

static const struct {
	uint16_t tag;
	uint8_t fact; /* where the file beside the image gave this fact, the tag is not copied */
} known[GEO_TAGS_MOST] = {
	{GEO_PIXEL_SCALE, FACT_PLACE}, {GEO_TIEPOINT, FACT_PLACE}, {GEO_TRANSFORMATION, FACT_PLACE},
	{GEO_KEYS, FACT_CRS},          {GEO_DOUBLES, FACT_CRS},    {GEO_ASCII, FACT_CRS},
};

/*
 * A tag of another type, of too many values, or whose values do not lie in the file says nothing,
 * as where headers are read.
 */
static int copy_tag(struct tiff_image *image, uint16_t tag, struct geo_tags *geo, struct error *err)
{
	const struct tiff_entry *entry = tiff_entry_find(image, tag);
	uint32_t n = geo->n, n_bytes = geo->n_bytes;
	void *room;

	if (!entry || entry->type != geo_tag_type(tag) || entry->count > GEO_TAGS_BYTES)
		return 0;
	room = geo_tags_add(geo, tag, (uint32_t)entry->count);
	if (!room || tiff_values(image, tag, (TIFFDataType)entry->type, 0, (size_t)entry->count,
				 room) == entry->count)
		return 0;
	geo->n = n;
	geo->n_bytes = n_bytes;
	return image->io_errno ? tiff_io_error(image, err) : 0;
}

static int copy_tags(struct tiff_image *image, const struct raster_info *info, struct geo_tags *geo,
		     struct error *err)
{
	bool point = tiff_geo_point(image);

	if ((info->beside & FACT_PLACE) && info->has_geotransform)
		geo_tags_place(geo, info->geotransform, point);
	for (int i = 0; i < GEO_TAGS_MOST; i++)
		if (!(info->beside & known[i].fact) && copy_tag(image, known[i].tag, geo, err))
			return -1;
	if (info->beside & FACT_CRS)
		geo_tags_crs(geo, geo_epsg(info->crs), info->projected, point);
	return 0;
}

int tiff_geo_tags(const char *path, const struct raster_info *info, struct geo_tags *geo,
		  struct error *err)
{
	struct tiff_image image;
	int rc;

	geo->n = geo->n_bytes = 0;
	if (tiff_image_open(&image, path, 0, TIFF_HEADER_ALLOC, err) != PROBE_OK)
		return -1;
	rc = tiff_image_same(&image, info, err);
	if (rc == 0)
		rc = copy_tags(&image, info, geo, err);
	tiff_image_close(&image);
	return rc;
}
