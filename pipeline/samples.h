/*
 * Scenes to plan on, opened where no input is parsed in this process.
 */
#ifndef IMGPIPE_PIPELINE_SAMPLES_H
#define IMGPIPE_PIPELINE_SAMPLES_H

#include <stdbool.h>

#include "confinement.h"
#include "execute.h"

/*
 * As scene_open() for scenes 0 ... samples->n - 1, by a confined child; those that do not open stay
 * empty, *err is the last one's. gdal: it may load GDAL; else reader_gdal_wanted() tells afterwards
 * whether one needs it.
 */
void samples_inspect(struct samples *samples, const struct confinement *confinement,
		     const struct workload *workload, const struct catalog *catalog,
		     const struct options *options, bool gdal, struct error *err);

#endif
