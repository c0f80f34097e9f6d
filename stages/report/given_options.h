/*
 * Which options were given, where they stood, and which of them the numbers depend on.
 */
#ifndef IMGPIPE_STAGES_GIVEN_OPTIONS_H
#define IMGPIPE_STAGES_GIVEN_OPTIONS_H

#include <jansson.h>
#include <stdio.h>

#include "options.h"

/* All of them, in the order in which they were taken. NULL without memory. */
json_t *given_list(const struct options *options);
/* What the numbers depend on beside the files, as the head of a partial has it. NULL without
 * memory. */
json_t *identity_json(const struct options *options);
/* For people: those that stood elsewhere than on the command line, as one item; nothing where there
 * are none. Labels take so many columns. */
void put_given(FILE *out, unsigned label_columns, const struct options *options);

#endif
