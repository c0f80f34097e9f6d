/*
 * Reports of scenes out of a catalogue: those that one run of them would have written, bit for bit,
 * and no pixel is read.
 */
#ifndef IMGPIPE_CATALOGUE_FOLD_H
#define IMGPIPE_CATALOGUE_FOLD_H

#include "catalogue.h"

/*
 * Of the rows that the filter lets through; filter->set is one. options: which reports. Returns the
 * exit status that the run would have had, -1 with an error: EX_NOINPUT where there is no such row.
 * Memory: a scene at a time.
 */
int catalogue_fold(struct catalogue *catalogue, const struct catalogue_filter *filter,
		   const struct options *options, struct error *err) MUST_CHECK;

/* The one set that has scenes; -1 with EX_USAGE where there are several, EX_NOINPUT where none. */
int catalogue_only_set(struct catalogue *catalogue, int64_t *set, struct error *err) MUST_CHECK;

#endif
