/*
 * Notes on scale. Each that tells what to pass is followed by a test: tests/oracle/fill.py. All
 * bands are looked at, as one that is not like the others may be any of them.
 */
#include "scaling_notes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reflectance.h"
#include "scene_build.h"
#include "wishes.h"

/* Are these values of the recipe NDVI and no other? */
static bool are_ndvi(const struct recipe *recipe, uint16_t values)
{
	return values && !(values & (values - 1)) &&
	       value_is_ndvi(&recipe->value[__builtin_ctz(values)]);
}

/* Has the scene a band with numbers that may be the product's? */
static bool some_numbers(const struct scene *scene, const struct product_rule *rule)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && product_numbers(rule, scene->band[slot].type))
			return true;
	return false;
}

/* From this day on all products are made by baseline N0400 or newer, which adds 1000. */
#define FIRST_N0400 "2022-01-25"

static bool any_of_type(const struct scene *scene, enum sample_type type)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && scene->band[slot].type == type)
			return true;
	return false;
}

/*
 * Numbers that are hardly reflectance, whatever the sensor: 8 bits hold digital numbers or a
 * picture. Of Landsat, 16 bits without a sign may be Level-1; with one they are not.
 */
static void note_numbers(struct scene *scene, const struct sensor *sensor, const char *path)
{
	bool landsat = sensor && sensor->rule == SCALE_LANDSAT_SR;
	bool bytes = any_of_type(scene, SAMPLE_U8);
	const char *needs = landsat ? landsat_needs(scene, path) : NULL;

	if (!bytes && !(landsat && any_of_type(scene, SAMPLE_U16)))
		return;
	scene_note(scene,
		   "nothing says that these%s are reflectance; of digital numbers a normalised "
		   "difference is biased%s%s",
		   bytes ? " 8-bit numbers" : "", needs ? ": " : "", needs ? needs : "");
}

/* Is band `slot` of whole numbers to which neither the files nor the product give a scale? */
static bool is_unscaled(const struct scene *scene, unsigned slot, const struct sensor *sensor,
			const struct product_rule *rule)
{
	const struct band *band = &scene->band[slot];

	return sample_is_integer(band->type) && !band_states_scale(band_file_info(scene, slot)) &&
	       !(rule->known &&
		 (product_numbers(rule, band->type) || band_is_thermal(sensor, band)));
}

/* Values that are computed, of such bands, and that a factor of them changes. */
static uint16_t values_of_unit(const struct scene *scene, const struct sensor *sensor,
			       const struct product_rule *rule, const struct recipe *recipe)
{
	const uint16_t has = scene_bands_there(scene, recipe);
	uint16_t unscaled = 0, values = 0;

	for (unsigned slot = 0; slot < recipe->n_bands; slot++)
		if ((has >> slot & 1) && is_unscaled(scene, slot, sensor, rule))
			unscaled |= (uint16_t)(1u << slot);
	for (unsigned v = 0; v < recipe->n_values; v++)
		if (recipe->value[v].of_unit && recipe->value[v].kind != VALUE_REFLECTANCE &&
		    !(recipe->value[v].reads & ~has) && (recipe->value[v].reads & unscaled))
			values |= (uint16_t)(1u << v);
	return values;
}

/* What is computed of stored numbers; where the product has a remedy, another note names it. */
static void note_unit(struct scene *scene, const struct product_rule *rule, uint16_t values,
		      const struct options *options)
{
	const struct recipe *recipe = options->recipe;
	char names[80];

	if (!values)
		return;
	scene_note(scene, "%s %s of stored numbers%s; nothing states their scale%s",
		   wishes_first(recipe, values, names, sizeof(names)),
		   values & (values - 1) ? "are" : "is",
		   options->assume_reflectance ? ", whatever --assume-reflectance says" : "",
		   rule->biased && rule->remedy[0] ? "" : ": pass --scale (and --offset)");
}

/* Sentinel-2 that may have 1000 added: what makes it right if it has, and if not. */
static void note_added(struct scene *scene, const struct recipe *recipe, const char *remedy,
		       const char *otherwise)
{
	const uint16_t given = recipe_all(recipe) & (uint16_t)~scene_lacks(scene, recipe);
	char values[80];

	scene_note(scene, "%s, %s %s, and %s makes it right, for such scenes alone. Else %s",
		   strcmp(scene->acquired, FIRST_N0400) >= 0
			   ? "Sentinel-2 since 2022: ESA's files have 1000 added to the values. If "
			     "these have, too"
			   : "Sentinel-2, processing baseline unknown. If it is N0400 or newer and "
			     "1000 is still added to the values",
		   wishes_values(recipe, given, values, sizeof(values)),
		   are_ndvi(recipe, given) ? "is too close to 0" : "will be wrong", remedy,
		   otherwise);
}

/* A product that may need an offset, and nothing that says so. */
static void note_doubt(struct scene *scene, const struct sensor *sensor, const char *path,
		       const struct product_rule *rule, const struct recipe *recipe, bool of_unit)
{
	enum scale_rule of = sensor ? sensor->rule : SCALE_LANDSAT_SR;

	if (!some_numbers(scene, rule))
		note_numbers(scene, sensor, path);
	else if (of == SCALE_SENTINEL2)
		note_added(scene, recipe, "--scale 0.0001 --offset -0.1",
			   of_unit ? "pass --scale 0.0001 --offset 0" : "there is nothing to do");
	else if (of == SCALE_LANDSAT_C2 ||
		 (of == SCALE_LANDSAT_SR && says_landsat_surface(scene, path)))
		scene_note(
			scene,
			"this may be Landsat Collection 2 surface reflectance. If it is, --scale "
			"0.0000275 --offset -0.2 makes it right, for such scenes alone%s",
			of_unit ? "" : ". Else there is nothing to do");
	else
		note_numbers(scene, sensor, path);
}

/* Digital numbers or radiance that are used as they are. */
static void note_bias(struct scene *scene, const struct sensor *sensor,
		      const struct product_rule *rule)
{
	if (!some_numbers(scene, rule))
		return;
	scene_note(scene, "%s, not reflectance: a normalised difference of them is biased%s%s",
		   sensor && sensor->rule == SCALE_RADIANCE ? "numbers are radiance"
							    : "digital numbers",
		   rule->remedy[0] ? "; " : "", rule->remedy);
}

/* One pair of scale and offset for all bands, as --scale and --offset have it. */
static bool one_scale(const struct scene *scene, const struct product_rule *rule, unsigned *first)
{
	*first = (unsigned)(scene_first_band(scene) - scene->band);
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && (rule->scale[slot] != rule->scale[*first] ||
					      rule->offset[slot] != rule->offset[*first]))
			return false;
	return true;
}

static void note_assumed(struct scene *scene, const struct product_rule *rule, unsigned slot)
{
	scene_note(scene,
		   "the name says Landsat Collection 2, so reflectance = stored * %g %+g is "
		   "assumed; if the values are something else, pass --raw, or --scale and --offset",
		   rule->scale[slot], rule->offset[slot]);
}

static void note_floats(struct scene *scene, const struct product_rule *rule)
{
	unsigned first;

	if (one_scale(scene, rule, &first))
		scene_note(scene,
			   "floating-point values are taken as reflectance; if they are still the "
			   "product's integers, pass --scale %g --offset %g",
			   rule->scale[first], rule->offset[first]);
	else
		scene_note(scene, "floating-point values are taken as reflectance; if they are "
				  "still the product's numbers, use its own files");
}

/* Does a band's value depend on whether the rule was used: is there an offset, or a scale each? */
static bool rule_matters(const struct scene *scene, const struct product_rule *rule)
{
	unsigned first;

	return !one_scale(scene, rule, &first) || rule->offset[first] != 0;
}

/* The product's rule is known: was it right to use it, or not to? */
static void note_use(struct scene *scene, const struct product_rule *rule)
{
	bool floats = false, bytes = false;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		enum sample_type type = scene->band[slot].type;

		if (!scene->has_band[slot])
			continue;
		floats = floats || !sample_is_integer(type);
		bytes = bytes || (sample_is_integer(type) && !product_numbers(rule, type));
	}
	if (rule->assumed && some_numbers(scene, rule))
		note_assumed(scene, rule, (unsigned)(scene_first_band(scene) - scene->band));
	if (floats && rule_matters(scene, rule))
		note_floats(scene, rule);
	if (bytes)
		scene_note(scene, "8-bit values cannot be the product's integers, so its scale and "
				  "offset were not used; --scale and --offset override this");
}

/* Do the file's numbers and the rule's differ in where 0 lies? */
static bool disagrees(const struct scene *scene, unsigned slot, const struct product_rule *rule)
{
	const struct band_info *info = band_file_info(scene, slot);
	double shift = info->offset / info->scale;

	return fabs(shift - rule->offset[slot] / rule->scale[slot]) > 1e-6 * fabs(shift) + 1e-6;
}

/* File metadata wins over the product's rule; where they disagree the user should know. */
static void note_disagreement(struct scene *scene, const struct sensor *sensor,
			      const struct product_rule *rule)
{
	char advice[80] = "";
	unsigned slot = 0, first;

	while (slot < SCENE_QA &&
	       (!scene->has_band[slot] || !band_states_scale(band_file_info(scene, slot)) ||
		band_is_thermal(sensor, &scene->band[slot]) || !disagrees(scene, slot, rule)))
		slot++;
	if (slot == SCENE_QA)
		return;
	if (one_scale(scene, rule, &first))
		snprintf(advice, sizeof(advice),
			 "; if that is right, pass --scale %.9g --offset %.9g", rule->scale[first],
			 rule->offset[first]);
	scene_note(
		scene,
		"the file's metadata gives offset %.6g, which was used; the product's rule gives "
		"%.6g%s",
		band_file_info(scene, slot)->offset, rule->offset[slot], advice);
}

/*
 * Copies of Sentinel-2 whose metadata state an offset of -0.1: some have it taken out already
 * ("boa_offset_applied"), and say so elsewhere, or not at all.
 */
static void note_offset_twice(struct scene *scene, const struct sensor *sensor)
{
	const struct band_info *info =
		band_file_info(scene, (unsigned)(scene_first_band(scene) - scene->band));

	if (sensor && sensor->rule == SCALE_SENTINEL2 && info->offset < 0)
		scene_note(scene,
			   "Sentinel-2: the file's offset %.6g was applied. If it was taken out of "
			   "the values before (boa_offset_applied), --scale %.6g --offset 0 makes "
			   "it right. Else there is nothing to do",
			   info->offset, info->scale);
}

void scaling_notes(struct scene *scene, const struct sensor *sensor, const char *path,
		   const struct product_rule *rule, bool stated, const struct options *options)
{
	const struct recipe *recipe = options->recipe;
	uint16_t of_unit = values_of_unit(scene, sensor, rule, recipe);

	note_unit(scene, rule, of_unit, options);
	if (stated && rule->known)
		note_disagreement(scene, sensor, rule);
	else if (stated)
		note_offset_twice(scene, sensor);
	else if (rule->known)
		note_use(scene, rule);
	else if (rule->biased)
		note_bias(scene, sensor, rule);
	else
		note_doubt(scene, sensor, path, rule, recipe, of_unit != 0);
}

/* Landsat Collection 2, by its name or by the scale that it alone has. */
static bool may_be_c2(const struct scene *scene, const struct sensor *sensor, const char *path,
		      const struct product_rule *rule, double scale)
{
	enum scale_rule of = sensor ? sensor->rule : SCALE_LANDSAT_SR;

	return of == SCALE_LANDSAT_C2 || (!rule->known && fabs(scale / 0.0000275 - 1) < 1e-6) ||
	       (of == SCALE_LANDSAT_SR && says_landsat_surface(scene, path));
}

void scaling_offset_note(struct scene *scene, const struct sensor *sensor, const char *path,
			 const struct product_rule *rule, const struct options *options)
{
	char remedy[64];

	if ((rule->known && !rule->assumed) || !some_numbers(scene, rule))
		return;
	(void)snprintf(remedy, sizeof(remedy), "--offset %.9g", -1000 * options->scale);
	if (sensor && sensor->rule == SCALE_SENTINEL2)
		note_added(scene, options->recipe, remedy, "--offset 0 says that there is none");
	else if (may_be_c2(scene, sensor, path, rule, options->scale))
		scene_note(scene, "no --offset is given, and Landsat Collection 2 surface "
				  "reflectance has one: --scale 0.0000275 --offset -0.2. If these "
				  "numbers have none, --offset 0 says so");
}
