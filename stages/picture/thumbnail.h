/*
 * A small picture of a map that reports show, and what its colours mean.
 */
#ifndef IMGPIPE_THUMBNAIL_H
#define IMGPIPE_THUMBNAIL_H

#include <stdbool.h>

#include "picture.h"
#include "ramp.h"

enum { THUMBNAIL_SIDE_MOST = 256, THUMBNAIL_TITLE_BYTES = 32 };

struct thumbnail {
	struct picture picture;            /* sides of THUMBNAIL_SIDE_MOST at most; 0: no data */
	char title[THUMBNAIL_TITLE_BYTES]; /* "NDVI" */
	bool numbers;                      /* colours are levels of the ramp; else of classes */
	bool own_range;                    /* the ramp's range is of this picture alone */
	struct ramp ramp;
};

#endif
