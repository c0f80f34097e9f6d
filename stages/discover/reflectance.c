/*
 * Reflectance: is it known, and what makes it of the numbers that a scene holds. Whole numbers are
 * never reflectance from 0 to 1 as they stand, whatever an option says of them: of all they can be,
 * 0 and 1 alone lie there. What is advised here is run by tests: tests/cli/reflectance.bats.
 */
#include "reflectance.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "bands/name_pattern.h"
#include "scaling_option.h"

/* A picture made of the product: what its rule says is not for such bytes. */
static bool any_bytes(const struct scene *scene, const struct product_rule *rule)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && sample_is_integer(scene->band[slot].type) &&
		    !product_numbers(rule, scene->band[slot].type))
			return true;
	return false;
}

bool is_reflectance(const struct scene *scene, const struct product_rule *rule, bool stated,
		    const struct options *options)
{
	if (options->has_scale)
		return !option_scale_is_large(scene, options);
	if (stated && !options->raw)
		return true;
	if (rule->known && !options->raw && !any_bytes(scene, rule))
		return true;
	return options->assume_reflectance && !any_integers(scene);
}

/* Names that are those of the product: its _MTL.txt is found beside such files alone. */
static bool has_product_id(const char *path)
{
	const char *name = path_name(path);

	return name_matches("L[COTEM]0#_*|L[COTEM]#############*", name, strlen(name));
}

#define C2_NEEDS "Collection 2 surface reflectance needs --scale 0.0000275 --offset -0.2; "

const char *landsat_needs(const struct scene *scene, const char *path)
{
	enum sample_type type = scene_first_band(scene)->type;
	bool id = has_product_id(path);

	if (type == SAMPLE_U16 && id)
		return C2_NEEDS "Level-1 needs the _MTL.txt beside the images and --reflectance";
	if (type == SAMPLE_U16)
		return C2_NEEDS "Level-1 needs the product's names and its _MTL.txt beside them";
	if (type == SAMPLE_I16)
		return "surface reflectance of Collection 1 needs --scale 0.0001";
	return id ? "Level-1 needs the _MTL.txt beside the images and --reflectance" : NULL;
}

/* Of whole numbers whose product has no rule that is known for certain. */
static const char *by_sensor(const struct scene *scene, const struct sensor *sensor,
			     const char *path)
{
	bool landsat =
		sensor && (sensor->rule == SCALE_LANDSAT_SR || sensor->rule == SCALE_LANDSAT_C2);
	const char *remedy = landsat ? landsat_needs(scene, path) : NULL;

	return remedy ? remedy
		      : "pass the --scale (and --offset) that makes them reflectance from 0 to 1, "
			"as the product's description says";
}

const char *reflectance_lack(const struct scene *scene, const struct sensor *sensor,
			     const char *path, const struct product_rule *rule,
			     const struct options *options, char text[REFLECTANCE_LACK_BYTES])
{
	bool integers = any_integers(scene), own = rule->remedy[0] && !any_bytes(scene, rule);
	const char *why = integers && options->assume_reflectance
				  ? "and whole numbers are not it, whatever --assume-reflectance "
				    "says"
				  : "and nothing states the scale";
	const char *remedy = own ? rule->remedy : by_sensor(scene, sensor, path);

	if (option_scale_is_large(scene, options))
		(void)snprintf(text, REFLECTANCE_LACK_BYTES,
			       "and whole numbers times --scale %g are not it: --scale is what "
			       "they are multiplied by, as in 0.0001",
			       options->scale);
	else if (options->raw)
		(void)snprintf(text, REFLECTANCE_LACK_BYTES,
			       "and --raw leaves numbers as they are stored: leave it out");
	else if (integers)
		(void)snprintf(text, REFLECTANCE_LACK_BYTES, "%s: %s", why, remedy);
	else
		(void)snprintf(text, REFLECTANCE_LACK_BYTES,
			       "%s: pass --assume-reflectance if the numbers are reflectance from "
			       "0 to 1; else %s",
			       why, own ? rule->remedy : "--scale and --offset");
	return text;
}
