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
 * 1 to 4.1 MiB) and what it parses to, some 12 KiB a part, and at most 32 bytes a scene, by which
 * one that comes twice is found.
 */
int merge_partials(const struct options *options, struct error *err) MUST_CHECK;

struct partial_head;
struct report_set;
struct run_totals;
struct scene_result;

/*
 * The reports of a run with the recipe and the options of `head`, of which `scenes` tells the
 * scenes, in order: each to report_set_scene() and run_totals_count(). Returns the exit status.
 */
int merge_reports(const struct partial_head *head, const struct options *given,
		  int (*scenes)(void *context, struct report_set *set, struct run_totals *totals,
				struct error *err),
		  void *context, struct error *err) MUST_CHECK;

/* Can what this scene adds be added to the reports' totals? -1 with EX_DATAERR. */
int merge_fits(const struct report_set *set, const struct scene_result *result,
	       struct error *err) MUST_CHECK;

#endif
