/*
 * The graph of a run: its stages as tasks, what goes from one to the next, and the tree of the
 * reduction. Made from a plan (before) or from meters (after); drawn as SVG or as text.
 */
#ifndef IMGPIPE_STAGES_GRAPH_H
#define IMGPIPE_STAGES_GRAPH_H

#include <stdint.h>
#include <stdio.h>

#include "plan.h"
#include "run_totals.h"

enum graph_node_id {
	GRAPH_READ,
	GRAPH_DECODE,
	GRAPH_MASK,
	GRAPH_INDEX,
	GRAPH_STATS,
	GRAPH_TILES,
	GRAPH_SCENE,
	GRAPH_ALL,
	/* Beside them, where maps are written; without, they have no tasks. */
	GRAPH_ENCODE, /* between index and stats in the worker */
	GRAPH_GATHER, /* once a scene is joined */
	N_GRAPH_NODES
};

struct graph_node {
	const char *name;
	const char *pattern; /* "map", "filter", "reduce": what Dask, Spark and MPI call it */
	const char *what;    /* in words */
	uint64_t tasks;
	uint64_t bytes;     /* from it to the next one */
	const char *format; /* of what goes there */
};

struct graph {
	struct graph_node node[N_GRAPH_NODES];
	uint64_t width;          /* tasks of one stage that may run at once: chunks */
	uint64_t chain;          /* tasks of the longest chain: the critical path */
	uint64_t blocks_a_chunk; /* the most: they go one after the other */
	unsigned stages;         /* that a block passes */
	uint64_t chunks;         /* of the first scene */
	uint32_t scenes;
	unsigned workers, ranks;
	bool planned; /* else: as it was */
};

/* As planned for the first scene that opened, and as many like it as there are scenes. */
void graph_plan(struct graph *graph, const struct plan *plan, const struct chunk_grid *grid,
		const struct scene *scene);
/* As it was: counts and bytes of the meters. */
void graph_run(struct graph *graph, const struct run_totals *totals, const struct plan *plan);

/* A sentence: "N chunks can be worked on at once (width) ...". Returns text. */
enum { GRAPH_SENTENCE = 240 };
const char *graph_sentence(char text[GRAPH_SENTENCE], const struct graph *graph);

/* A file of its own, the sentence in it. */
void graph_svg(FILE *out, const struct graph *graph);
/* Inside a page, for the sentence to stand below: from left to right, `width` at the least; or from
 * top to bottom. */
void graph_svg_wide(FILE *out, const struct graph *graph, double width);
void graph_svg_narrow(FILE *out, const struct graph *graph, double width);
void graph_text(FILE *out, const struct graph *graph);

#endif
