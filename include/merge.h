/*
 * Merging: partial results (--partial) of one set of scenes into the reports that one run of them
 * would have written, bit for bit.
 */
#ifndef IMGPIPE_MERGE_H
#define IMGPIPE_MERGE_H

#include "error.h"
#include "options.h"

/*
 * options->args are partial files, in any order. All parts must be there, each once, whole, and of
 * the same scenes. Reads a scene at a time: memory does not grow with their number. Returns the
 * exit status that one run would have had; -1 where merging itself fails.
 */
int merge_partials(const struct options *options, struct error *err) MUST_CHECK;

#endif
