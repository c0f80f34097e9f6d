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

/* Came from another process: do counts and offsets lie within, is each tag of the known six, of its
 * type? */
bool geo_tags_sound(const struct geo_tags *geo, size_t bytes);

#endif
