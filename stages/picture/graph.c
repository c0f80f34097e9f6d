/*
 * Counts and bytes of the graph, from a plan or from meters. Knows the order of the stages and what
 * each hands on; how it is drawn is in graph_svg.c.
 */
#include "graph.h"

#include <inttypes.h>

static const struct graph_node nodes[N_GRAPH_NODES] = {
	[GRAPH_READ] = {.name = "fetch",
			.pattern = "map",
			.what = "bytes from the file",
			.format = "stored blocks"},
	[GRAPH_DECODE] = {.name = "decode",
			  .pattern = "map",
			  .what = "codec, predictor, bands",
			  .format = "pixels of the bands"},
	[GRAPH_MASK] = {.name = "mask",
			.pattern = "filter",
			.what = "which pixels count",
			.format = "pixels and class"},
	[GRAPH_INDEX] = {.name = "index", .pattern = "map", .format = "values and class"},
	[GRAPH_STATS] = {.name = "stats",
			 .pattern = "reduce",
			 .what = "exact sums, histogram",
			 .format = "partial sums"},
	[GRAPH_TILES] = {.name = "tiles",
			 .pattern = "reduce",
			 .what = "parts of a tile joined",
			 .format = "sums of a tile"},
	[GRAPH_SCENE] = {.name = "scene",
			 .pattern = "reduce",
			 .what = "tiles joined",
			 .format = "sums of a scene"},
	[GRAPH_ALL] = {.name = "all",
		       .pattern = "reduce",
		       .what = "scenes joined",
		       .format = "reports"},
	[GRAPH_ENCODE] = {.name = "encode",
			  .pattern = "map",
			  .what = "compression, overviews",
			  .format = "tiles of maps"},
	[GRAPH_GATHER] = {.name = "gather",
			  .pattern = "reduce",
			  .what = "tiles laid out as files",
			  .format = "maps"},
};

static const char *index_words(const struct recipe *recipe)
{
	if (recipe && recipe->n_values > 1)
		return "indices of each pixel";
	return recipe && recipe_is_ndvi(recipe) ? "NDVI of each pixel" : "index of each pixel";
}

static void graph_init(struct graph *graph, const struct plan *plan)
{
	*graph = (struct graph){
		.workers = plan_all_workers(plan),
		.ranks = plan->ranks ? plan->ranks : 1,
		.scenes = plan->n_scenes,
		.stages = GRAPH_STATS + 1,
	};
	for (int i = 0; i < N_GRAPH_NODES; i++)
		graph->node[i] = nodes[i];
	graph->node[GRAPH_INDEX].what = index_words(plan->layout.recipe);
}

/* Blocks of the chunk, by the walk that a worker makes. The first chunk has as many as any. */
static uint64_t blocks_of(const struct chunk_grid *grid, uint64_t number)
{
	struct window chunk = chunk_grid_window(grid, number), block = {0};
	uint64_t n = 0;

	while (chunk_next_block(grid, &chunk, &block))
		n++;
	return n;
}

/* Blocks of all chunks; counted where there are few, else the most a chunk has for each. */
static uint64_t all_blocks(const struct chunk_grid *grid, uint64_t chunks, uint64_t *most)
{
	enum { COUNTED = 1 << 16 };
	uint64_t n = 0;

	*most = 1;
	for (uint64_t i = 0; i < chunks && i < COUNTED; i++) {
		uint64_t blocks = blocks_of(grid, i);

		n += blocks;
		*most = blocks > *most ? blocks : *most;
	}
	return chunks > COUNTED ? chunks * *most : n;
}

static uint64_t bytes_a_pixel(const struct scene *scene)
{
	uint64_t bytes = 0;

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot])
			bytes += sample_size(scene->band[slot].type);
	return bytes;
}

/*
 * The longest chain: a chunk's blocks one after the other through all stages, then its tile where
 * tiles are kept, the scene, its maps, all; where ranks keep parts of a scene, a level of the tree
 * for each doubling of ranks.
 */
static void set_chain(struct graph *graph)
{
	graph->stages += graph->node[GRAPH_ENCODE].tasks > 0;
	graph->chain = graph->blocks_a_chunk * graph->stages + (GRAPH_ALL - GRAPH_TILES);
	graph->chain += graph->node[GRAPH_TILES].tasks > 0;
	graph->chain += graph->node[GRAPH_GATHER].tasks > 0;
	for (unsigned ranks = 1; ranks < graph->ranks; ranks *= 2)
		graph->chain++;
}

void graph_plan(struct graph *graph, const struct plan *plan, const struct chunk_grid *grid,
		const struct scene *scene)
{
	uint64_t pixels = (uint64_t)scene->x_size * scene->y_size * plan->n_scenes;
	uint64_t per_pixel = bytes_a_pixel(scene), blocks, tiles, groups;
	struct graph_node *node = graph->node;

	graph_init(graph, plan);
	graph->planned = true;
	graph->chunks = chunk_grid_count(grid);
	graph->width = graph->chunks * plan->n_scenes;
	blocks = all_blocks(grid, graph->chunks, &graph->blocks_a_chunk) * plan->n_scenes;
	tiles = plan->by_tile ? (uint64_t)scene_tiles_across(scene) * scene_tiles_down(scene) *
					plan->n_scenes
			      : 0;
	groups = tiles > graph->width ? tiles : graph->width;
	for (int i = GRAPH_READ; i <= GRAPH_STATS; i++)
		node[i].tasks = blocks;
	node[GRAPH_TILES].tasks = tiles;
	node[GRAPH_SCENE].tasks = plan->n_scenes;
	if (plan_stage_name(plan, METER_ENCODE)) {
		node[GRAPH_ENCODE].tasks = blocks;
		node[GRAPH_GATHER].tasks = plan->n_scenes;
	}
	node[GRAPH_ALL].tasks = 1;
	node[GRAPH_READ].bytes = plan->file_bytes;
	node[GRAPH_DECODE].bytes = pixels * per_pixel;
	node[GRAPH_MASK].bytes = pixels * (per_pixel + 1);
	node[GRAPH_INDEX].bytes = pixels * plan->layout.n_values * (sizeof(float) + 1);
	node[GRAPH_STATS].bytes = groups * plan->layout.group_bytes;
	node[GRAPH_TILES].bytes = tiles * plan->layout.group_bytes;
	node[GRAPH_SCENE].bytes = plan->n_scenes * plan->layout.group_bytes;
	set_chain(graph);
}

void graph_run(struct graph *graph, const struct run_totals *totals, const struct plan *plan)
{
	static const enum meter_stage stage[] = {METER_FETCH, METER_DECODE, METER_MASK, METER_INDEX,
						 METER_STATS};
	const struct meter_row *row = totals->meter.row;
	const struct trace_log *log = totals->trace;
	struct graph_node *node = graph->node;

	graph_init(graph, plan);
	graph->blocks_a_chunk = 1;
	for (int i = GRAPH_READ; i <= GRAPH_STATS; i++)
		node[i].tasks = row[stage[i]].tiles;
	/* What a stage hands on is what the next one took in. */
	for (int i = GRAPH_READ; i < GRAPH_STATS; i++)
		node[i].bytes = row[stage[i + 1]].bytes_in;
	node[GRAPH_STATS].bytes = row[METER_REDUCE].bytes_in;
	node[GRAPH_TILES].tasks = 0;
	node[GRAPH_SCENE].tasks = totals->n_ok;
	node[GRAPH_SCENE].bytes = totals->n_ok * plan->layout.group_bytes;
	node[GRAPH_ALL].tasks = 1;
	node[GRAPH_ENCODE].tasks = row[METER_ENCODE].tiles;
	node[GRAPH_ENCODE].bytes = row[METER_ENCODE].bytes_out;
	node[GRAPH_GATHER].tasks = row[METER_GATHER].chunks;
	node[GRAPH_GATHER].bytes = row[METER_GATHER].bytes_out;
	graph->width = row[METER_REDUCE].chunks;
	graph->chunks = graph->width;
	if (log && log->has_first) {
		graph->chunks = chunk_grid_count(&log->first_grid);
		(void)all_blocks(&log->first_grid, graph->chunks, &graph->blocks_a_chunk);
	}
	if (plan->by_tile) {
		node[GRAPH_TILES].tasks = row[METER_REDUCE].bytes_in / plan->layout.group_bytes;
		node[GRAPH_TILES].bytes = node[GRAPH_STATS].bytes;
	}
	set_chain(graph);
}

const char *graph_sentence(char text[GRAPH_SENTENCE], const struct graph *graph)
{
	const uint64_t in_chunk = graph->blocks_a_chunk * graph->stages;

	(void)snprintf(text, GRAPH_SENTENCE,
		       "%" PRIu64 " chunk%s can be worked on at once (width); the longest chain is "
		       "%" PRIu64 " tasks (critical path: %u stages x %" PRIu64
		       " block%s of a chunk + "
		       "%" PRIu64 " joins); %u worker%s need%s %" PRIu64 " round%s",
		       graph->width, graph->width == 1 ? "" : "s", graph->chain, graph->stages,
		       graph->blocks_a_chunk, graph->blocks_a_chunk == 1 ? "" : "s",
		       graph->chain - in_chunk, graph->workers, graph->workers == 1 ? "" : "s",
		       graph->workers == 1 ? "s" : "",
		       ceil_div(graph->width, graph->workers ? graph->workers : 1),
		       graph->width <= graph->workers ? "" : "s");
	return text;
}
