/*
 * Rules of products: by name here, by metadata in product_metadata.c. It says what a product
 * states; whether that is applied is scaling.c's to decide.
 */
#include "product_rule.h"

#include <stdio.h>

#include "landsat_mtl.h"
#include "planet_metadata.h"
#include "sentinel2.h"
#include "sentinel2_metadata.h"

bool product_numbers(const struct product_rule *rule, enum sample_type type)
{
	return sample_is_integer(type) && (sample_size(type) > 1 || rule->eight_bits);
}

static struct product_rule same_for_all(double scale, double offset)
{
	struct product_rule rule = {.known = true};

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		rule.scale[slot] = scale;
		rule.offset[slot] = offset;
	}
	return rule;
}

static struct product_rule rule_of_baseline(unsigned baseline)
{
	struct product_rule rule = same_for_all(0.0001, baseline >= 400 ? -0.1 : 0);

	snprintf(rule.why, sizeof(rule.why),
		 "product rule: Sentinel-2 baseline %02u.%02u in the name", baseline / 100,
		 baseline % 100);
	return rule;
}

static struct product_rule sentinel2_rule(struct scene *scene, const char *path)
{
	struct product_rule rule = product_rule_sentinel2(scene, path);
	unsigned baseline = sentinel2_baseline(path);

	if (rule.known || rule.lack)
		return rule;
	if (baseline)
		return rule_of_baseline(baseline);
	if (sentinel2_harmonised(path)) {
		rule = same_for_all(0.0001, 0);
		snprintf(rule.why, sizeof(rule.why),
			 "product rule: Sentinel-2, harmonised by its name (offset taken out)");
	} else {
		snprintf(rule.remedy, sizeof(rule.remedy),
			 "put MTD_MSI*.xml beside the images, or pass --scale 0.0001 --offset -0.1 "
			 "(processing baseline N0400 or newer) or --scale 0.0001 --offset 0 "
			 "(older)");
	}
	return rule;
}

static struct product_rule fixed_rule(const struct sensor *sensor)
{
	struct product_rule rule = same_for_all(sensor->scale, sensor->offset);

	rule.assumed = sensor->rule == SCALE_LANDSAT_C2;
	snprintf(rule.why, sizeof(rule.why), "product rule: %.80s", sensor->name);
	return rule;
}

/* Samples as Collection 2 has them; what floating-point ones are is for others to judge. */
static bool as_in_c2(const struct scene *scene)
{
	bool all = true;

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		enum sample_type type = scene->band[slot].type;

		all = all &&
		      (!scene->has_band[slot] || type == SAMPLE_U16 || !sample_is_integer(type));
	}
	return all;
}

struct product_rule product_rule_find(struct scene *scene, const struct sensor *sensor,
				      const char *path, const struct options *options)
{
	const struct product_rule none = {.known = false};

	if (!sensor)
		return none;
	switch (sensor->rule) {
	case SCALE_SENTINEL2:
		return sentinel2_rule(scene, path);
	case SCALE_LANDSAT_C2:
		return as_in_c2(scene) ? fixed_rule(sensor) : none;
	case SCALE_FIXED:
		return fixed_rule(sensor);
	case SCALE_LANDSAT_L1:
		return product_rule_landsat_l1(scene, sensor, path, true, options);
	case SCALE_LANDSAT_SR:
		if (says_landsat_surface(scene, path))
			return none;
		return product_rule_landsat_l1(scene, sensor, path, false, options);
	case SCALE_RADIANCE:
		return product_rule_radiance(scene, path);
	case SCALE_NUMBERS:
		return (struct product_rule){.biased = true, .eight_bits = true};
	}
	return none;
}

int product_rule_names(const struct sensor *sensor, const char *path,
		       const struct side_names *names)
{
	int rc = 0;

	if (!sensor || sensor->rule == SCALE_SENTINEL2)
		rc = sentinel2_metadata_names(path, names);
	if (rc == 0 &&
	    (!sensor || sensor->rule == SCALE_LANDSAT_L1 || sensor->rule == SCALE_LANDSAT_SR))
		rc = landsat_mtl_names(path, names);
	if (rc == 0 && sensor && sensor->rule == SCALE_RADIANCE)
		rc = planet_metadata_names(path, names);
	return rc;
}
