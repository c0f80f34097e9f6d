/*
 * The pixels of a whole run, from its scenes. Rows come in the order of the scenes, so that the one
 * sum that rounds (areas) is the same however the work was done.
 */
#include "report.h"

#include <math.h>
#include <stdlib.h>

int pixel_totals_init(struct pixel_totals *totals, const struct result_layout *layout,
		      struct error *err)
{
	size_t n = layout->n_values ? layout->n_values : 1;

	*totals = (struct pixel_totals){.n_values = layout->n_values, .layout = layout};
	totals->value = calloc(n, sizeof(*totals->value));
	if (!totals->value)
		return error_memory(err, "the totals of all scenes", n * sizeof(*totals->value));
	for (size_t v = 0; v < n; v++)
		accum_clear(&totals->value[v].accum);
	return 0;
}

static void add_value(struct value_totals *totals, const struct value_result *result,
		      const struct value_grid *grid)
{
	if (!result->histogram)
		return;
	accum_merge(&totals->accum, &result->accum);
	histogram_merge_of(&totals->histogram, result->histogram, &result->accum, grid);
	mask_counts_merge(&totals->masked_by, &result->masked_by);
	float_sums_merge(&totals->float_sums, &result->float_sums);
	totals->n_scenes++;
	if (isnan(result->area_m2))
		return;
	totals->area_m2 += result->area_m2;
	totals->n_area++;
}

/* Cells that are not known here. */
static int add_cells(struct pixel_totals *totals, const struct scene_result *result,
		     struct error *err)
{
	if (!totals->cells) {
		totals->cells = malloc(totals->layout->group_bytes);
		if (!totals->cells)
			return error_memory(err, "the totals", totals->layout->group_bytes);
		group_clear(totals->layout, totals->cells);
	}
	group_merge(totals->layout, totals->cells, result->cells);
	return 0;
}

static void add_files(struct pixel_totals *totals, const struct scene_result *result)
{
	for (unsigned i = 0; i < result->n_files; i++) {
		totals->n_files += result->file[i].path != NULL;
		totals->file_bytes += result->file[i].bytes;
		totals->clamped += result->file[i].clamped;
	}
}

int pixel_totals_add(struct pixel_totals *totals, const struct scene_result *result,
		     struct error *err)
{
	if (result->status != SCENE_OK)
		return 0;
	add_files(totals, result);
	for (unsigned v = 0; v < result->n_values && v < totals->n_values; v++)
		add_value(&totals->value[v], &result->value[v],
			  &totals->layout->recipe->value[v].grid);
	return totals->n_values || !result->cells ? 0 : add_cells(totals, result, err);
}

void pixel_totals_release(struct pixel_totals *totals)
{
	free(totals->value);
	free(totals->cells);
	*totals = (struct pixel_totals){0};
}
