/*
 * Scale and offset: what is applied to stored numbers, and why. Precedence: --raw, option, file
 * metadata, product rule. What products say is in product_rule.c, nodata in fill.c, what users are
 * told in scaling_notes.c.
 */
#include "scaling.h"

#include <stdio.h>

#include "fill.h"
#include "product_rule.h"
#include "scaling_notes.h"
#include "scaling_option.h"

static void set_scale(struct band *band, double scale, double offset, const char *why)
{
	band->scale = scale;
	band->offset = offset;
	snprintf(band->scale_source, sizeof(band->scale_source), "%s", why);
}

static void leave_thermal(struct scene *scene, struct band *band)
{
	set_scale(band, 1, 0, "none: thermal, and the product's rule is for reflectance");
	scene_note(scene,
		   "%s is a thermal band: the product's scale of reflectance is not used for it; "
		   "its numbers are used as stored",
		   band->name);
}

static void scale_band(struct scene *scene, unsigned slot, const struct sensor *sensor,
		       const struct product_rule *rule, const struct options *options)
{
	struct band *band = &scene->band[slot];
	const struct band_info *info = band_file_info(scene, slot);

	if (options->raw)
		set_scale(band, 1, 0, "option --raw: stored numbers");
	else if (options->has_scale)
		set_scale(band, options->scale, options->offset, "option --scale/--offset");
	else if (band_states_scale(info))
		set_scale(band, info->scale, info->offset,
			  info->beside & FACT_SCALE ? "metadata beside the file: .aux.xml"
						    : "file metadata");
	else if (rule->known && band_is_thermal(sensor, band))
		leave_thermal(scene, band);
	else if (rule->known && product_numbers(rule, band->type))
		set_scale(band, rule->scale[slot], rule->offset[slot], rule->why);
	else if (rule->known && sample_is_integer(band->type))
		set_scale(band, 1, 0, "none: 8-bit samples are not the product's numbers");
	else if (rule->known)
		set_scale(band, 1, 0, "none: floating-point samples are taken as reflectance");
	else if (rule->biased)
		set_scale(band, 1, 0, "none: digital numbers as stored, not reflectance");
	else
		set_scale(band, 1, 0, "none stated: stored numbers");
}

static bool any_states_scale(const struct scene *scene)
{
	bool any = false;

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		any = any ||
		      (scene->has_band[slot] && band_states_scale(band_file_info(scene, slot)));
	return any;
}

/* Some bands with a scale of the file's and some without: nobody knows what was meant. */
static int check_stated(const struct scene *scene, struct error *err)
{
	const struct band *with = NULL, *without = NULL;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		if (!scene->has_band[slot])
			continue;
		if (band_states_scale(band_file_info(scene, slot)))
			with = with ? with : &scene->band[slot];
		else
			without = without ? without : &scene->band[slot];
	}
	if (with && without)
		return error_set(err, EX_DATAERR,
				 "%s: file metadata states a scale for %s but not for %s; pass "
				 "--scale and --offset for all bands, or --raw",
				 scene->name, with->name, without->name);
	return 0;
}

/* --reflectance was given, and nobody knows how these numbers become one. */
static int no_reflectance(const struct scene *scene, const char *lack, struct error *err)
{
	return error_set(err, EX_DATAERR, "%s: --reflectance needs reflectance, %s", scene->name,
			 lack);
}

int scaling_apply(struct scene *scene, const struct sensor *sensor, const char *path,
		  const struct options *options, char lack[REFLECTANCE_LACK_BYTES],
		  struct error *err)
{
	struct product_rule rule = product_rule_find(scene, sensor, path, options);
	bool stated = any_states_scale(scene), overridden = options->raw || options->has_scale;

	if (rule.lack)
		return error_errno(
			err, EX_TEMPFAIL, rule.lack,
			"%s: whether it has product metadata, and what they say, cannot be told",
			scene->name);
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot])
			scale_band(scene, slot, sensor, &rule, options);
	fill_apply(scene, sensor, &rule, path, options);
	scene->has_reflectance = is_reflectance(scene, &rule, stated, options);
	*lack = '\0';
	if (!scene->has_reflectance)
		(void)reflectance_lack(scene, sensor, path, &rule, options, lack);
	if (options->reflectance && !scene->has_reflectance)
		return no_reflectance(scene, lack, err);
	if (options->valid_reflectance && !scene->has_reflectance)
		scene_note(scene, "--valid-reflectance masks nothing here: the scale of the "
				  "samples is not known (--scale, --assume-reflectance)");
	if (options->has_scale)
		scaling_option_notes(scene, &rule, options);
	if (options->has_scale && !options->has_offset && !stated)
		scaling_offset_note(scene, sensor, path, &rule, options);
	if (overridden)
		return 0;
	if (stated && check_stated(scene, err))
		return -1;
	scaling_notes(scene, sensor, path, &rule, stated, options);
	return 0;
}
