/*
 * Bands: which band of a stack is which of the recipe's, and where that came from.
 */
#ifndef IMGPIPE_BANDS_H
#define IMGPIPE_BANDS_H

#include "options.h"
#include "scene.h"
#include "bands/sensors.h"

/*
 * Set index, source and code of the recipe's bands, scene->band[i], from scene->files[0], in the
 * order: option, descriptions, colour labels that are meant, file name, labels, R,G,B and one more.
 * A band that is not there keeps index 0. `sensor` is what file and folder names say, by_stem what
 * the file's own name says; either may be NULL. -1 with EX_DATAERR, the bands and the option to
 * pass where the evidence is not enough for any value of the recipe: all are missing.
 */
int bands_find(struct scene *scene, const struct sensor *sensor, const struct sensor *by_stem,
	       const struct options *options, struct error *err) MUST_CHECK;

/*
 * The sensor that the descriptions of a file's bands speak of, for files whose names say nothing;
 * NULL if they speak of none.
 */
const struct sensor *bands_sensor(const struct raster_info *info);

#endif
