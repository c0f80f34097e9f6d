/*
 * Where in the spectrum the bands with a common name lie: one table. Pure, thread-safe.
 */
#ifndef IMGPIPE_WAVELENGTHS_H
#define IMGPIPE_WAVELENGTHS_H

#include "band_name.h"

/* The centre that indices are made for, in nanometres; 0: a name without one (pan). */
double band_centre_nm(enum band_name name);

/* Nanometres from there; -1 where the wavelength is outside the name's range, or 0 (unknown). */
double band_distance_nm(enum band_name name, double nm);

/* The range that counts for the name. */
void band_range_nm(enum band_name name, double *least, double *most);

#endif
