/*
 * Sentinel-2 names: what the names of an image and of the folders of its product say about
 * processing baseline, level and tile. Pure text work; may be called from any thread.
 */
#ifndef IMGPIPE_SENTINEL2_H
#define IMGPIPE_SENTINEL2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Patterns of the folders on the way to the bands, from above; "|" stands between folders that are
 * entered all. NULL behind the last.
 */
extern const char *const sentinel2_band_folders[];

/* Folders of bands by their pixel size, "R10m" ..., ended by a name that is NULL. */
struct resolution_folder {
	const char *name;
	uint8_t metres;
};
extern const struct resolution_folder sentinel2_resolutions[];

/* The metres of a folder of that name; 0: it is none of these. */
uint8_t sentinel2_folder_metres(const char *folder);

/* Is this a folder inside a SAFE product (R10m, IMG_DATA, GRANULE, the granule's own)? */
bool sentinel2_is_inner_folder(const char *name, size_t len);

/*
 * The end of `path` that speaks for the image: its own name, its folder, and the folders above as
 * long as the one below is a SAFE product's inner folder. Folders further up are the user's.
 */
const char *sentinel2_own_part(const char *path);

/*
 * Processing baseline in the part of a path that speaks for the image ("_N0400_R022_",
 * "_N04.00_R60m", "..._N02.01/") as 400; 0 if none. The last one counts.
 */
unsigned sentinel2_baseline(const char *path);

/* "L1C" or "L2A", the last one in the same part; "" if it says neither. */
const char *sentinel2_level(const char *path);

/* Does the same part hold the word "harmonised" (or "HARMONIZED")? */
bool sentinel2_harmonised(const char *path);

/* The last tile id of a name, "T33UUB"; false where it holds none. */
bool sentinel2_tile(const char *name, char tile[8]);

#endif
