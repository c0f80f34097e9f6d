/*
 * What a scene lacks of what is to be computed: bands, or that its numbers are reflectance.
 */
#include "scene_build.h"

#include "wishes.h"

uint16_t scene_bands_there(const struct scene *scene, const struct recipe *recipe)
{
	uint16_t has = 0;

	for (unsigned i = 0; i < recipe->n_bands; i++)
		has |= (uint16_t)(scene->has_band[i] << i);
	return has;
}

uint16_t scene_lacks_reflectance(const struct scene *scene, const struct recipe *recipe,
				 uint16_t lacks_bands)
{
	uint16_t lacks = 0;

	for (unsigned v = 0; v < recipe->n_values && !scene->has_reflectance; v++)
		if (recipe->value[v].kind == VALUE_REFLECTANCE && !(lacks_bands >> v & 1))
			lacks |= (uint16_t)(1u << v);
	return lacks;
}

uint16_t scene_lacks(const struct scene *scene, const struct recipe *recipe)
{
	uint16_t lacks_bands = recipe_missing(recipe, scene_bands_there(scene, recipe));

	return lacks_bands | scene_lacks_reflectance(scene, recipe, lacks_bands);
}
