/*
 * The area of a scene's pixels: of its grid where that is true on the ground, else on the ground.
 */
#ifndef IMGPIPE_AREA_H
#define IMGPIPE_AREA_H

#include "scene.h"

/*
 * Set the scene's pixel_area_m2, ground and area_source by the CRS of this file, whose grid is the
 * scene's. An area that cannot be known is no error: the source says why, and a note where the file
 * has a CRS and a place. A file for which GDAL may be asked only later is to be opened again then.
 */
void area_find(struct scene *scene, struct scene_file *file);

#endif
