/*
 * What pi, sum and recur alone take.
 */
#ifndef IMGPIPE_PIPELINE_LAB_OPTIONS_H
#define IMGPIPE_PIPELINE_LAB_OPTIONS_H

#include "lab/lab.h"
#include "options/command.h"

/* options->own of a lab is a struct lab_request. */

extern const struct option_row *const pi_rows[];
extern const struct option_row *const sum_rows[];
extern const struct option_row *const recur_rows[];
/* What all three share. */
extern const struct option_row *const lab_working_rows[];
extern const struct option_row *const lab_saying_rows[];

#endif
