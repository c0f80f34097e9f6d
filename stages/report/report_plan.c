/*
 * `imgpipe plan`: the plan in words, before anything is read. Every number is one of the plan, or
 * follows from the chunk grid by arithmetic. And `imgpipe graph`: its tasks, as a picture or as
 * text.
 */
#include "report.h"

#include <inttypes.h>

#include "picture/graph.h"
#include "map_words.h"
#include "plan_choice.h"
#include "report_teach.h"
#include "report_words.h"
#include "base/text.h"

enum { LABEL_COLUMNS = 12, WHY_COLUMN = 39 };

static void put_note(FILE *out, const char *note)
{
	text_item_in(out, INK_WARNING, LABEL_COLUMNS, "note:", note);
}

static void put_scenes(FILE *out, const struct plan *plan, const struct foreseen *foreseen)
{
	const uint32_t n = foreseen->n_skipped;
	char line[128], b[24];

	(void)bytes_text(b, plan->file_bytes);
	if (n)
		(void)snprintf(line, sizeof(line),
			       "%" PRIu32 ", and %" PRIu32 " file%s no scene%s (%s in all)",
			       plan->n_scenes - n, n, n == 1 ? " that is" : "s that are",
			       n == 1 ? "" : "s", b);
	else
		(void)snprintf(line, sizeof(line), "%" PRIu32 " (files of %s)", plan->n_scenes, b);
	text_item(out, LABEL_COLUMNS, "Scenes", line);
}

/* What a run would say of scenes: those that the limit is too small for are named. */
static void put_failing(FILE *out, const struct foreseen *foreseen)
{
	const uint32_t n = foreseen->n_unfit;
	char line[96];

	if (foreseen->n_unopened) {
		(void)snprintf(line, sizeof(line),
			       "%" PRIu32 " scene%s cannot be opened; imgpipe info says why",
			       foreseen->n_unopened, foreseen->n_unopened == 1 ? "" : "s");
		put_note(out, line);
	}
	if (!n)
		return;
	(void)snprintf(line, sizeof(line), "%" PRIu32 " scene%s fail within this budget:", n,
		       n == 1 ? " would" : "s would");
	text_item_in(out, INK_BAD, LABEL_COLUMNS, "Failing", line);
	for (uint32_t i = 0; i < n && i < FORESEEN_NAMED; i++)
		text_item(out, LABEL_COLUMNS, "", foreseen->unfit[i].text);
	if (n > FORESEEN_NAMED)
		text_item(out, LABEL_COLUMNS, "", "...");
}

static void put_budget(FILE *out, const struct plan *plan, const struct foreseen *foreseen)
{
	char b[2][24], line[256], seen[80] = "";

	if (foreseen->n_seen < plan->n_scenes)
		(void)snprintf(seen, sizeof(seen), ", by %" PRIu32 " of %" PRIu32 " scenes",
			       foreseen->n_seen ? foreseen->n_seen : 1, plan->n_scenes);

	(void)snprintf(line, sizeof(line), "%s (%s), for the whole program",
		       bytes_text(b[0], plan->budget.limit), plan->budget.source);
	text_item(out, LABEL_COLUMNS, "Budget", line);
	(void)snprintf(
		line, sizeof(line), "%s predicted%s%s", bytes_text(b[1], plan->predicted.peak),
		plan->predicted.peak <= plan->budget.limit ? "" : ": more than the budget", seen);
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

static void put_heading(FILE *out, const char *heading)
{
	(void)fputc('\n', out);
	screen_put(out, INK_HEADING, heading);
	(void)fputc('\n', out);
}

static void put_part(FILE *out, const char *what, uint64_t bytes, const char *why)
{
	char b[24];

	(void)fprintf(out, "  %-22s %12s%s", what, bytes_text(b, bytes), *why ? "  " : "");
	text_fold(out, WHY_COLUMN, WHY_COLUMN, why);
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

	put_heading(out, "Where the memory goes");
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
	put_part(out, "block, per worker", plan->footprint,
		 plan->n_scenes > 1 ? "what is in memory at once of a chunk of the scene below"
				    : "what is in memory at once of a chunk");
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
	put_heading(out, "Predicted peak of each stage, one worker");
	for (int stage = 0; stage < N_METER_STAGES; stage++)
		if (plan->predicted.stage_peak[stage] &&
		    plan_stage_name(plan, (enum meter_stage)stage))
			put_part(out, plan_stage_name(plan, (enum meter_stage)stage),
				 plan->predicted.stage_peak[stage], "");
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
	double amplification = plan_amplification(grid, scene);
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

/* "ndvi, evi"; nothing where NDVI alone is computed. */
static void put_indices(FILE *out, const struct recipe *recipe)
{
	char line[RECIPE_MAX_VALUES * (VALUE_NAME_BYTES + 2)];
	size_t used = 0;

	if (!recipe || recipe_is_ndvi(recipe))
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

	put_heading(out, "The first scene that could be opened");
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
		put_note(out, line);
	}
	for (unsigned i = 0; i < scene->n_notes; i++)
		put_note(out, scene->notes[i]);
	if (scene->store_x_size && scene->store_y_size)
		put_chunk_choice(out, plan, scene, grid, options);
}

int report_plan(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		const struct scene *scene, const struct options *options,
		const struct foreseen *foreseen)
{
	char maps[MAP_TEXT_BYTES];
	char line[128];

	teach_put_marks(out, options);
	put_scenes(out, plan, foreseen);
	put_indices(out, plan->layout.recipe);
	(void)snprintf(line, sizeof(line), "%u of %u%s, executor %s", plan->workers,
		       plan->workers_asked,
		       options->workers ? " (--workers)" : " (default: available cores)",
		       options->executor ? options->executor : "auto");
	text_item(out, LABEL_COLUMNS, "Workers", line);
	if (options->maps)
		text_item(out, LABEL_COLUMNS, options->maps->files ? "Maps" : "Pictures",
			  maps_text(maps, options->maps, scene));
	put_confinement(out, plan);
	put_budget(out, plan, foreseen);
	for (unsigned i = 0; i < plan->n_notes; i++)
		put_note(out, plan->notes[i]);
	put_failing(out, foreseen);
	put_memory(out, plan);
	put_stages(out, plan);
	if (scene && grid)
		put_scene(out, plan, scene, grid, options);
	else
		screen_put(out, INK_BAD,
			   "\nNo scene could be opened, so chunks could not be planned.\n");
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
		graph_svg(out, &graph);
	return ferror(out) ? -1 : 0;
}
