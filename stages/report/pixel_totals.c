/*
 * The pixels of a whole run, from its scenes. Rows come in the order of the scenes, so that the one
 * sum that rounds (areas) is the same however the work was done.
 */
#include "report.h"

void pixel_totals_init(struct pixel_totals *totals)
{
	*totals = (struct pixel_totals){0};
	accum_clear(&totals->accum);
}

void pixel_totals_add(struct pixel_totals *totals, const struct scene_result *result)
{
	if (result->status != SCENE_OK)
		return;
	accum_merge(&totals->accum, &result->accum);
	histogram_merge(&totals->histogram, result->histogram);
	float_sums_merge(&totals->float_sums, &result->float_sums);
	totals->area_m2 += result->area_m2;
}
