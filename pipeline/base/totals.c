/*
 * The whole of a run, from its scenes. Rows come in the order of the catalogue, so that the one sum
 * that rounds (areas) is the same however the work was done.
 */
#include "report.h"

void run_totals_init(struct run_totals *totals)
{
	*totals = (struct run_totals){0};
	accum_clear(&totals->accum);
}

void run_totals_add(struct run_totals *totals, const struct scene_result *result)
{
	if (result->status == SCENE_CANCELLED)
		return; /* counted at the end, with those never opened */
	if (result->status == SCENE_FAILED) {
		totals->failure_code =
			!totals->n_failed || totals->failure_code == result->error.code
				? result->error.code
				: EX_DATAERR;
		totals->n_failed++;
		return;
	}
	totals->n_ok++;
	accum_merge(&totals->accum, &result->accum);
	histogram_merge(&totals->histogram, result->histogram);
	float_sums_merge(&totals->float_sums, &result->float_sums);
	totals->area_m2 += result->area_m2;
}

int run_totals_status(const struct run_totals *totals)
{
	if (!totals->n_failed)
		return EX_OK;
	return totals->n_ok ? 1 : totals->failure_code;
}
