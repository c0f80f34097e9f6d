/*
 * The files of all scenes of a run are different files, none is there already, and none is an
 * input or a report of the run. By names alone, before any scene is opened.
 */
#ifndef IMGPIPE_PIPELINE_MAPS_APART_H
#define IMGPIPE_PIPELINE_MAPS_APART_H

#include <stdbool.h>

#include "discover/scene_list.h"
#include "error.h"
#include "options.h"
#include "resume.h"

/*
 * -1 with EX_USAGE: two files of one name, of this or another shard, a report likewise, or an input
 * would be replaced;
 * with EX_CANTCREAT: files are there, and no --overwrite, or the folder cannot be had. resume:
 * files of done scenes are to be there, and in a later run those of the others may, unless
 * another set holds them (resume.h).
 * for_run: the folder is made where only its last part is missing. With EX_TEMPFAIL: names take
 * more than half of `limit`, bytes of memory of the program, while they are compared.
 */
int maps_apart(const struct options *options, const struct scene_list *scene_list, uint64_t limit,
	       const struct resumed *resume, bool for_run, struct error *err) MUST_CHECK;

#endif
