/*
 * Members of archives under the names that GDAL opens them by, and what reading through them
 * takes: archived.c.
 */
#ifndef IMGPIPE_GDAL_ARCHIVED_H
#define IMGPIPE_GDAL_ARCHIVED_H

#include "input/archive.h"
#include "scene.h"

/* GDAL's name of the member that was found under `path`, in a new string; NULL without memory. */
char *gdal_archived_name(const char *path, const struct archive_place *place);

/*
 * The archive's file as the one by which this input is known again, what unpacking takes beside
 * what is counted, and a note on its cost.
 */
void gdal_archived_info(const struct archive_place *place, struct raster_info *info);

/* Is it the archive that was probed? */
bool gdal_archived_same(const struct archive_place *place, const struct raster_info *info);

#endif
