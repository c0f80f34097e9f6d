/*
 * What lies beside an image, before GDAL looks there.
 */
#ifndef IMGPIPE_BESIDE_H
#define IMGPIPE_BESIDE_H

#include "error.h"

/*
 * -1 if a file beside `path` has its name and is no regular file: GDAL opens masks, overviews
 * and metadata by name, and would wait for ever for who writes to a pipe. Looks at nothing where
 * there is no such file as `path`.
 */
int beside_check(const char *path, struct error *err) MUST_CHECK;

#endif
