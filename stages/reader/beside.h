/*
 * What lies beside an image, before GDAL looks there.
 */
#ifndef IMGPIPE_BESIDE_H
#define IMGPIPE_BESIDE_H

#include "error.h"
#include "input/side_names.h"

/*
 * -1 if a file beside `path` has its name and is no regular file: GDAL opens masks, overviews
 * and metadata by name, and would wait for ever for who writes to a pipe. Looks at nothing where
 * there is no such file as `path`.
 */
int beside_check(const char *path, struct error *err) MUST_CHECK;

/*
 * Names beside the image `path` that readers open, and that numbers depend on: its mask,
 * FILE.aux.xml, and where its kind keeps pixels and headers apart, those; not all that GDAL looks
 * for (overviews, world files ...). 1: it was enough; 0; -1 without memory.
 */
int beside_names(const char *path, const struct side_names *names) MUST_CHECK;

#endif
