/*
 * What headers and names say of a scene's bands, for the rules of scale and of fill. band_facts.c.
 * Pure, thread-safe.
 */
#ifndef IMGPIPE_BAND_FACTS_H
#define IMGPIPE_BAND_FACTS_H

#include <stdbool.h>

#include "scene.h"
#include "bands/sensors.h"

/* Is it a thermal band? A product's rule of reflectance is not for those. */
bool band_is_thermal(const struct sensor *sensor, const struct band *band);

/* What the header says of the band in this slot. */
const struct band_info *band_file_info(const struct scene *scene, unsigned slot);

/* Does the file state a scale or offset that says something? */
bool band_states_scale(const struct band_info *info);

/*
 * Do names or a band's description speak of Landsat surface reflectance of any collection? path: of
 * the first band's file.
 */
bool says_landsat_surface(const struct scene *scene, const char *path);

#endif
