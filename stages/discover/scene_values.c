/*
 * Which values a scene gives, once its bands are found: what stored numbers mean decides that, too.
 * What no value reads is dropped, bands and files. It knows no grid.
 */
#include "scene_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bands.h"
#include "scaling.h"
#include "wishes.h"

/* "EVI needs", "EVI and 2 others need". */
static void who_needs(const struct recipe *recipe, uint16_t values, char *text, size_t size)
{
	char names[80];

	(void)snprintf(text, size, "%s %s", wishes_first(recipe, values, names, sizeof(names)),
		       values & (values - 1) ? "need" : "needs");
}

static int refuse(const struct scene *scene, const struct recipe *recipe, uint16_t unscaled,
		  const char *lack, struct error *err)
{
	char why[MISSING_TEXT_BYTES];

	for (unsigned v = 0; v < recipe->n_values; v++) {
		if (unscaled >> v & 1)
			return error_set(err, EX_DATAERR, "%s: %s needs reflectance, %s",
					 scene->name, recipe->value[v].name, lack);
		if (scene_missing_reason(scene, recipe, v, why, sizeof(why)))
			return error_set(err, EX_DATAERR, "%s: %s %s", scene->name,
					 recipe->value[v].name, why);
	}
	if (scene_missing_maps(scene, recipe, why, sizeof(why)))
		return error_set(err, EX_DATAERR, "%s: %s", scene->name, why);
	return 0;
}

/* What the scene cannot give, by its bands and what is known of their scale (lack: not enough). */
static int set_missing(struct scene *scene, const struct options *options, const char *lack,
		       struct error *err)
{
	const struct recipe *recipe = options->recipe;
	uint16_t lacks_bands = recipe_missing(recipe, scene_bands_there(scene, recipe));
	uint16_t unscaled = scene_lacks_reflectance(scene, recipe, lacks_bands);
	char who[64];

	scene->missing = lacks_bands | unscaled;
	if (scene->missing == recipe_all(recipe) ||
	    (options->on_missing != MISSING_NULL && scene_is_incomplete(scene, recipe)))
		return refuse(scene, recipe, unscaled, lack, err);
	if (unscaled) {
		who_needs(recipe, unscaled, who, sizeof(who));
		scene_note(scene, "%s reflectance, %s", who, lack);
	}
	return 0;
}

static bool is_file_used(const struct scene *scene, unsigned file)
{
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot] && scene->band[slot].file == file)
			return true;
	return false;
}

static void drop_file(struct scene *scene, unsigned file)
{
	free(scene->files[file].path);
	raster_info_release(&scene->files[file].info);
	scene->n_files--;
	memmove(&scene->files[file], &scene->files[file + 1],
		(scene->n_files - file) * sizeof(scene->files[0]));
	memset(&scene->files[scene->n_files], 0, sizeof(scene->files[0]));
	for (unsigned slot = 0; slot < SCENE_MAX_BANDS; slot++)
		if (scene->has_band[slot] && scene->band[slot].file > file)
			scene->band[slot].file--;
}

void scene_drop_unused_files(struct scene *scene)
{
	for (unsigned file = scene->n_files; file-- > 0;)
		if (!is_file_used(scene, file))
			drop_file(scene, file);
}

/* Bands that only values read which the scene does not give, for want of a scale. */
static void drop_unread(struct scene *scene, const struct recipe *recipe)
{
	uint16_t used = recipe_used(recipe, scene_bands_there(scene, recipe), scene->missing);

	for (unsigned slot = 0; slot < recipe->n_bands; slot++) {
		if (!scene->has_band[slot] || (used >> slot & 1))
			continue;
		scene->unread |= (uint16_t)(1u << slot);
		scene->has_band[slot] = false;
		free(scene->band[slot].path);
		scene->band[slot] = (struct band){.index = 0};
	}
	scene_drop_unused_files(scene);
}

int scene_set_values(struct scene *scene, const struct sensor *sensor,
		     const struct options *options, struct error *err)
{
	const struct scene_file *first = &scene->files[scene_first_band(scene)->file];
	char *path = path_absolute(first->path), lack[REFLECTANCE_LACK_BYTES];
	int rc;

	if (!path)
		return error_memory(err, "a path", 0);
	rc = scaling_apply(scene, sensor ? sensor : bands_sensor(&first->info), path, options, lack,
			   err);
	free(path);
	if (rc || set_missing(scene, options, lack, err))
		return -1;
	drop_unread(scene, options->recipe);
	return 0;
}
