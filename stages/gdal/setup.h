/*
 * GDAL's one-time set-up: setup.c. For probe.c, and for reach.c, which asks what is the libraries'
 * own.
 */
#ifndef IMGPIPE_GDAL_SETUP_H
#define IMGPIPE_GDAL_SETUP_H

#include <stdbool.h>

#include "error.h"

/*
 * Sources of VRTs that GDAL keeps open at once, in the whole process. A read needs one for each
 * level of nested VRTs, so this also bounds the workers that may read VRTs: 64, or 32 of nested.
 */
enum { GDAL_POOL_DATASETS = 64 };

/* Drivers, options, handlers: once. Before everything else here. 0 or -1. */
int gdal_setup(void) MUST_CHECK;

/* From now on the process has GDAL's VRT driver: an input that is named is a VRT. */
void gdal_allow_vrt(void);

/* Is this absolute path one of the libraries' own data, or of a named network source's keys? */
bool gdal_library_file(const char *path, bool network);

/* Did the user name a source on the network? */
bool gdal_network_is_open(void);

#endif
