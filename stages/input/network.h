/*
 * Sources on the network: which of GDAL's names they have, and whether the user has named one. Kept
 * for the process, as GDAL's network handlers are: they stay when GDAL is loaded, or go.
 */
#ifndef IMGPIPE_NETWORK_H
#define IMGPIPE_NETWORK_H

#include <stdbool.h>

/* Is this a name of GDAL's for something on the network? */
bool network_name(const char *path);

/* The user has named such a source, or follows whatever files refer to. Before GDAL is loaded. */
void network_allow(void);
bool network_allowed(void);

#endif
