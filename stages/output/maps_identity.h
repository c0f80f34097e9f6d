/*
 * What decides the files that are made of a scene, beside its numbers: for a catalogue, which keeps
 * from one run to the next whether they are still those that are wanted. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_MAPS_IDENTITY_H
#define IMGPIPE_OUTPUT_MAPS_IDENTITY_H

#include "error.h"
#include "maps.h"
#include "output_file.h"

/*
 * *text: one text for all choices that decide bytes and names of files in the folder of -o, a line
 * each; the caller's to free. Where they go, whether they may replace others, how they are written
 * and what reports are made of them is none of it. "": no file is made of a scene.
 */
int maps_identity(char **text, const struct maps *maps, struct error *err) MUST_CHECK;

/*
 * All of *file but its path and numbers, from its kind and the {index} of its name, which are
 * believed where these maps have such a file: else -1. What it points at is the maps' or constant.
 */
int maps_file(struct output_file *file, const struct maps *maps, const char *kind,
	      const char *index) MUST_CHECK;
/* That {index} of a file of these maps; "" where it has none. */
const char *maps_file_index(const struct output_file *file, const struct maps *maps);

#endif
