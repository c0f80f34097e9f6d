/*
 * The ways in which a sweep is shown. Private to the sweep_*.c files. Each writes to a stream and
 * leaves its failure to ferror(), but for sweep_json(), which can also run out of memory.
 */
#ifndef IMGPIPE_STAGES_SWEEP_KINDS_H
#define IMGPIPE_STAGES_SWEEP_KINDS_H

#include <stdio.h>

#include "picture/svg.h"
#include "sweep_stats.h"

void sweep_text(FILE *out, const struct sweep *sweep);
void sweep_csv(FILE *out, const struct sweep *sweep);
int sweep_json(FILE *out, const struct sweep *sweep, struct error *err) MUST_CHECK;
void sweep_page(FILE *out, const struct sweep *sweep);

/* Pictures of the page, each a whole <svg>: page_draw of page.h, `what` is a struct sweep_drawn. */
enum sweep_scaling { SWEEP_TIME, SWEEP_SPEEDUP, SWEEP_EFFICIENCY };
struct sweep_drawn {
	const struct sweep *sweep;
	enum sweep_figure figure;   /* over chunks */
	enum sweep_scaling scaling; /* over workers */
};
void sweep_draw_chunks(FILE *out, double width, const void *what);
void sweep_draw_workers(FILE *out, double width, const void *what);
/* Of the part with the curves. */
double sweep_plot_height(double width);
/*
 * A measurement in the colour of its series. Spoilt: cores were busy elsewhere; it is hollow, no
 * line leads to it, and the legend has an entry.
 */
void sweep_draw_dot(FILE *out, double x, double y, enum svg_colour colour, bool spoilt,
		    const char *tip);
void sweep_legend_spoilt(FILE *out, struct svg_legend *legend);

#endif
