/*
 * Presets and rules as text for people.
 */
#ifndef IMGPIPE_MASKS_MASK_TEXT_H
#define IMGPIPE_MASKS_MASK_TEXT_H

#include <stdio.h>

#include "masks.h"

/* A line a layout. */
void mask_text_list(FILE *out);

/* What a rule drops, in the order of reasons; of a preset also what else there is of it. */
void mask_text_show(FILE *out, const struct mask_rule *rule);

#endif
