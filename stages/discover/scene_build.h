/*
 * Steps of scene_open() that several of its files take: scene_build.c. And, each by the file that
 * it names, what scene_open.c leaves to others.
 */
#ifndef IMGPIPE_SCENE_BUILD_H
#define IMGPIPE_SCENE_BUILD_H

#include "entries.h"
#include "error.h"
#include "options.h"
#include "scene.h"
#include "bands/sensors.h"

struct scene_list;

/*
 * Add a file: its path, whether the user named it, and its number in *number. The scene takes the
 * path, also on failure.
 */
int scene_add_file(struct scene *scene, char *path, bool named, unsigned *number,
		   struct error *err) MUST_CHECK;

/* Read the header of a file that was added. */
int scene_probe(struct scene *scene, unsigned number, const struct options *options,
		struct error *err) MUST_CHECK;

/* Set the band's file, index and type; its source is set by the caller. */
int scene_set_band(struct scene *scene, unsigned slot, const char *name, unsigned file,
		   uint32_t index, struct error *err) MUST_CHECK;

/* --- scene_label.c: what names say --- */

/* The name of an entry's scene, in a new string; NULL without memory. */
char *scene_make_name(const struct scene_list *scene_list, const struct entry *entry);

/* Name of the folder that far above an entry's first file, from 1; NULL without memory. */
char *folder_above(const struct scene_list *scene_list, const struct entry *entry, unsigned up);

/* The path with the working directory in front where it is relative; NULL without memory. */
char *path_absolute(const char *path);

/* Sensor, as file and folder names say, and acquisition date; NULL: not recognised. */
const struct sensor *scene_label(struct scene *scene, const struct scene_list *scene_list,
				 uint32_t file);

/* What to say of an ENTRY_CLASH: both files, and the option that settles it. Always -1. */
int scene_clash(const struct scene_list *scene_list, const struct entry *entry,
		struct error *err) MUST_CHECK;

/* --- scene_quality.c --- */

/* Find the quality band that --mask asks for: the entry's, a band of the stack, a file beside. */
int scene_find_quality(struct scene *scene, const struct scene_list *scene_list,
		       const struct entry *entry, const struct options *options,
		       struct error *err) MUST_CHECK;

#endif
