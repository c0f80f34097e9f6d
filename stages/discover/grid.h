/*
 * Grids: do the bands of a scene lie on each other?
 */
#ifndef IMGPIPE_GRID_H
#define IMGPIPE_GRID_H

#include "options.h"
#include "scene.h"

/*
 * Compare the grids of the scene's bands and set the scene's sizes, tile grid, pixel area and each
 * band's ratio. -1 with EX_DATAERR that names both grids and what to do.
 */
int grid_apply(struct scene *scene, const struct options *options, struct error *err) MUST_CHECK;

#endif
