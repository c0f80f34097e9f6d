/*
 * Figures of the run's page (report_html.c). Each writes one figure, from meters and the trace
 * alone; what does not fit is left out and the caption says so.
 */
#ifndef IMGPIPE_STAGES_HTML_FIGURES_H
#define IMGPIPE_STAGES_HTML_FIGURES_H

#include <stdio.h>

#include "report.h"
#include "picture/svg.h"

/* Colour and legend of an event's kind: Dask's where it has one. */
enum svg_colour kind_colour(unsigned kind);

/* Who did what when. Log must be there. The page of a lab says itself how to read it. */
void figure_timeline(FILE *out, const struct run_totals *totals, const struct plan *plan,
		     const char *heading);
/* Reserved and resident memory over time, beside the budget. */
void figure_memory(FILE *out, const struct run_totals *totals, const struct plan *plan);
/* Busy, CPU and waiting time of each stage that the plan names. */
void figure_stages(FILE *out, const struct run_totals *totals, const struct plan *plan);
/* Time by chunk of the first scene that is OK. */
void figure_chunks(FILE *out, const struct run_totals *totals);

#endif
