/*
 * Errors of scene_open() about a file that is not what its entry takes it for: scene_refuse.c. Each
 * sets err with the cause and what to do, and returns -1.
 */
#ifndef IMGPIPE_SCENE_REFUSE_H
#define IMGPIPE_SCENE_REFUSE_H

#include "bands/names.h"
#include "bands/sensors.h"
#include "entries.h"
#include "error.h"
#include "names.h"
#include "options.h"
#include "scene.h"

/* ENTRY_FAILED: what the list of files says of it. */
int refuse_entry(const struct scene *scene, const struct file_entry *entry,
		 struct error *err) MUST_CHECK;

/* A band file without the others of its product. sensor: NULL: unknown. */
int refuse_one_band(struct scene *scene, const struct band_token *token, const char *base,
		    const struct sensor *sensor, const struct options *options,
		    struct error *err) MUST_CHECK;

/* A file of several bands whose name speaks of one. */
int refuse_several_bands(const struct scene *scene, unsigned number, const struct options *options,
			 struct error *err) MUST_CHECK;

/*
 * The scene is refused for what its headers say or lack: where the index of a file has blocks that
 * lie behind its end, that is told in place of it, for no option helps then.
 */
void refuse_cut_files(const struct scene *scene, struct error *err);

#endif
