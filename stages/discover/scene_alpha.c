/*
 * Alpha bands: one that a file labels so masks where it is 0, as GDAL has it; unless it is read as
 * something else, or is something else by what names tell: labels lie, and NIR bands have been
 * found under this one.
 */
#include "scene_build.h"

#include <stdio.h>

#include "quality.h"

static bool is_read(const struct scene *scene, unsigned file, uint32_t index)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && scene->band[slot].file == file &&
		    scene->band[slot].index == index)
			return true;
	return false;
}

static bool holds_bands(const struct scene *scene, unsigned file)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && scene->band[slot].file == file)
			return true;
	return false;
}

/* The one band with the label, from 1; 0: none, or several, and then the writer meant nothing. */
static uint32_t labelled_alpha(const struct raster_info *info, unsigned *n)
{
	uint32_t found = 0;

	*n = 0;
	for (uint32_t i = 0; i < info->n_bands; i++)
		if (info->bands[i].color == COLOR_ALPHA && ++*n)
			found = i + 1;
	return *n == 1 ? found : 0;
}

/* Is it a band of another name, by the order of the sensor's bands or its description? */
static bool is_something_else(const struct scene *scene, uint32_t index,
			      const struct scene_list *scene_list, const struct options *options)
{
	struct told_bands told;

	scene_tell_bands(&told, scene, scene_list, options);
	for (unsigned i = 0; i < told.n; i++)
		if (told.band[i].index == index)
			return true;
	return false;
}

static void name_alpha(struct band *band)
{
	(void)snprintf(band->name, sizeof(band->name), "alpha");
	if (band->file > 0)
		(void)snprintf(band->name, sizeof(band->name), "alpha_%u", band->file + 1);
	(void)snprintf(band->source, sizeof(band->source), "colour label alpha");
}

static int set_alpha(struct scene *scene, unsigned file, uint32_t index, struct error *err)
{
	struct scene_masks *masks = &scene->masks;
	unsigned slot;

	if (quality_slot(scene, file, index, "alpha", &slot, err))
		return -1;
	if (masks->n_tests == MASK_TESTS_MOST)
		return error_set(err, EX_DATAERR,
				 "%s: masks are more than %d tests; leave out some --mask, or "
				 "--alpha ignore",
				 scene->name, MASK_TESTS_MOST);
	if (!*scene->band[slot].source) /* else a rule reads it, too, and has named it */
		name_alpha(&scene->band[slot]);
	masks->test[masks->n_tests++] =
		(struct mask_test){.slot = (uint8_t)slot,
				   .rule = MASK_RULES_MOST,
				   .reason = REASON_ALPHA,
				   .n = 1,
				   .condition = {{.reason = REASON_ALPHA, .lo = 0, .hi = 0}}};
	return 0;
}

int scene_find_alpha(struct scene *scene, const struct scene_list *scene_list,
		     const struct options *options, struct error *err)
{
	for (unsigned file = 0; file < scene->n_files && options->alpha == ALPHA_AUTO; file++) {
		const struct raster_info *info = &scene->files[file].info;
		unsigned n;
		uint32_t index = labelled_alpha(info, &n);

		if (!n || !holds_bands(scene, file))
			continue;
		if (n > 1)
			scene_note(scene, "%u bands are labelled alpha: none of them masks", n);
		if (!index || is_read(scene, file, index) ||
		    (file == 0 && is_something_else(scene, index, scene_list, options)))
			continue;
		if (set_alpha(scene, file, index, err))
			return -1;
	}
	return 0;
}
