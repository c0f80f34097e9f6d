/*
 * Slips with --scale and --offset that the numbers give away: another pair than the product's own,
 * of which one half was forgotten, and an offset in the wrong unit. They are used all the same.
 */
#include "scaling_option.h"

#include <math.h>

#include "band_facts.h"

/* The largest number that whole ones of this type can be; 0: they need not be whole. */
static double largest(enum sample_type type)
{
	return sample_is_integer(type) ? ldexp(1, (int)(8 * sample_size(type))) : 0;
}

bool any_integers(const struct scene *scene)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++)
		if (scene->has_band[slot] && sample_is_integer(scene->band[slot].type))
			return true;
	return false;
}

bool option_scale_is_large(const struct scene *scene, const struct options *options)
{
	return options->has_scale && fabs(options->scale) >= 1 && any_integers(scene);
}

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b));
}

/* Scale and offset that the band has without the options; false: none is known. */
static bool own_of(const struct scene *scene, unsigned slot, const struct product_rule *rule,
		   double *scale, double *offset, const char **whose)
{
	const struct band_info *info = band_file_info(scene, slot);

	if (band_states_scale(info)) {
		*scale = info->scale;
		*offset = info->offset;
		*whose = "file";
		return true;
	}
	*scale = rule->scale[slot];
	*offset = rule->offset[slot];
	*whose = "product";
	return rule->known && !rule->assumed && product_numbers(rule, scene->band[slot].type);
}

static void note_own(struct scene *scene, const struct product_rule *rule,
		     const struct options *options)
{
	for (unsigned slot = 0; slot < SCENE_QA; slot++) {
		const char *whose;
		double scale, offset;

		if (!scene->has_band[slot] || !own_of(scene, slot, rule, &scale, &offset, &whose) ||
		    (near(scale, options->scale) && near(offset, options->offset)))
			continue;
		scene_note(scene,
			   "--scale %.9g --offset %.9g is used in place of the %s's own (--scale "
			   "%.9g --offset %.9g of %s); without these options its own is used",
			   options->scale, options->offset, whose, scale, offset,
			   scene->band[slot].name);
		return;
	}
}

/* Added after the scale, so in its unit: -0.1 where stored numbers have 1000 too much. */
static void note_unit(struct scene *scene, const struct options *options)
{
	double most = largest(scene_first_band(scene)->type), scale = fabs(options->scale),
	       offset = fabs(options->offset);

	if (most == 0 || offset == 0)
		return;
	if (offset > most * scale)
		scene_note(
			scene,
			"--offset is added after --scale, so that %g outweighs all numbers here; "
			"of stored numbers it is --offset %.9g",
			options->offset, options->offset * options->scale);
	else if (offset < scale)
		scene_note(scene,
			   "--offset %g is less than one step of the numbers: it is added after "
			   "--scale, which is %g%s",
			   options->offset, options->scale,
			   options->scale == 1 ? " if it is not given" : "");
}

void scaling_option_notes(struct scene *scene, const struct product_rule *rule,
			  const struct options *options)
{
	note_own(scene, rule, options);
	note_unit(scene, options);
}
