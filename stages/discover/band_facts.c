/*
 * Facts of bands that several rules look at. It decides nothing.
 */
#include "band_facts.h"

#include <math.h>

#include "names.h"
#include "sentinel2.h"

bool band_is_thermal(const struct sensor *sensor, const struct band *band)
{
	enum band_name name = sensor ? sensor_name_of(sensor, band->code) : NAME_NONE;

	return name == NAME_LWIR11 || name == NAME_LWIR12;
}

const struct band_info *band_file_info(const struct scene *scene, unsigned slot)
{
	const struct band *band = &scene->band[slot];

	return &scene->files[band->file].info.bands[band->index - 1];
}

bool band_states_scale(const struct band_info *info)
{
	return info->has_scale && isfinite(info->scale) && info->scale != 0 &&
	       isfinite(info->offset) && (info->scale != 1 || info->offset != 0);
}

bool says_landsat_surface(const struct scene *scene, const char *path)
{
	const char *part = sentinel2_own_part(path);

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] &&
		    name_holds(band_file_info(scene, slot)->description, "SR_B"))
			return true;
	return name_holds(part, "_SR_B") || name_holds(part, "_L2SP_") ||
	       name_holds(part, "_L2SR_");
}
