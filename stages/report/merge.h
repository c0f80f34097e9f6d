/*
 * Merging: partial results (--partial) of one set of scenes into the reports that one run of them
 * would have written, bit for bit. Implemented in stages/report; called by imgpipe merge.
 */
#ifndef IMGPIPE_MERGE_H
#define IMGPIPE_MERGE_H

#include "error.h"
#include "options.h"

/*
 * options->args are partial files, in any order: regular files, all parts, each once, whole, not
 * contradicting themselves, and of one identity (identity.h): else -1 with what is wrong, and no
 * report gets its name. Returns the exit status that one run would have had.
 *
 * Reads a scene at a time. Memory, whatever the files hold: a line (partial_line_most():
 * 1 to 4.1 MiB) and what it parses to, some 12 KiB a part (64 KiB where it is compressed), and at
 * most 32 bytes a scene, by which one that comes twice is found.
 */
int merge_partials(const struct options *options, struct error *err) MUST_CHECK;

#endif
