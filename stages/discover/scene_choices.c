/*
 * What is odd about --bands, said with each scene: names that nothing reads, and one band under two
 * names.
 */
#include <string.h>

#include "scene_build.h"
#include "wishes.h"

static bool is_read(const struct options *options, const struct band_choice *choice)
{
	const struct recipe *recipe = options->recipe;

	for (unsigned i = 0; i < recipe->n_bands; i++)
		if (wish_choice(options, &recipe->band[i]) == choice)
			return true;
	return false;
}

static bool is_same(const struct band_choice *a, const struct band_choice *b)
{
	if (a->pattern || b->pattern)
		return a->pattern && b->pattern && strcmp(a->pattern, b->pattern) == 0;
	return a->index == b->index;
}

void scene_note_choices(struct scene *scene, const struct options *options)
{
	char why[MISSING_TEXT_BYTES];

	if (scene_missing_maps(scene, options->recipe, why, sizeof(why)))
		scene_note(scene, "%s", why);
	for (unsigned i = 0; i < options->n_bands; i++) {
		const struct band_choice *choice = &options->bands[i];

		if (!is_read(options, choice)) {
			scene_note(scene,
				   "--bands names %s, which no index that is asked for reads",
				   choice->name);
			continue;
		}
		for (unsigned j = 0; j < i; j++)
			if (is_same(choice, &options->bands[j]) &&
			    is_read(options, &options->bands[j]))
				scene_note(scene, "--bands makes %s and %s the same band",
					   options->bands[j].name, choice->name);
	}
}
