/*
 * Scale, offset and nodata of a scene's bands, and where they came from.
 */
#ifndef IMGPIPE_SCALING_H
#define IMGPIPE_SCALING_H

#include "options.h"
#include "reflectance.h"
#include "scene.h"
#include "bands/sensors.h"

/*
 * Set scale, offset, nodata and scale_source of the scene's bands, whose files are probed and
 * indices set, by the first of: --raw, --scale/--offset, file metadata, the product's rule; and
 * whether they are known to be reflectance then; where not, `lack` is as of reflectance_lack(),
 * else "". `sensor` is what names say, or else the descriptions of bands; NULL if neither does.
 * `path` is the absolute path of the first band's file. Where a product may need an offset and
 * nothing says so, the scene gets a note that names both possibilities. -1 with EX_DATAERR where
 * only some of the bands would be scaled.
 */
int scaling_apply(struct scene *scene, const struct sensor *sensor, const char *path,
		  const struct options *options, char lack[REFLECTANCE_LACK_BYTES],
		  struct error *err) MUST_CHECK;

#endif
