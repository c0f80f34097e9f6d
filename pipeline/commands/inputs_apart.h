/*
 * Inputs and outputs of a command are different files.
 */
#ifndef IMGPIPE_PIPELINE_INPUTS_APART_H
#define IMGPIPE_PIPELINE_INPUTS_APART_H

#include <stdbool.h>

#include "discover/scene_list.h"
#include "error.h"
#include "options.h"

/*
 * No report that is wanted may go into a file that the command reads, nor may what it prints
 * besides (prints), nor the catalogue (--catalog) of a command with scenes: -1 with EX_USAGE, and
 * both named, where one would. scene_list: NULL if there is none (merge); it is looked through
 * once, and only where a file is there that would be changed.
 */
int inputs_apart(const struct options *options, const struct scene_list *scene_list, bool prints,
		 struct error *err) MUST_CHECK;
/* The catalogue of a command without scenes is none of its arguments, and no report and no log is
 * called as a file that belongs to it (FILE.lock, FILE-wal): likewise. */
int catalogue_apart(const struct options *options, struct error *err) MUST_CHECK;

#endif
