/*
 * What a catalogue holds, as lines for people on standard output.
 */
#ifndef IMGPIPE_CATALOGUE_LIST_H
#define IMGPIPE_CATALOGUE_LIST_H

#include "catalogue/catalogue.h"

/* Its sets, its last run, and the scenes that pass the filter. */
int catalogue_list(struct catalogue *catalogue, const struct catalogue_filter *filter,
		   struct error *err) MUST_CHECK;

#endif
