/*
 * Scale, offset and nodata: what is applied to stored numbers, and why. Precedence: --raw, option,
 * file metadata, product rule; a rule is used only on positive evidence (a product's metadata or
 * its name), never by a date.
 */
#include "scaling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "sentinel2.h"
#include "sentinel2_metadata.h"
#include "wishes.h"

/* What the product says, band by band of the recipe. */
struct rule {
	bool known;
	bool assumed; /* from a name that may also be of something made from the product */
	double scale[SCENE_QA], offset[SCENE_QA];
	bool has_fill; /* the product defines a nodata value */
	double fill;
	char why[160];
};

static const struct band_info *file_band(const struct scene *scene, unsigned slot)
{
	const struct band *band = &scene->band[slot];

	return &scene->files[band->file].info.bands[band->index - 1];
}

static unsigned first_slot(const struct scene *scene)
{
	return (unsigned)(scene_first_band(scene) - scene->band);
}

static bool is_integer(enum sample_type type)
{
	return type != SAMPLE_F32 && type != SAMPLE_F64;
}

/*
 * Can these be a product's digital numbers? Those have 12 to 16 bits; in 8 they are a picture made
 * from it.
 */
static bool may_be_numbers(enum sample_type type)
{
	return is_integer(type) && sample_size(type) > 1;
}

static struct rule same_for_all(double scale, double offset)
{
	struct rule rule = {.known = true};

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		rule.scale[slot] = scale;
		rule.offset[slot] = offset;
	}
	return rule;
}

enum { ESA_BANDS = 13 };

/* ESA's band_id: bands in the order 1 ... 8, 8A, 9 ... 12, from 0; ESA_BANDS: it is not known. */
static unsigned esa_band_id(const char *code)
{
	static const char *const codes[ESA_BANDS] = {"1", "2",  "3", "4",  "5",  "6", "7",
						     "8", "8A", "9", "10", "11", "12"};
	unsigned id = 0;

	while (id < ESA_BANDS && strcmp(codes[id], code) != 0)
		id++;
	return id;
}

/*
 * Sentinel-2: reflectance is (DN + offset) / 10000, the offset being -1000 from processing baseline
 * 04.00 on and 0 before (ESA, S2 processing baseline notes); DN 0 is "no data" in both.
 */
static struct rule rule_of_metadata(struct scene *scene, const struct sentinel2_metadata *metadata)
{
	bool late = metadata->baseline >= 400 && metadata->baseline < 9000;
	struct rule rule = {.known = true, .has_fill = true, .fill = 0};

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		unsigned id = esa_band_id(scene->band[slot].code);
		double add = late ? -1000 : 0;

		if (!scene->has_band[slot])
			continue;
		if (metadata->has_offset && (id == ESA_BANDS || !metadata->states_offset[id])) {
			scene_note(scene,
				   "product metadata MTD_MSI%s.xml states offsets, but none for "
				   "%s; it was not used",
				   metadata->level, scene->band[slot].name);
			return (struct rule){.known = false};
		}
		if (metadata->has_offset)
			add = metadata->add_offset[id];
		rule.scale[slot] = 1 / metadata->quantification;
		rule.offset[slot] = add / metadata->quantification;
	}
	snprintf(rule.why, sizeof(rule.why), "product metadata %s, baseline %02u.%02u",
		 metadata->where, metadata->baseline / 100 % 100, metadata->baseline % 100);
	return rule;
}

static struct rule rule_of_baseline(unsigned baseline)
{
	struct rule rule = same_for_all(0.0001, baseline >= 400 ? -0.1 : 0);

	rule.has_fill = true;
	snprintf(rule.why, sizeof(rule.why),
		 "product rule: Sentinel-2 baseline %02u.%02u in the name", baseline / 100,
		 baseline % 100);
	return rule;
}

static void name_level(struct scene *scene, const char *level)
{
	if (*level && strcmp(scene->sensor, "Sentinel-2") == 0)
		snprintf(scene->sensor, sizeof(scene->sensor), "Sentinel-2 %s", level);
}

static struct rule sentinel2_rule(struct scene *scene, const char *path)
{
	struct rule rule = {.known = false};
	unsigned baseline = sentinel2_baseline(path);
	struct sentinel2_metadata metadata;
	char problem[160];
	bool found = sentinel2_metadata_find(path, &metadata, problem);

	name_level(scene, found ? metadata.level : sentinel2_level(path));
	if (problem[0])
		scene_note(scene, "%s; it was not used", problem);
	if (found)
		rule = rule_of_metadata(scene, &metadata);
	if (rule.known)
		return rule;
	if (baseline)
		return rule_of_baseline(baseline);
	if (sentinel2_harmonised(path)) {
		rule = same_for_all(0.0001, 0);
		snprintf(rule.why, sizeof(rule.why),
			 "product rule: Sentinel-2, harmonised by its name (offset taken out)");
	}
	return rule;
}

static struct rule fixed_rule(const struct sensor *sensor)
{
	struct rule rule = same_for_all(sensor->scale, sensor->offset);

	rule.has_fill = sensor->has_fill;
	rule.fill = sensor->fill;
	rule.assumed = sensor->rule == SCALE_LANDSAT_C2;
	snprintf(rule.why, sizeof(rule.why), "product rule: %.80s", sensor->name);
	return rule;
}

/* Samples as Collection 2 has them; floating-point ones are for scale_band() to judge. */
static bool as_in_c2(const struct scene *scene)
{
	bool all = true;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		enum sample_type type = scene->band[slot].type;

		all = all && (!scene->has_band[slot] || type == SAMPLE_U16 || !is_integer(type));
	}
	return all;
}

static struct rule product_rule(struct scene *scene, const struct sensor *sensor, const char *path)
{
	struct rule none = {.known = false};

	if (!sensor)
		return none;
	switch (sensor->rule) {
	case SCALE_SENTINEL2:
		return sentinel2_rule(scene, path);
	case SCALE_LANDSAT_C2:
		return as_in_c2(scene) ? fixed_rule(sensor) : none;
	case SCALE_FIXED:
		return fixed_rule(sensor);
	case SCALE_LANDSAT_SR:
	case SCALE_NUMBERS:
	case SCALE_NONE:
		break;
	}
	return none;
}

static bool states_scale(const struct band_info *info)
{
	return info->has_scale && isfinite(info->scale) && info->scale != 0 &&
	       isfinite(info->offset) && (info->scale != 1 || info->offset != 0);
}

static void set_scale(struct band *band, double scale, double offset, const char *why)
{
	band->scale = scale;
	band->offset = offset;
	snprintf(band->scale_source, sizeof(band->scale_source), "%s", why);
}

/* A product's rule of reflectance is not that of its temperatures. */
static bool is_thermal(const struct sensor *sensor, const struct band *band)
{
	enum band_name name = sensor ? sensor_name_of(sensor, band->code) : NAME_NONE;

	return name == NAME_LWIR11 || name == NAME_LWIR12;
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
		       const struct rule *rule, const struct options *options)
{
	struct band *band = &scene->band[slot];
	const struct band_info *info = file_band(scene, slot);

	if (options->raw)
		set_scale(band, 1, 0, "option --raw: stored numbers");
	else if (options->has_scale)
		set_scale(band, options->scale, options->offset, "option --scale/--offset");
	else if (states_scale(info))
		set_scale(band, info->scale, info->offset, "file metadata");
	else if (rule->known && is_thermal(sensor, band))
		leave_thermal(scene, band);
	else if (rule->known && may_be_numbers(band->type))
		set_scale(band, rule->scale[slot], rule->offset[slot], rule->why);
	else if (rule->known && is_integer(band->type))
		set_scale(band, 1, 0, "none: 8-bit samples are not the product's numbers");
	else if (rule->known)
		set_scale(band, 1, 0, "none: floating-point samples are taken as reflectance");
	else if (sensor && sensor->rule == SCALE_NUMBERS)
		set_scale(band, 1, 0, "none: digital numbers as stored, not reflectance");
	else
		set_scale(band, 1, 0, "none stated: stored numbers");
}

/* Do names or the band's description speak of Landsat surface reflectance of any collection? */
static bool says_surface(const struct scene *scene, const char *path)
{
	const char *part = sentinel2_own_part(path);

	return name_holds(file_band(scene, first_slot(scene))->description, "SR_B") ||
	       name_holds(part, "_SR_B") || name_holds(part, "_L2SP_") ||
	       name_holds(part, "_L2SR_");
}

static bool is_ndvi(const struct recipe *recipe)
{
	return recipe->n_values == 1 && strcmp(recipe->value[0].name, "ndvi") == 0;
}

/* A product that may need an offset, and nothing that says so. */
static void note_doubt(struct scene *scene, const struct sensor *sensor, const char *path,
		       const struct recipe *recipe)
{
	char values[80];
	enum scale_rule rule = sensor ? sensor->rule : SCALE_LANDSAT_SR;

	if (!may_be_numbers(scene_first_band(scene)->type))
		return;
	if (rule == SCALE_SENTINEL2)
		scene_note(
			scene,
			"Sentinel-2, processing baseline unknown. If it is N0400 or newer and 1000 "
			"is still added to the values, %s %s: run again with --scale 0.0001 "
			"--offset -0.1 --nodata 0. If not, there is nothing to do",
			wishes_values(recipe, values, sizeof(values)),
			is_ndvi(recipe) ? "is too close to 0" : "will be wrong");
	else if (rule == SCALE_LANDSAT_C2 ||
		 (rule == SCALE_LANDSAT_SR && says_surface(scene, path)))
		scene_note(scene, "this may be Landsat Collection 2 surface reflectance. If it is, "
				  "run again with --scale 0.0000275 --offset -0.2 --nodata 0. If "
				  "not, there is nothing to do");
}

/* The product's rule is known: was it right to use it, or not to? */
static void note_use(struct scene *scene, const struct rule *rule)
{
	enum sample_type type = scene_first_band(scene)->type;

	if (may_be_numbers(type) && rule->assumed)
		scene_note(scene,
			   "the name says Landsat Collection 2, so reflectance = stored * %g %+g "
			   "is assumed; if the values are something else, pass --raw, or --scale "
			   "and --offset",
			   rule->scale[first_slot(scene)], rule->offset[first_slot(scene)]);
	else if (!is_integer(type) && rule->offset[first_slot(scene)] != 0)
		scene_note(scene,
			   "floating-point values are taken as reflectance; if they are still the "
			   "product's integers, pass --scale %g --offset %g",
			   rule->scale[first_slot(scene)], rule->offset[first_slot(scene)]);
	else if (is_integer(type) && !may_be_numbers(type))
		scene_note(scene, "8-bit values cannot be the product's integers, so its scale and "
				  "offset were not used; --scale and --offset override this");
}

/* File metadata wins over the product's rule; where they disagree the user should know. */
static void note_disagreement(struct scene *scene, const struct rule *rule)
{
	const struct band_info *info = file_band(scene, first_slot(scene));
	double shift = info->offset / info->scale;

	if (rule->known && states_scale(info) &&
	    fabs(shift - rule->offset[first_slot(scene)] / rule->scale[first_slot(scene)]) >
		    1e-6 * fabs(shift) + 1e-6)
		scene_note(scene,
			   "the file's metadata gives offset %.6g, which was used; the product's "
			   "rule gives %.6g; --scale and --offset override both",
			   info->offset, rule->offset[first_slot(scene)]);
}

/*
 * A file that lost its nodata tag: the product's own value for pixels without data is used, as an
 * offset would turn these into plausible reflectances.
 */
static bool use_fill(struct scene *scene, unsigned slot, const struct rule *rule)
{
	struct band *band = &scene->band[slot];

	if (!rule->known || !rule->has_fill || !may_be_numbers(band->type) ||
	    !sample_holds(band->type, rule->fill, &band->nodata))
		return false;
	if (slot == first_slot(scene))
		scene_note(scene, "the file states no nodata; %g is used by the product's rule",
			   rule->fill);
	return true;
}

static void set_nodata(struct scene *scene, unsigned slot, const struct rule *rule,
		       const struct options *options)
{
	struct band *band = &scene->band[slot];
	const struct band_info *info = file_band(scene, slot);
	double value = options->has_nodata ? options->nodata : info->nodata;

	band->has_nodata = false;
	if (!options->has_nodata && !info->has_nodata) {
		band->has_nodata = !options->raw && use_fill(scene, slot, rule);
		return;
	}
	band->has_nodata = sample_holds(band->type, value, &band->nodata);
	if (!band->has_nodata)
		scene_note(scene, "nodata %g of %s cannot occur in %s samples: none is used", value,
			   scene->band[slot].name, sample_name(band->type));
}

static bool any_states_scale(const struct scene *scene)
{
	bool any = false;

	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		any = any || (scene->has_band[slot] && states_scale(file_band(scene, slot)));
	return any;
}

/* Some bands with a scale of the file's and some without: nobody knows what was meant. */
static int check_stated(const struct scene *scene, struct error *err)
{
	const struct band *with = NULL, *without = NULL;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		if (!scene->has_band[slot])
			continue;
		if (states_scale(file_band(scene, slot)))
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

/* Are the numbers, scaled as they are now, reflectance from 0 to 1? */
static bool is_reflectance(const struct scene *scene, const struct rule *rule, bool stated,
			   const struct options *options)
{
	bool known = !options->raw && (options->has_scale || stated || rule->known);

	for (unsigned slot = 0; slot < SCENE_QA && known; slot++)
		/* Of 8 bits they are a picture made from the product. */
		if (scene->has_band[slot] && !options->has_scale && !stated &&
		    is_integer(scene->band[slot].type) && !may_be_numbers(scene->band[slot].type))
			known = false;
	return known || options->assume_reflectance;
}

int scaling_apply(struct scene *scene, const struct sensor *sensor, const char *path,
		  const struct options *options, struct error *err)
{
	struct rule rule = product_rule(scene, sensor, path);
	bool stated = any_states_scale(scene), overridden = options->raw || options->has_scale;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		if (!scene->has_band[slot])
			continue;
		scale_band(scene, slot, sensor, &rule, options);
		set_nodata(scene, slot, &rule, options);
	}
	scene->has_reflectance = is_reflectance(scene, &rule, stated, options);
	if (options->valid_reflectance && !scene->has_reflectance)
		scene_note(scene, "--valid-reflectance masks nothing here: the scale of the "
				  "samples is not known (--scale, --assume-reflectance)");
	if (overridden)
		return 0;
	if (stated && check_stated(scene, err))
		return -1;
	if (stated)
		note_disagreement(scene, &rule);
	else if (rule.known)
		note_use(scene, &rule);
	else
		note_doubt(scene, sensor, path, options->recipe);
	return 0;
}
