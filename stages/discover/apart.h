/*
 * Scenes of one name: apart.c. For scene_list.c.
 */
#ifndef IMGPIPE_APART_H
#define IMGPIPE_APART_H

#include "entries.h"

/* Set entry->apart of scenes whose names are the same. Before shards are taken. */
int scene_list_tell_apart(struct scene_list *scene_list, struct error *err) MUST_CHECK;

#endif
