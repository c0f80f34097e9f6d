/*
 * The graph from top to bottom, for a narrow screen: a row for each stage, its tasks behind its
 * words, or its box.
 */
#include "graph.h"

#include "graph_parts.h"
#include "base/text.h"

enum {
	ROW = 68,
	TOP = 4,
	LEFT = 4,
	WORDS = 92, /* of a stage, left of its tasks */
	BOX = 78,
	BOX_HEIGHT = 44,
	BOXES = 12,     /* where they begin, of sums */
	MAPS = 196,     /* and of maps */
	LANE_MOST = 34, /* from task to task */
	RADIUS_MOST = 13
};

static double row_y(unsigned row)
{
	return TOP + row * (double)ROW + BOX_HEIGHT / 2.0;
}

/* What goes from this row to the next. */
static void put_bytes(FILE *out, const struct graph *graph, unsigned id, double x, double y)
{
	char bytes[24];

	if (id != GRAPH_ALL && graph->node[id].bytes)
		svg_small_text(out, x, y + ROW / 2.0 + 4, SVG_START, SVG_QUIET,
			       bytes_text(bytes, graph->node[id].bytes));
}

/* --- one by one --- */

static double lane_step(const struct graph *graph, double width)
{
	double step = (width - WORDS) / (double)graph->width;

	return step < LANE_MOST ? step : LANE_MOST;
}

static double lane_x(const struct graph *graph, double step, unsigned id, unsigned lane)
{
	double at = graph_is_lane(id) ? lane + 0.5 : (double)graph->width / 2;

	return WORDS + at * step;
}

static void put_arrows(FILE *out, const struct graph *graph, double step, double radius,
		       unsigned row, const unsigned *id)
{
	unsigned lanes = graph_is_lane(id[0]) ? (unsigned)graph->width : 1;

	for (unsigned lane = 0; lane < lanes; lane++)
		svg_arrow(out, lane_x(graph, step, id[0], lane), row_y(row) + radius + 3,
			  lane_x(graph, step, id[1], lane), row_y(row + 1) - radius - 3, SVG_QUIET);
}

static void draw_all(FILE *out, const struct graph *graph, double width, const unsigned *id,
		     unsigned n)
{
	const double step = lane_step(graph, width);
	const double radius = step / 2 - 1 < RADIUS_MOST ? step / 2 - 1 : RADIUS_MOST;
	char pattern[GRAPH_PATTERN];

	for (unsigned row = 0; row < n; row++) {
		unsigned lanes = graph_is_lane(id[row]) ? (unsigned)graph->width : 1;
		double y = row_y(row);

		svg_text(out, LEFT, y - 2, SVG_START, SVG_INK, graph->node[id[row]].name);
		svg_small_text(out, LEFT, y + 12, SVG_START, SVG_QUIET,
			       graph_pattern(pattern, graph, id[row], true));
		put_bytes(out, graph, id[row], LEFT, y);
		if (row + 1 < n)
			put_arrows(out, graph, step, radius, row, &id[row]);
		for (unsigned lane = 0; lane < lanes; lane++)
			graph_task(out, graph, id[row], lane, lane_x(graph, step, id[row], lane), y,
				   radius);
	}
}

/* --- as boxes --- */

static void draw_box(FILE *out, const struct graph *graph, unsigned id, double x, double y,
		     bool goes_on)
{
	char pattern[GRAPH_PATTERN];

	graph_box(out, graph, id, x, y - BOX_HEIGHT / 2.0, BOX, BOX_HEIGHT);
	svg_small_text(out, x + BOX + 6, y + 4, SVG_START, SVG_QUIET,
		       graph_pattern(pattern, graph, id, false));
	if (goes_on)
		put_bytes(out, graph, id, x + BOX / 2.0 + 8, y);
}

/* Down, between two boxes. */
static void put_step(FILE *out, double x, double from, double to)
{
	svg_arrow(out, x, from + BOX_HEIGHT / 2.0 + 2, x, to - BOX_HEIGHT / 2.0 - 2, SVG_QUIET);
}

static void draw_boxes(FILE *out, const struct graph *graph, const unsigned *id, unsigned n)
{
	for (unsigned row = 0; row < n; row++) {
		draw_box(out, graph, id[row], BOXES, row_y(row), true);
		if (row + 1 < n)
			put_step(out, BOXES + BOX / 2.0, row_y(row), row_y(row + 1));
	}
}

/* Values go to the sums and, beside them, to the maps. */
static void draw_maps(FILE *out, const struct graph *graph, const unsigned *id, unsigned n)
{
	double index = row_y(graph_place(id, n, GRAPH_INDEX));
	double encode = row_y(graph_place(id, n, GRAPH_STATS));
	double gather = row_y(graph_place(id, n, GRAPH_SCENE));

	svg_arrow(out, BOXES + BOX + 3, index + BOX_HEIGHT / 2.0 - 4, MAPS - 3,
		  encode - BOX_HEIGHT / 4.0, SVG_QUIET);
	draw_box(out, graph, GRAPH_ENCODE, MAPS, encode, true);
	put_step(out, MAPS + BOX / 2.0, encode, gather);
	draw_box(out, graph, GRAPH_GATHER, MAPS, gather, false);
}

void graph_svg_narrow(FILE *out, const struct graph *graph, double width)
{
	unsigned id[N_GRAPH_NODES], n = graph_line(graph, id);
	char text[GRAPH_SENTENCE];

	svg_open(out, width, row_y(n - 1) + BOX_HEIGHT / 2.0 + TOP, graph_sentence(text, graph),
		 false);
	if (graph_draws_all(graph))
		draw_all(out, graph, width, id, n);
	else
		draw_boxes(out, graph, id, n);
	if (graph_has_maps(graph))
		draw_maps(out, graph, id, n);
	svg_close(out);
}
