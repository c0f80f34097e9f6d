/*
 * What both drawings of a graph go by: which of its nodes are drawn, in which order and colour.
 */
#ifndef IMGPIPE_STAGES_GRAPH_PARTS_H
#define IMGPIPE_STAGES_GRAPH_PARTS_H

#include <stdbool.h>

#include "graph.h"
#include "svg.h"

/* Nodes of the line that sums go along, in order; how many. */
unsigned graph_line(const struct graph *graph, unsigned id[N_GRAPH_NODES]);

/* Where a node stands among them. */
unsigned graph_place(const unsigned *id, unsigned n, unsigned wanted);

bool graph_has_maps(const struct graph *graph);

/* Of a chunk: it is drawn as often as there are chunks, where all are. */
bool graph_is_lane(unsigned id);

/* One by one: few chunks of one scene. Blocks of a chunk, one after the other, are one circle. */
bool graph_draws_all(const struct graph *graph);

enum svg_colour graph_colour(unsigned id);

/* "map", "map, 4 each". */
enum { GRAPH_PATTERN = 48 };
const char *graph_pattern(char text[GRAPH_PATTERN], const struct graph *graph, unsigned id,
			  bool all);

/* A circle of a task; `lane` says which. */
void graph_task(FILE *out, const struct graph *graph, unsigned id, unsigned lane, double x,
		double y, double radius);

/* The box of a stage, and how often it is there. */
void graph_box(FILE *out, const struct graph *graph, unsigned id, double x, double y, double width,
	       double height);

#endif
