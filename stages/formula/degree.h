/*
 * What a factor of all bands does to a formula. degree.c. Pure, thread-safe.
 */
#ifndef IMGPIPE_FORMULA_DEGREE_H
#define IMGPIPE_FORMULA_DEGREE_H

#include <stdbool.h>

#include "code.h"

/*
 * Does every factor above 0 of all bands leave the value as it is, by the rules of degrees? false:
 * it does not, or the rules cannot tell, as of log(a) / log(a). Of code before operations are
 * joined.
 */
bool code_is_scale_free(const struct code *code, int root);

#endif
