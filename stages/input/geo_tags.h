/*
 * Tags of a GeoTIFF that say where an image lies, as bytes that travel: copied from the scene's own
 * file where that is a TIFF, made by GDAL from others.
 */
#ifndef IMGPIPE_INPUT_GEO_TAGS_H
#define IMGPIPE_INPUT_GEO_TAGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GEO_TAGS_MOST = 6, GEO_TAGS_BYTES = 64 << 10 };

/* Native byte order; type as in TIFF: 2 ASCII, 3 SHORT, 12 DOUBLE. */
struct geo_tag {
	uint16_t tag, type;
	uint32_t count;
	uint32_t offset; /* of its values in bytes[] */
};

struct geo_tags {
	uint32_t n, n_bytes;
	struct geo_tag tag[GEO_TAGS_MOST]; /* ascending */
	unsigned char bytes[GEO_TAGS_BYTES];
};

/* GeoTIFF's (OGC 19-008), in the order in which they stand in a file. */
enum {
	GEO_PIXEL_SCALE = 33550,
	GEO_TIEPOINT = 33922,
	GEO_TRANSFORMATION = 34264,
	GEO_KEYS = 34735,
	GEO_DOUBLES = 34736,
	GEO_ASCII = 34737,
};

/* Type that the values of this tag have; 0: it is none of the six. */
uint16_t geo_tag_type(uint16_t tag);
/* Bytes of a value of that type. */
size_t geo_type_bytes(uint16_t type);

/* Bytes of it that travel: up to the end of the values. */
size_t geo_tags_bytes(const struct geo_tags *geo);

/* Came from another process: do counts and offsets lie within, is each tag of the known six, of its
 * type? */
bool geo_tags_sound(const struct geo_tags *geo, size_t bytes);

/*
 * Room for the values of one more tag, which stands behind those before it; NULL where it has none,
 * or the tag does not stand there.
 */
void *geo_tags_add(struct geo_tags *geo, uint16_t tag, uint32_t count);

/*
 * Tags of a geotransform in GDAL's order, whose origin is the corner of a pixel. `point`: the keys
 * say that coordinates are those of pixel centres.
 */
void geo_tags_place(struct geo_tags *geo, const double geotransform[6], bool point);

/* Keys of a CRS with this EPSG code; 0: of none, then the kind of coordinates alone. */
void geo_tags_crs(struct geo_tags *geo, unsigned epsg, bool projected, bool point);

/* The code of "EPSG:32633"; 0 where it is no such text. */
unsigned geo_epsg(const char *crs);

#endif
