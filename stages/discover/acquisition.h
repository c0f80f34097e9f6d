/*
 * Which acquisition a scene is, and which processing of it, by the names of its file and product
 * folder: acquisition.c, for duplicates.c. Pure text work; may be called from any thread.
 */
#ifndef IMGPIPE_ACQUISITION_H
#define IMGPIPE_ACQUISITION_H

#include <stdbool.h>
#include <stdint.h>

enum { ACQUISITION_BYTES = 160 };

struct acquisition {
	/*
	 * The same for all processings of one acquisition. Landsat: sensor, level, path and row,
	 * date. Sentinel-2: tile, time, level, and the granule where a folder names it, as the two
	 * halves of a tile that a datastrip ends in are no duplicates. Then whatever else the
	 * scene's name says, as two cuts of one scene are none either.
	 */
	char key[ACQUISITION_BYTES];
	uint64_t version; /* grows with baseline (Landsat: collection), then time; 0: not known */
};

/*
 * Of a scene's name, without what says the band, and the path of its first file. False where they
 * do not say which acquisition it is.
 */
bool acquisition_of(struct acquisition *acquisition, const char *name, const char *path);

#endif
