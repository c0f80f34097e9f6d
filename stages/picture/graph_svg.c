/*
 * The graph as a picture, from left to right. Few chunks: every task is drawn, as dask.visualize
 * does; many: one box a stage and how often it is there.
 */
#include "graph.h"

#include <inttypes.h>

#include "graph_parts.h"
#include "base/table.h"
#include "base/text.h"

enum {
	COLUMN = 112,
	LEFT = 8,
	BOX = 78,
	BOX_HEIGHT = 44,
	TOP = 58,
	LANE = 34,
	SMALL = 26,  /* a task that is drawn by itself */
	BRANCH = 42, /* between the boxes of maps and those above them */
	FOOT = 46,
	BELOW = 6 /* without a sentence */
};

/* All nodes in the order in which a worker passes them. */
static unsigned listed(const struct graph *graph, unsigned id[N_GRAPH_NODES])
{
	static const unsigned order[N_GRAPH_NODES] = {
		GRAPH_READ,  GRAPH_DECODE, GRAPH_MASK,  GRAPH_INDEX,  GRAPH_ENCODE,
		GRAPH_STATS, GRAPH_TILES,  GRAPH_SCENE, GRAPH_GATHER, GRAPH_ALL};
	unsigned n = 0;

	for (unsigned i = 0; i < N_GRAPH_NODES; i++) {
		bool may_lack = order[i] == GRAPH_TILES || order[i] > GRAPH_ALL;

		if (graph->node[order[i]].tasks || !may_lack)
			id[n++] = order[i];
	}
	return n;
}

static double column_x(unsigned column)
{
	return LEFT + column * (double)COLUMN;
}

/* A box has its own name in it, and how often it is there. */
static void put_head(FILE *out, const struct graph *graph, unsigned column, unsigned id, bool named)
{
	double x = column_x(column) + BOX / 2.0;
	char pattern[GRAPH_PATTERN];

	if (named)
		svg_text(out, x, 18, SVG_MIDDLE, SVG_INK, graph->node[id].name);
	svg_small_text(out, x, 33, SVG_MIDDLE, SVG_QUIET, graph_pattern(pattern, graph, id, named));
}

/* Below everything: what goes from this column to the next. */
static void put_edge_bytes(FILE *out, const struct graph *graph, unsigned column, unsigned id,
			   double y)
{
	char bytes[24];

	if (id == GRAPH_ALL || !graph->node[id].bytes)
		return;
	svg_small_text(out, column_x(column) + (BOX + COLUMN) / 2.0, y, SVG_MIDDLE, SVG_QUIET,
		       bytes_text(bytes, graph->node[id].bytes));
}

static double lane_y(const struct graph *graph, unsigned id, unsigned lane)
{
	double all = (double)graph->width * LANE;

	return TOP + (graph_is_lane(id) ? lane * LANE + LANE / 2.0 : all / 2);
}

/* Arrows of one column to the next: side by side within a chunk, then together. */
static void put_arrows(FILE *out, const struct graph *graph, unsigned column, unsigned from,
		       unsigned to)
{
	double x1 = column_x(column) + (BOX + SMALL) / 2.0 + 3;
	double x2 = column_x(column + 1) + (BOX - SMALL) / 2.0 - 3;
	unsigned lanes = graph_is_lane(from) ? (unsigned)graph->width : 1;

	for (unsigned lane = 0; lane < lanes; lane++)
		svg_arrow(out, x1, lane_y(graph, from, lane), x2, lane_y(graph, to, lane),
			  SVG_QUIET);
}

static void put_tasks(FILE *out, const struct graph *graph, unsigned column, unsigned id)
{
	unsigned lanes = graph_is_lane(id) ? (unsigned)graph->width : 1;

	for (unsigned lane = 0; lane < lanes; lane++)
		graph_task(out, graph, id, lane, column_x(column) + BOX / 2.0,
			   lane_y(graph, id, lane), SMALL / 2.0);
}

static double draw_all(FILE *out, const struct graph *graph, const unsigned *id, unsigned n)
{
	for (unsigned i = 0; i + 1 < n; i++)
		put_arrows(out, graph, i, id[i], id[i + 1]);
	for (unsigned i = 0; i < n; i++)
		put_tasks(out, graph, i, id[i]);
	return TOP + (double)graph->width * LANE;
}

static double draw_summary(FILE *out, const struct graph *graph, const unsigned *id, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		graph_box(out, graph, id[i], column_x(i), TOP, BOX, BOX_HEIGHT);
		if (i + 1 < n)
			svg_arrow(out, column_x(i) + BOX + 3, TOP + BOX_HEIGHT / 2.0,
				  column_x(i + 1) - 3, TOP + BOX_HEIGHT / 2.0, SVG_QUIET);
	}
	return TOP + BOX_HEIGHT;
}

/* Values go to the sums and, below them, to the maps. */
static double draw_maps(FILE *out, const struct graph *graph, const unsigned *id, unsigned n)
{
	static const struct {
		unsigned node, below, from;
	} boxes[] = {{GRAPH_ENCODE, GRAPH_STATS, GRAPH_INDEX},
		     {GRAPH_GATHER, GRAPH_SCENE, GRAPH_STATS}};
	const double y = TOP + BOX_HEIGHT + BRANCH;
	char bytes[24];

	for (unsigned i = 0; i < 2; i++) {
		const struct graph_node *node = &graph->node[boxes[i].node];
		double x = column_x(graph_place(id, n, boxes[i].below));
		double from = column_x(graph_place(id, n, boxes[i].from)) + BOX;

		graph_box(out, graph, boxes[i].node, x, y, BOX, BOX_HEIGHT);
		svg_arrow(out, i ? from + 3 : from - 8, i ? y + BOX_HEIGHT / 2.0 : y - BRANCH + 3,
			  x - 3, y + BOX_HEIGHT / 2.0, SVG_QUIET);
		svg_small_text(out, x + BOX / 2.0, y - 8, SVG_MIDDLE, SVG_QUIET, node->pattern);
		if (node->bytes && i == 0)
			svg_small_text(out, x + (BOX + COLUMN) / 2.0, y - 8, SVG_MIDDLE, SVG_QUIET,
				       bytes_text(bytes, node->bytes));
	}
	return y + BOX_HEIGHT;
}

/* least: how wide it is at the least; `sentence` stands below it, "": nothing. */
static void draw(FILE *out, const struct graph *graph, double least, const char *sentence,
		 const char *label, bool alone)
{
	unsigned id[N_GRAPH_NODES], n = graph_line(graph, id);
	bool all = graph_draws_all(graph), maps = graph_has_maps(graph);
	double height = TOP + (all ? (double)graph->width * LANE : BOX_HEIGHT) +
			(*sentence ? FOOT : BELOW) + (maps ? BRANCH + BOX_HEIGHT : 0);
	double width = column_x(n - 1) + BOX + LEFT, y;

	width = width < least ? least : width;
	svg_open(out, width, height, label, alone);
	for (unsigned i = 0; i < n; i++)
		put_head(out, graph, i, id[i], all);
	y = all ? draw_all(out, graph, id, n) : draw_summary(out, graph, id, n);
	if (maps)
		y = draw_maps(out, graph, id, n);
	for (unsigned i = 0; i < n; i++)
		put_edge_bytes(out, graph, i, id[i], TOP - 7);
	if (*sentence)
		svg_text(out, LEFT, y + 32, SVG_START, SVG_INK, sentence);
	svg_close(out);
}

void graph_svg(FILE *out, const struct graph *graph)
{
	char text[GRAPH_SENTENCE];

	(void)graph_sentence(text, graph);
	draw(out, graph, svg_text_width(text, SVG_TEXT_SIZE) + 2.0 * LEFT, text, text, true);
}

void graph_svg_wide(FILE *out, const struct graph *graph, double width)
{
	char text[GRAPH_SENTENCE];

	draw(out, graph, width, "", graph_sentence(text, graph), false);
}

void graph_text(FILE *out, const struct graph *graph)
{
	const struct table_column columns[] = {
		{.head = "stage", .width = 6, .left = true},
		{.head = "pattern", .width = 7, .left = true},
		{.head = "tasks", .width = 7, .most = 12},
		{.head = "what it does", .width = 23, .left = true, .drop = 1},
		{.head = graph->planned ? "hands on (as planned)" : "handed on",
		 .width = 33,
		 .most = 48,
		 .left = true}};
	enum { N_COLUMNS = sizeof(columns) / sizeof(columns[0]) };
	unsigned id[N_GRAPH_NODES], n = listed(graph, id);
	char text[GRAPH_SENTENCE], bytes[24], tasks[24];
	struct table table;

	table_init(&table, out, columns, N_COLUMNS);
	table_head(&table);
	for (unsigned i = 0; i < n; i++) {
		const struct graph_node *node = &graph->node[id[i]];
		const char *cell[N_COLUMNS] = {node->name, node->pattern, tasks, node->what, text};

		(void)snprintf(tasks, sizeof(tasks), "%" PRIu64, node->tasks);
		(void)snprintf(text, sizeof(text), "%s%s%s",
			       node->bytes ? bytes_text(bytes, node->bytes) : "",
			       node->bytes ? " of " : "", node->format);
		table_row(&table, INK_PLAIN, cell);
	}
	(void)graph_sentence(text, graph);
	(void)fputc('\n', out);
	text_fold(out, 0, 0, text);
}
