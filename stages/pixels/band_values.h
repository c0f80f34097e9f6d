/*
 * A band's own pixels, whatever values are made of it: for what writes it.
 */
#ifndef IMGPIPE_STAGES_BAND_VALUES_H
#define IMGPIPE_STAGES_BAND_VALUES_H

#include "stage.h"

/*
 * mask.c: classes of n_pixels as if a value read this band alone, without --mask: under clouds a
 * band has its numbers, where it is transparent it has none.
 */
void band_classes(const struct block *block, unsigned slot, uint8_t *class);

/* index_programs.c: scale and offset applied, of n pixels from `first` on. */
void band_physical(const struct block *block, unsigned slot, size_t first, size_t n, double *out);

#endif
