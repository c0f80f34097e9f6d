/*
 * Nodata of a scene's bands: --nodata, the file's own value, or the fill of the product. fill.c.
 */
#ifndef IMGPIPE_FILL_H
#define IMGPIPE_FILL_H

#include "options.h"
#include "product_rule.h"
#include "scene.h"
#include "bands/sensors.h"

/*
 * Set nodata of the scene's bands, with notes on what was assumed. sensor: NULL where it is not
 * known; rule: of scale and offset; path: of the first band's file, absolute. A product's fill
 * counts whatever scale is applied; --raw and --nodata none alone turn it off.
 */
void fill_apply(struct scene *scene, const struct sensor *sensor, const struct product_rule *rule,
		const char *path, const struct options *options);

#endif
