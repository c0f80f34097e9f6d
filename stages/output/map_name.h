/*
 * Names of a scene's files, from the pattern of --name and what is known of the scene by its name.
 * Pure, thread-safe.
 *
 * What is put in for {scene}, {index}, {date} and {sensor} is made safe: '/', '\', ':' and control
 * characters (also those of U+0080 to U+009F) become '_', as does a dot in front of the whole name
 * or behind another dot, and in a sensor's name a space. {date} is the day, "2026-07-01"; what is
 * not known is "unknown". {sensor} is without a processing level. A name that would be longer than
 * 255 bytes has the end of {scene} cut off, and '~' and 8 hexadecimal digits of a hash of all of it
 * in place.
 */
#ifndef IMGPIPE_OUTPUT_MAP_NAME_H
#define IMGPIPE_OUTPUT_MAP_NAME_H

#include "maps.h"
#include "scene.h"

enum { MAP_NAME_BYTES = 256 };

/*
 * May a run of so many maps have this pattern? -1 with EX_USAGE: unknown words in braces, what no
 * name may hold, no {index} where there are several maps, too long.
 */
int map_pattern_check(const char *pattern, unsigned n_maps, struct error *err) MUST_CHECK;

/* The file's name, without a folder. size: MAP_NAME_BYTES at least. -1 with EX_DATAERR where no
 * part of the scene's name has room. */
int map_name(char *out, size_t size, const char *pattern, const struct scene *scene,
	     const struct map_def *map, struct error *err) MUST_CHECK;

/* Likewise, of the picture of a map that has one, and of its world file. */
int picture_name(char *out, size_t size, const struct maps *maps, unsigned output,
		 const struct scene *scene, struct error *err) MUST_CHECK;
int world_name(char *out, size_t size, const struct maps *maps, unsigned output,
	       const struct scene *scene, struct error *err) MUST_CHECK;

/* *path: that name in the folder of maps; the caller's to free. NULL where there is no memory. */
int map_path(char **path, const struct maps *maps, const char *name, struct error *err) MUST_CHECK;

/* All files that a scene can have: maps, then pictures, then their world files. Their number. */
unsigned maps_n_names(const struct maps *maps);
/* Name i of them. */
int maps_name(char *out, size_t size, const struct maps *maps, unsigned i,
	      const struct scene *scene, struct error *err) MUST_CHECK;

#endif
