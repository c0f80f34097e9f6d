/*
 * Which options were given, and where they stood.
 */
#ifndef IMGPIPE_STAGES_GIVEN_OPTIONS_H
#define IMGPIPE_STAGES_GIVEN_OPTIONS_H

#include <jansson.h>
#include <stdio.h>

#include "options.h"

/* All of them, in the order in which they were taken. NULL without memory. */
json_t *given_list(const struct options *options);
/* For people: those that stood elsewhere than on the command line, as one item; nothing where there
 * are none. Labels take so many columns. */
void put_given(FILE *out, unsigned label_columns, const struct options *options);

#endif
