/*
 * What a scene is known by from run to run: scene_source.c. For scene_inputs.c.
 */
#ifndef IMGPIPE_SCENE_SOURCE_H
#define IMGPIPE_SCENE_SOURCE_H

#include "entries.h"

/*
 * A new text; NULL without memory. The path of the entry's first file, its folder without links, a
 * name on a network without its secrets. Where names make several files one scene, '*' stands in
 * place of the band, its resolution and all ("a_B04_10m.tif" and its like: "a_*m.tif"), and the
 * extension is in lower case. A '*' of a name's own is "**".
 */
char *scene_source(const struct scene_list *scene_list, const struct entry *entry);

/* Ask for all folders of scenes where they are, once, before there are threads. */
int scene_source_folders(struct scene_list *scene_list, struct error *err) MUST_CHECK;

/* The path of a file with its folder without links, in a new string; NULL without memory. */
char *path_in_real_folder(const char *path);

#endif
