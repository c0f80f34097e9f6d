/*
 * The recipe of runs that ask for nothing else.
 */
#include "recipe.h"

const struct recipe recipe_ndvi = {
	.n_bands = 2,
	.band = {{.kind = WISH_NAME, .name = NAME_RED, .text = "red"},
		 {.kind = WISH_NAME, .name = NAME_NIR, .text = "nir"}},
	.n_values = 1,
	.value = {{.name = "ndvi",
		   .reads = 3,
		   .kind = VALUE_SCALE_FREE,
		   .grid = {.exponent = 0, .lo = -1, .hi = 1},
		   .normalized_difference = true,
		   .a = 1,
		   .b = 0,
		   .formula = (char *)"(nir-red)/(nir+red)"}},
};
