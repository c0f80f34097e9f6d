/*
 * Names that GDAL alone knows: "/vsizip/x.zip/b.tif", NETCDF:"x.nc":b. Which of their parts are
 * files. gdal_name.c; looks at the file system, opens nothing.
 */
#ifndef IMGPIPE_GDAL_NAME_H
#define IMGPIPE_GDAL_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "input/side_names.h"

/* May it ask a network? */
bool gdal_name_network(const char *name);

/* Where the first file is in the name: bytes [at, at + length). */
struct gdal_name_part {
	size_t at, length;
};
/* false: there is none. */
bool gdal_name_part(const char *name, struct gdal_name_part *part);

/* The regular files in it. 1: it was enough; 0; -1 without memory. */
int gdal_name_files(const char *name, const struct side_names *names) MUST_CHECK;

#endif
