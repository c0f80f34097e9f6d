/*
 * What the files of the verdict share: verdict.c judges what the meters show, verdict_costs.c what
 * was put back for teaching, verdict_say.c keeps their sentences. Thread-safe.
 */
#ifndef IMGPIPE_VERDICT_PARTS_H
#define IMGPIPE_VERDICT_PARTS_H

#include "error.h"
#include "run_figures.h"
#include "verdict.h"

/* The later sentences are the less important: beyond the most they go. */
PRINTF_LIKE(2, 3) void verdict_say(struct verdict *v, const char *format, ...);

/* A sentence for each cost that options->teach has put back. */
void verdict_costs(struct verdict *verdict, const struct run_figures *figures,
		   const struct run_totals *totals, const struct plan *plan,
		   const struct options *options);

#endif
