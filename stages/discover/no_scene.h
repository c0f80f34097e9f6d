/*
 * What a searched folder holds beside scenes: no_scene.c, for scene_open.c.
 */
#ifndef IMGPIPE_NO_SCENE_H
#define IMGPIPE_NO_SCENE_H

#include "entries.h"
#include "options.h"
#include "scene.h"

/*
 * The scene did not open. Where its only file was found by searching and is none that a scene could
 * be made of (a DEM, a finished index, a quality band, another band of a set, a picture), set
 * scene->no_scene and say so in err. What cannot be read, an empty file too, stays failed: it may
 * be a scene that was not copied to its end. So does what lacks a file. scene->unjoined is set
 * where --bands by number kept it from its product's other files.
 */
void no_scene_judge(struct scene *scene, const struct scene_list *scene_list,
		    const struct entry *entry, const struct options *options, struct error *err);

#endif
