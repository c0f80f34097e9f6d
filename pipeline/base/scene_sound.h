/*
 * Can a scene that came from elsewhere be worked on? scene_sound.c; for scene_unpack(). Pure,
 * thread-safe.
 */
#ifndef IMGPIPE_PIPELINE_SCENE_SOUND_H
#define IMGPIPE_PIPELINE_SCENE_SOUND_H

#include <stdbool.h>

#include "scene.h"

/*
 * All that plan, reduction and reports rely on; the fields that unpacking has checked (counts,
 * enums, ends of texts) are believed. A scene of files has a band.
 */
bool scene_is_sound(const struct scene *scene);

#endif
