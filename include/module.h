/*
 * Modules: parts of the program that need a large library (GDAL, MPI) and are loaded when something
 * needs them, so that the program starts without the library being there.
 */
#ifndef IMGPIPE_MODULE_H
#define IMGPIPE_MODULE_H

#include <stdbool.h>

#include "error.h"

struct module_place {
	const char *file;   /* "imgpipe-gdal.so" */
	const char *symbol; /* what it exports */
	const char *needs;  /* the library and where to get it, for messages */
	bool global;        /* the library's own plug-ins look for its symbols (MPI) */
};

/*
 * Load it from $IMGPIPE_MODULE_DIR, the program's folder or ../lib/imgpipe beside that; the first
 * that has the file decides. Returns the symbol's address, which stays valid; NULL with err set
 * (EX_UNAVAILABLE). Not thread-safe.
 */
const void *module_load(const struct module_place *place, struct error *err);

#endif
