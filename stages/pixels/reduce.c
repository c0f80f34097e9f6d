/*
 * The reduction of one scene: groups of cells into tiles and the scene. Merging is exact and
 * commutative (result.h), so chunks may arrive in any order. It knows no file and no report.
 *
 * A tile that a chunk covers whole is summarised at once; the parts of a tile that chunks cut wait
 * in an open tile until its last pixel has arrived.
 */
#include "ground_sum.h"
#include "quality_seen.h"
#include "reflectance_seen.h"
#include "stages.h"
#include "teach.h"
#include "recipe.h"

#include <math.h>
#include <stdlib.h>

struct scene_totals {
	const struct scene *scene;
	const struct result_layout *layout;
	struct chunk_grid grid;
	struct cell_group *group;  /* of the whole scene */
	unsigned n_values;         /* that have statistics; labs have none */
	uint64_t n_tiles;          /* 0 without the per-tile table */
	struct tile_summary *tile; /* n_tiles times n_values */
	struct cell_group **open;  /* n_tiles, NULL if not begun or finished */
	struct value_offsets at[RECIPE_MAX_VALUES];
};

static uint64_t tiles_of(const struct scene *scene)
{
	return (uint64_t)scene_tiles_across(scene) * scene_tiles_down(scene);
}

/*
 * Most tiles that can be open at once, where chunks cut tiles: those along the frontier of what has
 * been handed out, and those that a late chunk of each worker touches, wherever it lies.
 */
static uint64_t most_open(const struct scene *scene, const struct chunk_grid *grid,
			  unsigned workers)
{
	bool aligned_x =
		grid->chunk_x_size % scene->tile_x_size == 0 || grid->chunk_x_size >= scene->x_size;
	bool aligned_y =
		grid->chunk_y_size % scene->tile_y_size == 0 || grid->chunk_y_size >= scene->y_size;
	uint64_t rows = ceil_div(grid->chunk_y_size, scene->tile_y_size) + 1;
	uint64_t down = scene_tiles_down(scene), tiles = tiles_of(scene);
	uint64_t late = size_mul(
		workers, result_groups(scene, grid->chunk_x_size, grid->chunk_y_size, true));
	uint64_t open = size_add((rows < down ? rows : down) * scene_tiles_across(scene), late);

	if (aligned_x && aligned_y)
		return 0;
	return open < tiles ? open : tiles;
}

size_t scene_totals_bytes(const struct scene *scene, const struct chunk_grid *grid,
			  const struct result_layout *layout, unsigned workers, bool by_tile)
{
	size_t bytes = sizeof(struct scene_totals) + layout->group_bytes;

	if (!by_tile)
		return bytes;
	bytes = size_add(bytes,
			 size_mul(tiles_of(scene), layout->n_values * sizeof(struct tile_summary) +
							   sizeof(struct cell_group *)));
	return size_add(bytes, layout_bytes(layout, most_open(scene, grid, workers)));
}

/* NULL without memory. */
static struct cell_group *new_group(const struct result_layout *layout)
{
	struct cell_group *group = malloc(layout->group_bytes);

	if (group)
		group_clear(layout, group);
	return group;
}

struct scene_totals *scene_totals_new(const struct scene *scene, const struct chunk_grid *grid,
				      const struct result_layout *layout, bool by_tile,
				      struct error *err)
{
	struct scene_totals *totals = calloc(1, sizeof(*totals));

	if (totals) {
		totals->scene = scene;
		totals->layout = layout;
		totals->grid = *grid;
		totals->n_values = layout->n_values;
		totals->n_tiles = by_tile ? tiles_of(scene) : 0;
		totals->group = new_group(layout);
		for (unsigned v = 0; v < totals->n_values; v++)
			totals->at[v] = value_offsets(layout, v);
	}
	if (totals && totals->n_tiles) {
		totals->tile = calloc(totals->n_tiles, (totals->n_values ? totals->n_values : 1) *
							       sizeof(*totals->tile));
		totals->open = calloc(totals->n_tiles, sizeof(*totals->open));
	}
	if (!totals || !totals->group || (totals->n_tiles && (!totals->tile || !totals->open))) {
		scene_totals_free(totals);
		error_memory(err, "the totals of a scene",
			     scene_totals_bytes(scene, grid, layout, 1, by_tile));
		return NULL;
	}
	return totals;
}

static double area_of(const struct scene *scene, const struct value_cells *cells)
{
	if (scene->ground.n_x)
		return ground_sum_m2(*cells->ground);
	return scene->pixel_area_m2 > 0
		       ? (double)cells->accum->n[PIXEL_VALID] * scene->pixel_area_m2
		       : NAN;
}

/* All its pixels are there, of each value that the scene has. */
static bool is_whole(const struct scene_totals *totals, const struct cell_group *group,
		     const struct window *window)
{
	for (unsigned v = 0; v < totals->n_values; v++)
		if (!value_is_missing(totals->scene, v) &&
		    accum_pixels(value_cells(&totals->at[v], group).accum) != window_pixels(window))
			return false;
	return true;
}

static void finish_tile(struct scene_totals *totals, uint32_t number, const struct window *window,
			const struct cell_group *group)
{
	struct tile_summary *tile = &totals->tile[(size_t)number * totals->n_values];

	for (unsigned v = 0; v < totals->n_values; v++) {
		const struct value_cells cells = value_cells(&totals->at[v], group);

		tile[v].window = *window;
		summary_make(&tile[v].summary, cells.accum, cells.histogram,
			     area_of(totals->scene, &cells),
			     &totals->layout->recipe->value[v].grid);
		tile[v].summary.masked_by = *cells.masked_by;
	}
}

static int fold_tile(struct scene_totals *totals, const struct cell_group *group, struct error *err)
{
	struct window window = scene_tile_window(totals->scene, group->tile);
	struct cell_group **open = &totals->open[group->tile];

	if (!*open && is_whole(totals, group, &window)) {
		finish_tile(totals, group->tile, &window, group);
		return 0;
	}
	if (!*open)
		*open = new_group(totals->layout);
	if (!*open)
		return error_memory(err, "an open tile", totals->layout->group_bytes);
	group_merge(totals->layout, *open, group);
	if (is_whole(totals, *open, &window)) {
		finish_tile(totals, group->tile, &window, *open);
		free(*open);
		*open = NULL;
	}
	return 0;
}

int scene_totals_fold(struct scene_totals *totals, const struct chunk_result *chunk,
		      struct error *err)
{
	for (uint32_t i = 0; i < chunk->n_groups; i++) {
		const struct cell_group *group = result_group(totals->layout, chunk, i);

		/* A worker with memory of its own has read the headers for itself. */
		if (totals->n_tiles && group->tile >= totals->n_tiles)
			return error_set(err, EX_DATAERR,
					 "%s: the file changed during the run; run it again",
					 totals->scene->name);
		group_merge(totals->layout, totals->group, group);
		if (totals->n_tiles && fold_tile(totals, group, err))
			return -1;
	}
	return 0;
}

static struct value_result value_of(const struct scene_totals *totals, unsigned value)
{
	const struct value_cells cells = value_cells(&totals->at[value], totals->group);

	if (value_is_missing(totals->scene, value))
		return (struct value_result){.area_m2 = NAN};
	return (struct value_result){
		.accum = *cells.accum,
		.masked_by = *cells.masked_by,
		.histogram = cells.histogram,
		.float_sums = cells.float_sums ? *cells.float_sums : (struct float_sums){0},
		.area_m2 = area_of(totals->scene, &cells),
	};
}

/* Were quality bands read by layouts that they can have, and is reflectance what is called so? */
int scene_totals_check(const struct scene_totals *totals, struct scene *scene, struct error *err)
{
	size_t seen = layout_find(totals->layout, 0, &reducer_seen);
	size_t claimed = layout_find(totals->layout, 0, &reducer_reflectance);

	if (claimed != SIZE_MAX)
		reflectance_seen_check(group_cell(totals->group, claimed), scene);
	return seen == SIZE_MAX ? 0
				: quality_seen_check(group_cell(totals->group, seen), scene, err);
}

void scene_totals_finish(struct scene_totals *totals, struct scene_result *result)
{
	result->scene = totals->scene;
	result->grid = totals->grid;
	result->n_values = totals->n_values;
	for (unsigned v = 0; v < totals->n_values; v++)
		result->value[v] = value_of(totals, v);
	result->layout = totals->layout;
	result->cells = totals->group;
	result->n_tiles = totals->n_values ? totals->n_tiles : 0;
	result->tile = totals->tile;
}

const struct cell_group *scene_totals_cells(const struct scene_totals *totals)
{
	return totals ? totals->group : NULL;
}

void scene_totals_free(struct scene_totals *totals)
{
	if (!totals)
		return;
	for (uint64_t i = 0; totals->open && i < totals->n_tiles; i++)
		free(totals->open[i]);
	free(totals->open);
	free(totals->tile);
	free(totals->group);
	free(totals);
}
