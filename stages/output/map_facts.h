/*
 * What the file of a map says of where it came from: map_facts.c. For scene_maps.c.
 */
#ifndef IMGPIPE_OUTPUT_MAP_FACTS_H
#define IMGPIPE_OUTPUT_MAP_FACTS_H

#include "options.h"
#include "scene.h"
#include "tiff_file.h"

enum {
	MAP_BANDS_BYTES = 8 << 10,
	MAP_ITEMS_MOST = 12, /* and the NULL behind them */
};

/* Texts that a tiff_facts points at. */
struct map_texts {
	char bands[MAP_BANDS_BYTES], scales[MAP_BANDS_BYTES], masks[MAP_BANDS_BYTES];
	char title[VALUE_NAME_BYTES];
	const char *item[2 * MAP_ITEMS_MOST + 1];
};

/*
 * All of *facts but pyramid, geo, statistics. Scene, options, maps and *texts outlive it. No folder
 * of the inputs stands in it: the same scene in another place gives the same bytes.
 */
void map_facts(struct tiff_facts *facts, struct map_texts *texts, const struct maps *maps,
	       unsigned output, const struct scene *scene, const struct options *options);

#endif
