/*
 * Nodes of a graph that are drawn. Knows no layout.
 */
#include "graph_parts.h"

#include <inttypes.h>

enum { MOST_LANES = 16 /* chunks drawn one by one */ };

unsigned graph_line(const struct graph *graph, unsigned id[N_GRAPH_NODES])
{
	unsigned n = 0;

	for (unsigned i = 0; i <= GRAPH_ALL; i++)
		if (graph->node[i].tasks || i != GRAPH_TILES)
			id[n++] = i;
	return n;
}

unsigned graph_place(const unsigned *id, unsigned n, unsigned wanted)
{
	unsigned i = 0;

	while (i + 1 < n && id[i] != wanted)
		i++;
	return i;
}

bool graph_has_maps(const struct graph *graph)
{
	return graph->node[GRAPH_ENCODE].tasks > 0;
}

bool graph_is_lane(unsigned id)
{
	return id <= GRAPH_TILES;
}

bool graph_draws_all(const struct graph *graph)
{
	return graph->scenes == 1 && !graph_has_maps(graph) && graph->width &&
	       graph->width <= MOST_LANES &&
	       (!graph->node[GRAPH_TILES].tasks || graph->node[GRAPH_TILES].tasks == graph->width);
}

enum svg_colour graph_colour(unsigned id)
{
	static const enum svg_colour colours[N_GRAPH_NODES] = {
		[GRAPH_READ] = SVG_DISK,       [GRAPH_DECODE] = SVG_SERIES_1,
		[GRAPH_MASK] = SVG_SERIES_4,   [GRAPH_INDEX] = SVG_SERIES_3,
		[GRAPH_STATS] = SVG_SERIES_6,  [GRAPH_TILES] = SVG_SERIES_7,
		[GRAPH_SCENE] = SVG_SERIES_7,  [GRAPH_ALL] = SVG_SERIES_7,
		[GRAPH_ENCODE] = SVG_SERIES_5, [GRAPH_GATHER] = SVG_DISK,
	};

	return colours[id];
}

const char *graph_pattern(char text[GRAPH_PATTERN], const struct graph *graph, unsigned id,
			  bool all)
{
	const struct graph_node *node = &graph->node[id];

	if (all && graph_is_lane(id) && graph->blocks_a_chunk > 1)
		(void)snprintf(text, GRAPH_PATTERN, "%s, %" PRIu64 " each", node->pattern,
			       graph->blocks_a_chunk);
	else
		(void)snprintf(text, GRAPH_PATTERN, "%s", node->pattern);
	return text;
}

void graph_task(FILE *out, const struct graph *graph, unsigned id, unsigned lane, double x,
		double y, double radius)
{
	char tip[96], number[16];

	(void)snprintf(tip, sizeof(tip), "%s, %s", graph->node[id].name, graph->node[id].what);
	svg_dot(out, x, y, radius, graph_colour(id), tip);
	svg_dot(out, x, y, radius - 2.5, SVG_PAPER, tip);
	(void)snprintf(number, sizeof(number), "%u", lane);
	svg_small_text(out, x, y + 4, SVG_MIDDLE, SVG_INK, graph_is_lane(id) ? number : "+");
}

void graph_box(FILE *out, const struct graph *graph, unsigned id, double x, double y, double width,
	       double height)
{
	char times[32];

	(void)snprintf(times, sizeof(times), "x %" PRIu64, graph->node[id].tasks);
	svg_box(out, x, y, width, height, graph_colour(id), graph->node[id].name, times);
}
