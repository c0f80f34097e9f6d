/*
 * Sentinel-2 product metadata (MTD_MSIL2A.xml, MTD_MSIL1C.xml): what it says about scale and
 * offset.
 */
#ifndef IMGPIPE_SENTINEL2_METADATA_H
#define IMGPIPE_SENTINEL2_METADATA_H

#include <stdbool.h>

#include "input/side_names.h"

enum {
	SENTINEL2_BANDS = 13, /* ESA's band_id: 0 is B1, 3 is B4, 7 is B8, 8 is B8A, 12 is B12 */
	SENTINEL2_MAX_UP = 5  /* folders looked into: IMG_DATA/R10m, granule, GRANULE, product */
};

struct sentinel2_metadata {
	char where[100];       /* the end of its path, for people; "" if none was found */
	char level[4];         /* "L2A", "L1C" */
	unsigned baseline;     /* 400 is 04.00; 0 if not stated */
	double quantification; /* reflectance is (DN + add_offset) / quantification */
	double add_offset[SENTINEL2_BANDS];
	bool states_offset[SENTINEL2_BANDS];
	int lack;        /* errno of what was lacking to read it (side_file.h); 0: nothing was */
	bool has_offset; /* the file states offsets: products from baseline 04.00 on */
};

/*
 * Look for the metadata beside an image, and further up as long as the folders are inner ones of a
 * SAFE product. true where a file was found, could be understood, and is not of another tile or day
 * than the image's name says; problem says what is wrong with one that is not used, "" otherwise.
 * image_path is absolute. Thread-safe.
 */
bool sentinel2_metadata_find(const char *image_path, struct sentinel2_metadata *metadata,
			     char problem[160]);

/* The names that are looked for, from the nearest. 1: it was enough; 0; -1 without memory. */
int sentinel2_metadata_names(const char *image_path, const struct side_names *names);

#endif
