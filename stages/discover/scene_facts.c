/*
 * What files say of themselves beside their pixels, against what their names say, and where it came
 * from: the camera's word for a band, metadata of FILE.aux.xml.
 */
#include "scene_build.h"

#include <stdio.h>
#include <string.h>

#include "bands/names.h"
#include "base/text.h"
#include "describe.h"
#include "reader/aux_xml.h"
#include "wishes.h"

/* Red edges have several names; NIR and its narrow band are often called the same. */
static bool may_be_called(enum band_name name, enum band_name camera)
{
	const uint32_t edges =
		1u << NAME_REDEDGE071 | 1u << NAME_REDEDGE075 | 1u << NAME_REDEDGE078;

	return name == camera || band_name_stand_in(name) == camera ||
	       ((edges >> name & 1) && (edges >> camera & 1));
}

int scene_check_camera(const struct scene *scene, unsigned number, unsigned slot,
		       const struct sensor *sensor, const struct options *options,
		       struct error *err)
{
	const struct scene_file *file = &scene->files[number];
	const struct band_wish *wish = &options->recipe->band[slot];
	const struct band_choice *choice = wish_choice(options, wish);
	enum band_name camera = describe(file->info.camera_band).name, name = wish->name;

	if (wish->kind == WISH_CODE)
		name = sensor ? sensor_name_of(sensor, wish->code) : NAME_NONE;
	if (camera == NAME_NONE || name == NAME_NONE || (choice && choice->pattern) ||
	    may_be_called(name, camera))
		return 0;
	return error_set(err, EX_DATAERR,
			 "%s: is %s by its name, but the camera's own metadata (XMP) call it %s; "
			 "say which file is which: --bands 'red=PATTERN,nir=PATTERN'",
			 file->path, wish->text, file->info.camera_band);
}

void scene_note_beside(struct scene *scene, unsigned file)
{
	static const struct {
		unsigned fact;
		const char *words;
	} row[] = {
		{FACT_NODATA, "nodata"},          {FACT_SCALE, "scale and offset"},
		{FACT_NAME, "band names"},        {FACT_COLOR, "colour labels"},
		{FACT_WAVELENGTH, "wavelengths"}, {FACT_CRS, "CRS"},
		{FACT_PLACE, "position"},
	};
	const struct raster_info *info = &scene->files[file].info;
	const char *path = scene->files[file].path;
	unsigned facts = info->beside;
	char text[120] = "";
	size_t n = 0;

	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot] && scene->band[slot].file == file)
			facts |= info->bands[scene->band[slot].index - 1].beside;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (facts & row[i].fact)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "",
					      row[i].words);
	if (n)
		scene_note(scene, "%.80s" AUX_XML_SUFFIX " gives %s", path_name(path), text);
}
