/*
 * Which grids statistics can be kept on. How values are put on one is not known here.
 */
#include "accum.h"

#include <math.h>

#include "recipe.h"

bool value_grid_valid(const struct value_grid *grid)
{
	double most = fmax(fabs(grid->lo), fabs(grid->hi)), length = grid->hi - grid->lo;

	return grid->exponent >= 0 && grid->exponent <= ACCUM_MOST_EXPONENT && isfinite(grid->lo) &&
	       isfinite(grid->hi) && most <= (double)value_grid_near(grid) &&
	       length >= most * 0x1p-20 && length >= 0x1p-126;
}

float value_grid_near(const struct value_grid *grid)
{
	return (float)(UINT64_C(1) << (ACCUM_NEAR_BITS + grid->exponent));
}
