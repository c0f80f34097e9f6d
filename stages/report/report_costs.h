/*
 * What a run cost, for people; see report_costs.c.
 */
#ifndef IMGPIPE_STAGES_REPORT_COSTS_H
#define IMGPIPE_STAGES_REPORT_COSTS_H

#include <stdio.h>

#include "report.h"

/* Nothing where nothing was worked on. */
void report_costs(FILE *out, const struct run_totals *totals, const struct plan *plan,
		  const struct options *options);

#endif
