/*
 * Planet's product metadata (..._metadata.xml): what makes reflectance of the radiance in a file,
 * one coefficient for each band (Planet Imagery Product Specifications). Thread-safe.
 */
#ifndef IMGPIPE_PLANET_METADATA_H
#define IMGPIPE_PLANET_METADATA_H

#include <stdbool.h>

#include "side_file.h"
#include "input/side_names.h"

enum { PLANET_BANDS = 16 };

struct planet_metadata {
	char where[SIDE_NAME_BYTES]; /* the file's name; "" if none was found */
	int lack;   /* errno of what was lacking to read it (side_file.h); 0: nothing was */
	unsigned n; /* bands it speaks of: the largest number */
	double coefficient[PLANET_BANDS + 1]; /* by band number, from 1; 0: not stated */
};

/* Read the XML. false: it is none, or states no coefficient. */
bool planet_metadata_parse(const char *text, size_t size, struct planet_metadata *metadata);

/*
 * Look for the metadata beside an image: its name up to "AnalyticMS", "AnalyticMS_8b" or the like,
 * with "_metadata.xml" or "_metadata_clip.xml" behind it. true where a file was found and
 * understood; problem says what is wrong with one that cannot be used, "" otherwise. image_path is
 * absolute.
 */
bool planet_metadata_find(const char *image_path, struct planet_metadata *metadata,
			  char problem[SIDE_PROBLEM_BYTES]);

/* The names that are looked for, in their order. 1: it was enough; 0; -1 without memory. */
int planet_metadata_names(const char *image_path, const struct side_names *names);

#endif
