/*
 * Tags of a GeoTIFF as bytes: put together, and checked where they came from another process. It
 * knows no files and no data base of CRSs.
 */
#include "geo_tags.h"

#include <stdlib.h>
#include <string.h>

enum { TYPE_ASCII = 2, TYPE_SHORT = 3, TYPE_DOUBLE = 12 };

enum {
	KEY_MODEL_TYPE = 1024,
	KEY_RASTER_TYPE = 1025,
	KEY_GEOGRAPHIC_CRS = 2048,
	KEY_PROJECTED_CRS = 3072,
	MODEL_PROJECTED = 1,
	MODEL_GEOGRAPHIC = 2,
	PIXEL_IS_AREA = 1,
	PIXEL_IS_POINT = 2,
	LARGEST_CODE = 32766, /* of those that a key can hold and that mean a CRS */
};

uint16_t geo_tag_type(uint16_t tag)
{
	switch (tag) {
	case GEO_PIXEL_SCALE:
	case GEO_TIEPOINT:
	case GEO_TRANSFORMATION:
	case GEO_DOUBLES:
		return TYPE_DOUBLE;
	case GEO_KEYS:
		return TYPE_SHORT;
	case GEO_ASCII:
		return TYPE_ASCII;
	default:
		return 0;
	}
}

size_t geo_type_bytes(uint16_t type)
{
	return type == TYPE_DOUBLE ? sizeof(double) : type == TYPE_SHORT ? sizeof(uint16_t) : 1;
}

size_t geo_tags_bytes(const struct geo_tags *geo)
{
	return offsetof(struct geo_tags, bytes) + geo->n_bytes;
}

static bool tag_sound(const struct geo_tags *geo, const struct geo_tag *tag)
{
	return tag->type && tag->type == geo_tag_type(tag->tag) && tag->count &&
	       tag->offset <= geo->n_bytes &&
	       tag->count <= (geo->n_bytes - tag->offset) / geo_type_bytes(tag->type);
}

bool geo_tags_sound(const struct geo_tags *geo, size_t bytes)
{
	if (bytes < offsetof(struct geo_tags, bytes) || geo->n > GEO_TAGS_MOST ||
	    geo->n_bytes > GEO_TAGS_BYTES || bytes < geo_tags_bytes(geo))
		return false;
	for (uint32_t i = 0; i < geo->n; i++)
		if (!tag_sound(geo, &geo->tag[i]) || (i && geo->tag[i].tag <= geo->tag[i - 1].tag))
			return false;
	return true;
}

void *geo_tags_add(struct geo_tags *geo, uint16_t tag, uint32_t count)
{
	struct geo_tag *new = &geo->tag[geo->n];
	uint16_t type = geo_tag_type(tag);

	if (!type || !count || geo->n == GEO_TAGS_MOST ||
	    (geo->n && tag <= geo->tag[geo->n - 1].tag) ||
	    count > (GEO_TAGS_BYTES - geo->n_bytes) / geo_type_bytes(type))
		return NULL;
	*new = (struct geo_tag){.tag = tag, .type = type, .count = count, .offset = geo->n_bytes};
	geo->n++;
	geo->n_bytes += (uint32_t)(count * geo_type_bytes(type));
	return geo->bytes + new->offset;
}

static void add(struct geo_tags *geo, uint16_t tag, uint32_t count, const void *values)
{
	void *room = geo_tags_add(geo, tag, count);

	if (room)
		memcpy(room, values, count * geo_type_bytes(geo_tag_type(tag)));
}

void geo_tags_place(struct geo_tags *geo, const double geotransform[6], bool point)
{
	const double *g = geotransform;
	double shift = point ? 0.5 : 0, x = g[0] + shift * (g[1] + g[2]),
	       y = g[3] + shift * (g[4] + g[5]);

	if (g[1] > 0 && g[5] < 0 && g[2] == 0 && g[4] == 0) {
		add(geo, GEO_PIXEL_SCALE, 3, (const double[3]){g[1], -g[5], 0});
		add(geo, GEO_TIEPOINT, 6, (const double[6]){0, 0, 0, x, y, 0});
	} else {
		add(geo, GEO_TRANSFORMATION, 16,
		    (const double[16]){g[1], g[2], 0, x, g[4], g[5], 0, y, 0, 0, 0, 0, 0, 0, 0, 1});
	}
}

void geo_tags_crs(struct geo_tags *geo, unsigned epsg, bool projected, bool point)
{
	const uint16_t model = projected ? MODEL_PROJECTED : MODEL_GEOGRAPHIC;
	const uint16_t raster = point ? PIXEL_IS_POINT : PIXEL_IS_AREA;
	const uint16_t crs = projected ? KEY_PROJECTED_CRS : KEY_GEOGRAPHIC_CRS;
	const uint16_t known[] = {
		1,      1,   0, 3, KEY_MODEL_TYPE, 0, 1, model, KEY_RASTER_TYPE, 0, 1,
		raster, crs, 0, 1, (uint16_t)epsg};
	const uint16_t none[] = {1, 1, 0, 1, KEY_RASTER_TYPE, 0, 1, raster};

	if (epsg && epsg <= LARGEST_CODE)
		add(geo, GEO_KEYS, sizeof(known) / sizeof(known[0]), known);
	else
		add(geo, GEO_KEYS, sizeof(none) / sizeof(none[0]), none);
}

unsigned geo_epsg(const char *crs)
{
	static const char code[] = "EPSG:";
	unsigned long number;
	char *end;

	if (strncmp(crs, code, sizeof(code) - 1) != 0)
		return 0;
	number = strtoul(crs + sizeof(code) - 1, &end, 10);
	return *end || number > LARGEST_CODE ? 0 : (unsigned)number;
}
