/*
 * Wavelengths of bands as metadata state them: ENVI's words (wavelength, wavelength units, bbl),
 * those of GDAL since 3.10 (CENTRAL_WAVELENGTH_UM), and texts such as "665.1 nm" in a description.
 * Which band serves as red is not decided here. Pure.
 */
#ifndef IMGPIPE_SPECTRAL_H
#define IMGPIPE_SPECTRAL_H

#include <stdbool.h>

#include "scene.h"

/* A metadata item of one band; true where it was about wavelengths. */
bool spectral_band_item(struct band_info *band, const char *key, const char *value);

/*
 * A metadata item of the file: lists with a value for each band; true as above. After the 16th of
 * a file (info->n_spectral) no more are taken.
 */
bool spectral_file_item(struct raster_info *info, const char *key, const char *value);

/*
 * The centre in nanometres, of metadata or else of the description; 0: not known. A unit that is
 * not stated is that of the number: below 100 it is micrometres.
 */
double spectral_nm(const struct band_info *band);

#endif
