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

/* How many pixels, along rows and columns, show one of it: small ones are enlarged. Pure. */
static inline uint32_t thumbnail_times(const struct picture *picture)
{
	const uint32_t longer =
		picture->x_size > picture->y_size ? picture->x_size : picture->y_size;

	return longer && longer < THUMBNAIL_SIDE_MOST ? THUMBNAIL_SIDE_MOST / longer : 1;
}

#endif
