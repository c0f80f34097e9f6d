/*
 * Rules whose numbers stand in a metadata file beside the images: Sentinel-2, Landsat Level-1,
 * Planet's radiance. It knows what the files' readers found, not their form.
 */
#include "product_rule.h"

#include <stdio.h>
#include <string.h>

#include "landsat_mtl.h"
#include "planet_metadata.h"
#include "sentinel2.h"
#include "sentinel2_metadata.h"

/* ESA's band_id: bands in the order 1 ... 8, 8A, 9 ... 12, from 0; SENTINEL2_BANDS: it is not
 * known. */
static unsigned esa_band_id(const char *code)
{
	static const char *const codes[SENTINEL2_BANDS] = {"1", "2",  "3", "4",  "5",  "6", "7",
							   "8", "8A", "9", "10", "11", "12"};
	unsigned id = 0;

	while (id < SENTINEL2_BANDS && strcmp(codes[id], code) != 0)
		id++;
	return id;
}

/*
 * Sentinel-2: reflectance is (DN + offset) / 10000, the offset being -1000 from processing baseline
 * 04.00 on and 0 before (ESA, S2 processing baseline notes).
 */
static struct product_rule rule_of_metadata(struct scene *scene,
					    const struct sentinel2_metadata *metadata)
{
	bool late = metadata->baseline >= 400 && metadata->baseline < 9000;
	struct product_rule rule = {.known = true};

	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		unsigned id = esa_band_id(scene->band[slot].code);
		double add = late ? -1000 : 0;

		if (!scene->has_band[slot])
			continue;
		if (metadata->has_offset &&
		    (id == SENTINEL2_BANDS || !metadata->states_offset[id])) {
			scene_note(scene,
				   "product metadata MTD_MSI%s.xml states offsets, but none for "
				   "%s; it was not used",
				   metadata->level, scene->band[slot].name);
			return (struct product_rule){.known = false};
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

static void name_level(struct scene *scene, const char *level)
{
	if (*level && strcmp(scene->sensor, "Sentinel-2") == 0)
		snprintf(scene->sensor, sizeof(scene->sensor), "Sentinel-2 %s", level);
}

struct product_rule product_rule_sentinel2(struct scene *scene, const char *path)
{
	struct sentinel2_metadata metadata;
	char problem[160];
	bool found = sentinel2_metadata_find(path, &metadata, problem);

	name_level(scene, found ? metadata.level : sentinel2_level(path));
	if (problem[0])
		scene_note(scene, "%s; it was not used", problem);
	return found ? rule_of_metadata(scene, &metadata)
		     : (struct product_rule){.lack = metadata.lack};
}

/* Coefficients of all bands but the thermal ones; the name of one without is in `without`. */
static bool l1_coefficients(const struct scene *scene, const struct sensor *sensor,
			    const struct landsat_mtl *mtl, struct product_rule *rule,
			    const char **without)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		const struct band *band = &scene->band[slot];

		if (!scene->has_band[slot] || band_is_thermal(sensor, band) ||
		    landsat_mtl_scale(mtl, band->code, &rule->scale[slot], &rule->offset[slot]))
			continue;
		*without = band->name;
		return false;
	}
	return true;
}

struct product_rule product_rule_landsat_l1(const struct scene *scene, const struct sensor *sensor,
					    const char *path, bool level1,
					    const struct options *options)
{
	struct product_rule rule = {.eight_bits = true, .biased = true};
	const char *without = "";
	struct landsat_mtl mtl;
	char problem[SIDE_PROBLEM_BYTES];
	bool found = landsat_mtl_find(path, &mtl, problem);
	bool l1_file = found && strncmp(mtl.level, "L1", 2) == 0;

	if (mtl.lack || (!level1 && !l1_file))
		return (struct product_rule){.lack = mtl.lack};
	if (problem[0])
		snprintf(rule.remedy, sizeof(rule.remedy), "%s", problem);
	else if (!found)
		snprintf(rule.remedy, sizeof(rule.remedy),
			 "put the product's _MTL.txt beside the images%s",
			 options->reflectance ? "" : " and pass --reflectance");
	else if (!l1_file && mtl.level[0])
		snprintf(rule.remedy, sizeof(rule.remedy), "%.80s is of level %s", mtl.where,
			 mtl.level);
	else if (!l1_coefficients(scene, sensor, &mtl, &rule, &without))
		snprintf(rule.remedy, sizeof(rule.remedy), "%.60s gives no reflectance of %s",
			 mtl.where, without);
	else if (!options->reflectance)
		snprintf(rule.remedy, sizeof(rule.remedy),
			 "run again with --reflectance (by %.80s)", mtl.where);
	else
		rule.known = true;
	rule.biased = !rule.known;
	snprintf(rule.why, sizeof(rule.why),
		 "option --reflectance: %.80s, top of atmosphere, sun at %.4g degrees", mtl.where,
		 mtl.sun_elevation);
	return rule;
}

/* A file of fewer bands than the metadata speak of may hold any of them. */
static bool radiance_coefficients(const struct scene *scene, const struct planet_metadata *metadata,
				  struct product_rule *rule)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		const struct band *band = &scene->band[slot];

		if (!scene->has_band[slot])
			continue;
		if (scene->files[band->file].info.n_bands < metadata->n ||
		    band->index > metadata->n || !(metadata->coefficient[band->index] > 0))
			return false;
		rule->scale[slot] = metadata->coefficient[band->index];
	}
	return true;
}

struct product_rule product_rule_radiance(const struct scene *scene, const char *path)
{
	struct product_rule rule = {.known = false};
	struct planet_metadata metadata;
	char problem[SIDE_PROBLEM_BYTES];
	bool found = planet_metadata_find(path, &metadata, problem);

	rule.lack = metadata.lack;
	if (problem[0])
		snprintf(rule.remedy, sizeof(rule.remedy), "%s", problem);
	else if (!found)
		snprintf(rule.remedy, sizeof(rule.remedy),
			 "put the product's _metadata.xml beside the image");
	else if (!radiance_coefficients(scene, &metadata, &rule))
		snprintf(rule.remedy, sizeof(rule.remedy),
			 "%.60s is of %u bands, and the image's are not those", metadata.where,
			 metadata.n);
	else
		rule.known = true;
	rule.biased = !rule.known;
	snprintf(rule.why, sizeof(rule.why), "product metadata %.80s, top of atmosphere",
		 metadata.where);
	return rule;
}
