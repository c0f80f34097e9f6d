/*
 * Private to the catalogue: scenes that are there twice by links.
 */
#ifndef IMGPIPE_CATALOG_LINKS_H
#define IMGPIPE_CATALOG_LINKS_H

#include "group.h"

/* Leave out all but one of them. After grouping, while files.same is there. */
int catalog_drop_twice(struct catalog *catalog, struct error *err) MUST_CHECK;

#endif
