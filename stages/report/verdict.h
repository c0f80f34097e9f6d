/*
 * The verdict: in words, what bound a run, how well its workers were used, and what to change.
 * Says only what the meters show.
 */
#ifndef IMGPIPE_VERDICT_H
#define IMGPIPE_VERDICT_H

#include "report.h"

enum { VERDICT_MAX = 10, VERDICT_BYTES = 320 };

struct verdict {
	unsigned n;
	unsigned figure; /* that sentence only gives the efficiency, as line Run does; 0: none */
	char sentence[VERDICT_MAX][VERDICT_BYTES]; /* the first says what bound the run */
};

/* Pure; thread-safe. */
void verdict_make(struct verdict *verdict, const struct run_totals *totals, const struct plan *plan,
		  const struct options *options);

#endif
