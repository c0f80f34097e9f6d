/*
 * `imgpipe plan`: the plan in words, before anything is read. Every number is one of the plan, or
 * follows from the chunk grid by arithmetic. And `imgpipe graph`: its tasks, as a picture or as
 * text.
 */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include "picture/graph.h"
#include "map_words.h"
#include "report_teach.h"
#include "report_words.h"
#include "base/text.h"

enum { LABEL_COLUMNS = 12 };

static void put_budget(FILE *out, const struct plan *plan)
{
	char b[2][24], line[256];

	(void)snprintf(line, sizeof(line), "%s (%s), for the whole program",
		       bytes_text(b[0], plan->budget.limit), plan->budget.source);
	text_item(out, LABEL_COLUMNS, "Budget", line);
	(void)snprintf(line, sizeof(line), "%s predicted%s", bytes_text(b[1], plan->predicted.peak),
		       plan->predicted.peak <= plan->budget.limit ? "" : ": more than the budget");
	text_item(out, LABEL_COLUMNS, "Peak", line);
}

/* Where workers are processes: what they are held to. */
static void put_confinement(FILE *out, const struct plan *plan)
{
	char b[24], text[CONFINEMENT_TEXT_BYTES], line[CONFINEMENT_TEXT_BYTES + 160];

	if (!plan->confinement.wanted)
		return;
	text_item(out, LABEL_COLUMNS, "Confined", confinement_text(text, &plan->confinement));
	(void)snprintf(line, sizeof(line),
		       "each worker process may take %s for data: what is planned for it, and an "
		       "allowance; a decoder that wants more fails its scene",
		       bytes_text(b, plan_worker_bytes(plan)));
	text_item(out, LABEL_COLUMNS, "", line);
}

static void put_part(FILE *out, const char *what, uint64_t bytes, const char *why)
{
	char b[24];

	(void)fprintf(out, "  %-22s %12s%s%s\n", what, bytes_text(b, bytes), *why ? "  " : "", why);
}

/* What one index more would take, or one less would save. */
static void put_values(FILE *out, const struct result_layout *layout)
{
	char why[96];

	(void)snprintf(why, sizeof(why),
		       "of one index; a worker, a block and totals each hold %u of these",
		       layout->n_values);
	put_part(out, "statistics", layout->group_bytes / layout->n_values, why);
}

static void put_memory(FILE *out, const struct plan *plan)
{
	char why[96], b[24];

	(void)fputs("\nWhere the memory goes\n", out);
	(void)snprintf(why, sizeof(why), "program and libraries; list of files: %s",
		       bytes_text(b, plan->names_bytes));
	put_part(out, "baseline", plan->baseline, why);
	(void)snprintf(why, sizeof(why), "stack, handles, codec state%s, for each of %u worker%s",
		       plan->trace_events ? ", trace" : "", plan->workers,
		       plan->workers == 1 ? "" : "s");
	put_part(out, "per worker", plan->per_worker_fixed, why);
	(void)snprintf(why, sizeof(why), "records of %" PRIu32 " scene%s open at once",
		       plan->scene_slots, plan->scene_slots == 1 ? "" : "s");
	put_part(out, "scene slots", plan->slots, why);
	if (plan->gdal)
		put_part(out, "GDAL", plan->gdal,
			 plan->predicted.gdal ? "for scenes that need GDAL"
					      : "only if a scene needs GDAL (not in the peak)");
	if (plan->backlog)
		put_part(out, "backlog", plan->backlog,
			 "most pixels that may wait (--teach no-backpressure)");
	put_part(out, "pool", plan->pool, "left for blocks and totals");
	put_part(out, "block, per worker", plan->footprint, "what is in memory at once of a chunk");
	if (plan->chunk_kept)
		put_part(out, "  tiles of maps", plan->chunk_kept,
			 "of that: tiles that a chunk fills, and one on its way out");
	put_part(out, "totals, per scene", plan->totals,
		 "running totals of a scene that is being worked on");
	if (plan->outputs)
		put_part(out, "  maps", plan->outputs,
			 "of that: where their tiles lie, and laying out the files");
	if (plan->spool)
		put_part(out, "spool, per scene", plan->spool,
			 "no memory, but on the disk at the most, until the files are whole");
	if (plan->layout.n_values > 1)
		put_values(out, &plan->layout);
}

static void put_stages(FILE *out, const struct plan *plan)
{
	(void)fputs("\nPredicted peak of each stage, one worker\n", out);
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		if (plan->predicted.stage_peak[stage] &&
		    plan_stage_name(plan, (enum meter_stage)stage))
			put_part(out, plan_stage_name(plan, (enum meter_stage)stage),
				 plan->predicted.stage_peak[stage], "");
}

/*
 * Pixels of stored blocks that are touched, along one axis: the axis is cut at every multiple of
 * `chunk` and `block`, and each part touches whole stored blocks of `store` pixels (less beyond the
 * edge). The pattern repeats, so that a bounded number of parts is looked at.
 */
static double axis_amplification(uint32_t size, uint32_t chunk, uint32_t block, uint32_t store)
{
	enum { PARTS_MAX = 1 << 20 };
	uint64_t touched = 0, at = 0;

	for (unsigned parts = 0; at < size && parts < PARTS_MAX; parts++) {
		uint64_t chunk_end = (at / chunk + 1) * chunk, block_end = (at / block + 1) * block;
		uint64_t end = chunk_end < block_end ? chunk_end : block_end;
		uint64_t store_end;

		end = end < size ? end : size;
		store_end = ceil_div(end, store) * store;
		touched += (store_end < size ? store_end : size) - at / store * store;
		at = end;
	}
	return at ? (double)touched / (double)at : 1;
}

/* Times that each pixel is decoded, if every block decodes the stored blocks it touches. */
static double expected_amplification(const struct chunk_grid *grid, const struct scene *scene)
{
	uint32_t x = grid->whole_chunk ? grid->chunk_x_size : grid->block_x_size;
	uint32_t y = grid->whole_chunk ? grid->chunk_y_size : grid->block_y_size;

	if (!x || !y || !grid->chunk_x_size || !grid->chunk_y_size || !scene->store_x_size ||
	    !scene->store_y_size)
		return 1;
	return axis_amplification(scene->x_size, grid->chunk_x_size, x, scene->store_x_size) *
	       axis_amplification(scene->y_size, grid->chunk_y_size, y, scene->store_y_size);
}

static void put_sizes(FILE *out, const struct scene *scene, const struct chunk_grid *grid)
{
	char line[256];
	uint64_t chunks = chunk_grid_count(grid);

	(void)snprintf(line, sizeof(line),
		       "%" PRIu32 " x %" PRIu32 " pixels, stored in blocks of %" PRIu32
		       " x %" PRIu32 "; per-tile table %" PRIu32 " x %" PRIu32 " tiles",
		       scene->x_size, scene->y_size, scene->store_x_size, scene->store_y_size,
		       scene_tiles_across(scene), scene_tiles_down(scene));
	text_item(out, LABEL_COLUMNS, "Size", line);
	(void)snprintf(line, sizeof(line),
		       "%" PRIu64 " of %" PRIu32 " x %" PRIu32 " pixels: one task of a worker",
		       chunks, grid->chunk_x_size, grid->chunk_y_size);
	text_item(out, LABEL_COLUMNS, "Chunks", line);
	(void)snprintf(line, sizeof(line),
		       "%" PRIu32 " x %" PRIu32
		       " pixels: the part of a chunk that is in memory at one time%s",
		       grid->block_x_size, grid->block_y_size,
		       grid->whole_chunk ? ", here all of it (--working-set chunk)" : "");
	text_item(out, LABEL_COLUMNS, "Blocks", line);
}

static void put_amplification(FILE *out, const struct scene *scene, const struct chunk_grid *grid)
{
	double amplification = expected_amplification(grid, scene);
	char line[256];

	if (grid->streamed) {
		text_item(
			out, LABEL_COLUMNS, "Decoding",
			"stored blocks are larger than the budget allows: they are decoded row by "
			"row");
		return;
	}
	(void)snprintf(line, sizeof(line), "each pixel %.2f times%s", amplification,
		       amplification > 1.05 ? " at most: chunks cut stored tiles; --chunk auto "
					      "avoids it"
					    : "");
	text_item(out, LABEL_COLUMNS, "Decoding", line);
}

/*
 * Hand-out and reduction of a chunk, and work on a pixel, where this was written: 6 us, and 5.7 ms
 * for 2^18 pixels in DEFLATE (see CHUNK_PIXELS_AUTO in pipeline/plan/fit_scene.c).
 */
static const double handout_s = 6e-6, pixel_s = 5.7e-3 / (1 << 18);

/* What a chunk of x by y pixels would mean. */
struct option_figures {
	uint64_t chunks;
	double decoded; /* times each pixel is */
	double handout; /* share of the work */
	double idle;    /* share of the workers' time at the end: half a chunk each */
};

static struct option_figures figures_of(const struct plan *plan, const struct chunk_grid *grid,
					const struct scene *scene, uint64_t x, uint64_t y)
{
	struct chunk_grid other = *grid;
	double per_worker;
	struct option_figures f;

	other.chunk_x_size = (uint32_t)(x < scene->x_size ? x : scene->x_size);
	other.chunk_y_size = (uint32_t)(y < scene->y_size ? y : scene->y_size);
	f.chunks = chunk_grid_count(&other);
	f.decoded = expected_amplification(&other, scene);
	f.handout =
		handout_s / (f.decoded * pixel_s * (double)other.chunk_x_size * other.chunk_y_size);
	per_worker = (double)f.chunks / plan_all_workers(plan);
	f.idle = per_worker < 1 ? 1 - per_worker : 0.5 / per_worker;
	if (plan_all_workers(plan) < 2)
		f.idle = 0;
	return f;
}

static void put_option(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		       const struct scene *scene, uint64_t x, uint64_t y, const char *what)
{
	struct option_figures f = figures_of(plan, grid, scene, x, y);
	char size[32];

	(void)snprintf(size, sizeof(size), "%" PRIu64 "x%" PRIu64, x, y);
	(void)fprintf(out, "  %-13s %8" PRIu64 " %9.1f %11.2f %10.2f %% %8.1f %%  %s\n", size,
		      f.chunks, (double)f.chunks / plan_all_workers(plan), f.decoded,
		      100 * f.handout, 100 * f.idle, what);
}

static uint64_t half(uint32_t size)
{
	return size > 1 ? size / 2 : 1;
}

/* With maps chunks are whole tiles of them. */
static bool can_be(const struct chunk_grid *grid, uint32_t x, uint32_t y)
{
	return !grid->unit || (x % grid->unit == 0 && y % grid->unit == 0);
}

static void put_options(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
			const struct scene *scene)
{
	uint32_t x = grid->chunk_x_size, y = grid->chunk_y_size;

	(void)fprintf(out, "  %-13s %8s %9s %11s %12s %10s\n", "chunk", "chunks", "a worker",
		      "decoded x", "hand-outs", "idle end");
	if (can_be(grid, x / 4, y / 4))
		put_option(out, plan, grid, scene, half(half(x)), half(half(y)), "smaller");
	if (can_be(grid, x / 2, y / 2))
		put_option(out, plan, grid, scene, half(x), half(y), "smaller");
	put_option(out, plan, grid, scene, x, y, "this plan");
	if (x < scene->x_size || y < scene->y_size) {
		put_option(out, plan, grid, scene, 2 * (uint64_t)x, 2 * (uint64_t)y, "larger");
		put_option(out, plan, grid, scene, 8 * (uint64_t)x, 8 * (uint64_t)y, "larger");
	}
}

static void say_why(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		    const struct scene *scene, const struct options *options)
{
	uint64_t tiles = ceil_div(grid->chunk_x_size, scene->store_x_size) *
			 ceil_div(grid->chunk_y_size, scene->store_y_size);
	bool cut =
		(grid->chunk_x_size % scene->store_x_size && grid->chunk_x_size < scene->x_size) ||
		(grid->chunk_y_size % scene->store_y_size && grid->chunk_y_size < scene->y_size);
	char line[320];

	if (options->chunk_kind != CHUNK_AUTO)
		(void)snprintf(line, sizeof(line),
			       "--chunk asks for this size; auto would take %" PRIu32 " x %" PRIu32
			       " pixels%s",
			       plan->auto_x, plan->auto_y,
			       cut ? ". It cuts stored blocks, which are decoded again for each "
				     "chunk that touches them"
				   : "");
	else if (grid->unit)
		(void)snprintf(line, sizeof(line),
			       "whole tiles of maps, %" PRIu32 " x %" PRIu32
			       ": %s, as large as leaves each worker enough of them%s",
			       grid->unit, grid->unit,
			       grid->chunk_x_size == scene->x_size &&
					       grid->chunk_y_size < scene->y_size
				       ? "rows of them over the whole width"
				       : "squares of them",
			       cut ? ". They cut stored blocks, which are decoded again for each "
				     "chunk that touches them"
				   : "");
	else
		(void)snprintf(line, sizeof(line),
			       "whole stored blocks, so that none is decoded twice: %" PRIu64
			       " of %" PRIu32 " x %" PRIu32 ", the fewest that make a task of %s "
			       "pixels",
			       tiles, scene->store_x_size, scene->store_y_size,
			       plan->ranks > 1 ? "2^20 (between ranks a hand-out takes the better "
						 "part of a millisecond)"
					       : "2^18");
	text_item(out, LABEL_COLUMNS, "Size", line);
}

static void say_memory(FILE *out, const struct plan *plan, const struct chunk_grid *grid)
{
	char line[320], b[3][24];

	(void)snprintf(line, sizeof(line),
		       "%s for each worker, %s for all %u, of the %s that the budget leaves for "
		       "pixels%s",
		       bytes_text(b[0], plan->footprint),
		       bytes_text(b[1], plan->footprint * plan->workers), plan->workers,
		       bytes_text(b[2], plan->pool),
		       grid->whole_chunk ? "; it grows with the chunk"
		       : grid->streamed  ? "; by rows, as whole blocks do not fit"
					 : "; a larger chunk needs hardly more, as it is worked on "
					   "block by block");
	text_item(out, LABEL_COLUMNS, "Memory", line);
}

static void put_choice(FILE *out, const struct plan *plan, const struct scene *scene,
		       const struct chunk_grid *grid, const struct options *options)
{
	(void)fputs("\nWhy this chunk\n", out);
	say_why(out, plan, grid, scene, options);
	say_memory(out, plan, grid);
	put_options(out, plan, grid, scene);
	text_fold(out, 0, 0,
		  "decoded x: how often each pixel is decoded, at most. hand-outs: 6 us per chunk "
		  "against 22 ns of work per pixel (measured on a DEFLATE scene; faster codecs "
		  "make the share larger). idle end: at the end of one scene each worker waits "
		  "half a chunk on average. imgpipe sweep measures all of this on your machine.");
}

/* "ndvi, evi"; nothing where NDVI alone is computed. */
static void put_indices(FILE *out, const struct recipe *recipe)
{
	char line[RECIPE_MAX_VALUES * (VALUE_NAME_BYTES + 2)];
	size_t used = 0;

	if (!recipe || (recipe->n_values == 1 && strcmp(recipe->value[0].name, "ndvi") == 0))
		return;
	for (unsigned v = 0; v < recipe->n_values; v++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%s", v ? ", " : "",
					 recipe->value[v].name);
	text_item(out, LABEL_COLUMNS, "Indices", line);
}

static void put_missing(FILE *out, const struct scene *scene, const struct recipe *recipe)
{
	char why[MISSING_TEXT_BYTES], line[MISSING_TEXT_BYTES + VALUE_NAME_BYTES + 2];

	for (unsigned v = 0; recipe && v < recipe->n_values; v++)
		if (scene_missing_reason(scene, recipe, v, why, sizeof(why))) {
			(void)snprintf(line, sizeof(line), "%s %s", recipe->value[v].name, why);
			text_item(out, LABEL_COLUMNS, "Missing", line);
		}
}

static void put_scene(FILE *out, const struct plan *plan, const struct scene *scene,
		      const struct chunk_grid *grid, const struct options *options)
{
	char line[128];

	(void)fputs("\nThe first scene that could be opened\n", out);
	text_item(out, LABEL_COLUMNS, "Name", scene->name ? scene->name : "");
	put_missing(out, scene, plan->layout.recipe);
	put_sizes(out, scene, grid);
	put_amplification(out, scene, grid);
	if (chunk_grid_count(grid) < plan->workers && plan->scene_slots <= 1) {
		(void)snprintf(line, sizeof(line),
			       "%" PRIu64
			       " chunk%s for %u workers: some workers have nothing to do",
			       chunk_grid_count(grid), chunk_grid_count(grid) == 1 ? "" : "s",
			       plan->workers);
		text_item(out, LABEL_COLUMNS, "note:", line);
	}
	for (unsigned i = 0; i < scene->n_notes; i++)
		text_item(out, LABEL_COLUMNS, "note:", scene->notes[i]);
	if (scene->store_x_size && scene->store_y_size)
		put_choice(out, plan, scene, grid, options);
}

int report_plan(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		const struct scene *scene, const struct options *options)
{
	char maps[MAP_TEXT_BYTES];
	char line[128], b[24];

	teach_put_marks(out, options);
	(void)snprintf(line, sizeof(line), "%" PRIu32 " (files of %s)", plan->n_scenes,
		       bytes_text(b, plan->file_bytes));
	text_item(out, LABEL_COLUMNS, "Scenes", line);
	put_indices(out, plan->layout.recipe);
	(void)snprintf(line, sizeof(line), "%u of %u%s, executor %s", plan->workers,
		       plan->workers_asked,
		       options->workers ? " (--workers)" : " (default: available cores)",
		       options->executor ? options->executor : "auto");
	text_item(out, LABEL_COLUMNS, "Workers", line);
	if (options->maps)
		text_item(out, LABEL_COLUMNS, "Maps", maps_text(maps, options->maps, scene));
	put_confinement(out, plan);
	put_budget(out, plan);
	for (unsigned i = 0; i < plan->n_notes; i++)
		text_item(out, LABEL_COLUMNS, "note:", plan->notes[i]);
	put_memory(out, plan);
	put_stages(out, plan);
	if (scene && grid)
		put_scene(out, plan, scene, grid, options);
	else
		(void)fputs("\nNo scene could be opened, so chunks could not be planned.\n", out);
	return ferror(out) ? -1 : 0;
}

int report_graph(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		 const struct scene *scene, const struct options *options)
{
	struct graph graph;

	graph_plan(&graph, plan, grid, scene);
	if (options->text)
		graph_text(out, &graph);
	else
		graph_svg(out, &graph, true);
	return ferror(out) ? -1 : 0;
}
