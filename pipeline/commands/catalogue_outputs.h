/*
 * Files of pixels that a catalogue speaks of: are they there, and as they were made?
 */
#ifndef IMGPIPE_PIPELINE_CATALOGUE_OUTPUTS_H
#define IMGPIPE_PIPELINE_CATALOGUE_OUTPUTS_H

#include "catalogue/catalogue.h"

enum { CATALOGUE_WRONG_BYTES = 600 };

/*
 * Size and hash of the first CATALOGUE_HEAD_BYTES of a regular file, no link; -1: it is none.
 * `folder`: of a relative path.
 */
int catalogue_output_look(int folder, const char *path, uint64_t *bytes, uint64_t *head);

/* 1 and what is wrong with the first file of the row that is not as it was made; 0: none is; -1. */
int catalogue_outputs_wrong(struct catalogue *catalogue, int64_t scene,
			    char wrong[CATALOGUE_WRONG_BYTES], struct error *err) MUST_CHECK;

#endif
