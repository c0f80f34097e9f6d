/*
 * `imgpipe plan`: the plan in words, before anything is read. Every number is one of the plan, or
 * follows from the chunk grid by arithmetic.
 */
#include "report.h"

#include <inttypes.h>

#include "catalog.h"
#include "text.h"

enum { LABEL_COLUMNS = 12 };

static void put_budget(FILE *out, const struct plan *plan)
{
	char b[2][24], line[256];

	(void)snprintf(line, sizeof(line), "%s (%s), for all of the program",
		       bytes_text(b[0], plan->budget.limit), plan->budget.source);
	text_item(out, LABEL_COLUMNS, "Budget", line);
	(void)snprintf(line, sizeof(line), "%s predicted%s", bytes_text(b[1], plan->predicted.peak),
		       plan->predicted.peak <= plan->budget.limit ? "" : ": more than the budget");
	text_item(out, LABEL_COLUMNS, "Peak", line);
}

static void put_part(FILE *out, const char *what, uint64_t bytes, const char *why)
{
	char b[24];

	(void)fprintf(out, "  %-22s %12s%s%s\n", what, bytes_text(b, bytes), *why ? "  " : "", why);
}

static void put_memory(FILE *out, const struct plan *plan, const struct catalog *catalog)
{
	char why[96], b[24];

	(void)fputs("\nWhere the memory goes\n", out);
	(void)snprintf(why, sizeof(why), "program and libraries; list of files: %s",
		       bytes_text(b, catalog_memory(catalog)));
	put_part(out, "baseline", plan->baseline, why);
	(void)snprintf(why, sizeof(why), "stack, handles, codec state, for each of %u worker%s",
		       plan->workers, plan->workers == 1 ? "" : "s");
	put_part(out, "per worker", plan->per_worker_fixed, why);
	(void)snprintf(why, sizeof(why), "records of %" PRIu32 " scene%s open at once",
		       plan->scene_slots, plan->scene_slots == 1 ? "" : "s");
	put_part(out, "scene slots", plan->slots, why);
	if (plan->gdal)
		put_part(out, "GDAL", plan->gdal, "set aside, should a scene need it");
	put_part(out, "pool", plan->pool, "left for the two below");
	put_part(out, "block, per worker", plan->footprint, "what is in memory at once of a chunk");
	put_part(out, "tally, per scene", plan->tally, "running totals of a scene in flight");
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
		       "%" PRIu64 " of %" PRIu32 " x %" PRIu32 " pixels: what a worker takes at a "
		       "time",
		       chunks, grid->chunk_x_size, grid->chunk_y_size);
	text_item(out, LABEL_COLUMNS, "Chunks", line);
	(void)snprintf(line, sizeof(line),
		       "%" PRIu32 " x %" PRIu32 " pixels: what is in memory at once of a chunk%s",
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
		       amplification > 1.05 ? " at most: chunks cut stored tiles; --chunk tile "
					      "avoids it"
					    : "");
	text_item(out, LABEL_COLUMNS, "Decoding", line);
}

static void put_scene(FILE *out, const struct plan *plan, const struct scene *scene,
		      const struct chunk_grid *grid)
{
	char line[128];

	(void)fputs("\nThe first scene that could be opened\n", out);
	text_item(out, LABEL_COLUMNS, "Name", scene->name ? scene->name : "");
	put_sizes(out, scene, grid);
	put_amplification(out, scene, grid);
	if (chunk_grid_count(grid) < plan->workers && plan->scene_slots <= 1) {
		(void)snprintf(line, sizeof(line), "fewer chunks than workers: %" PRIu64 " for %u",
			       chunk_grid_count(grid), plan->workers);
		text_item(out, LABEL_COLUMNS, "note:", line);
	}
	for (unsigned i = 0; i < scene->n_notes; i++)
		text_item(out, LABEL_COLUMNS, "note:", scene->notes[i]);
}

int report_plan(FILE *out, const struct plan *plan, const struct chunk_grid *grid,
		const struct scene *scene, const struct catalog *catalog,
		const struct options *options)
{
	char line[128], b[24];

	(void)snprintf(line, sizeof(line), "%" PRIu32 " (files of %s)", catalog_scenes(catalog),
		       bytes_text(b, catalog_file_bytes(catalog)));
	text_item(out, LABEL_COLUMNS, "Scenes", line);
	(void)snprintf(line, sizeof(line), "%u of %u asked for%s, executor %s", plan->workers,
		       plan->workers_asked, options->workers ? " (--workers)" : " (by the machine)",
		       options->executor ? options->executor : "auto");
	text_item(out, LABEL_COLUMNS, "Workers", line);
	put_budget(out, plan);
	for (unsigned i = 0; i < plan->n_notes; i++)
		text_item(out, LABEL_COLUMNS, "note:", plan->notes[i]);
	put_memory(out, plan, catalog);
	put_stages(out, plan);
	if (scene && grid)
		put_scene(out, plan, scene, grid);
	else
		(void)fputs("\nNo scene could be opened, so chunks could not be planned.\n", out);
	return ferror(out) ? -1 : 0;
}
