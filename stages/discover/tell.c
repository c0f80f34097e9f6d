/*
 * All bands that names and descriptions tell of a scene, whatever the recipe asks for: for those
 * who want to know what could be computed. It reads no file.
 */
#include "scene_list.h"

#include <stdio.h>
#include <string.h>

#include "bands.h"
#include "bands/names.h"
#include "entries.h"
#include "group.h"
#include "group_key.h"
#include "wishes.h"

/* Files of one scene stand near each other in the list: so many before and behind are looked at. */
enum { NEIGHBOURS = 256 };

static void tell(struct told_bands *told, enum band_name name, const char *source)
{
	struct told_band *band = &told->band[told->n++];

	told->names |= 1u << name;
	band->name = name;
	snprintf(band->word, sizeof(band->word), "%s", band_name_word(name));
	snprintf(band->source, sizeof(band->source), "%s", source);
}

/* A recipe of the names from `first` on, as many as it holds. */
static struct recipe recipe_of_names(enum band_name first)
{
	struct recipe recipe = {.n_values = 1};

	for (enum band_name name = first; name < N_BAND_NAMES && recipe.n_bands < RECIPE_MAX_BANDS;
	     name++)
		recipe.band[recipe.n_bands++] = band_wish_named(name);
	recipe.value[0].reads = 1;
	return recipe;
}

/* The band is told already, by the name that it has: it stands in for this one. */
static bool stands_in(const struct told_bands *told, const struct scene *scene, unsigned slot)
{
	char place[24];

	snprintf(place, sizeof(place), "band %u, ", scene->band[slot].index);
	for (unsigned i = 0; i < told->n; i++)
		if (strncmp(told->band[i].source, place, strlen(place)) == 0)
			return true;
	return false;
}

/* The bands of a stack, looked for as ever; that the first of them is missing is no matter. */
static void tell_stack(struct told_bands *told, const struct scene *scene,
		       const struct sensor *sensor, const struct sensor *by_stem,
		       const struct options *options)
{
	enum band_name first = NAME_NONE + 1;

	while (first < N_BAND_NAMES) {
		struct recipe recipe = recipe_of_names(first);
		struct options asked = *options;
		struct scene copy = {.n_files = 1, .files = {scene->files[0]}};
		struct error err;

		asked.recipe = &recipe;
		(void)!bands_find(&copy, sensor, by_stem, &asked, &err);
		for (unsigned i = 0; i < recipe.n_bands; i++) {
			char source[sizeof(told->band[0].source)];

			if (!copy.band[i].index || stands_in(told, &copy, i))
				continue;
			snprintf(source, sizeof(source), "band %u, %.90s", copy.band[i].index,
				 copy.band[i].source);
			tell(told, recipe.band[i].name, source);
		}
		first += recipe.n_bands;
	}
}

/* The best file among the neighbours that is this band; NO_FILE: none is. */
static uint32_t best_file(const struct file_list *files, uint32_t first, enum band_name name)
{
	const struct band_wish wish = band_wish_named(name);
	struct parsed of = name_parse(files, first);
	uint32_t from = first > NEIGHBOURS ? first - NEIGHBOURS : 0, best = NO_FILE;
	int best_rank = WISH_STAND_IN;
	uint8_t best_m = 0;

	for (uint32_t file = from; file < files->n && file < first + NEIGHBOURS; file++) {
		struct parsed p = name_parse(files, file);
		int rank;

		if (!p.token.kind || !same_family(&of, &p))
			continue;
		rank = wish_rank(&wish, &p.token, file_sensor(files, file));
		if (rank < 0 || rank > best_rank || rank >= WISH_STAND_IN ||
		    (rank == best_rank && best != NO_FILE && p.resolution_m >= best_m))
			continue;
		best = file;
		best_rank = rank;
		best_m = p.resolution_m;
	}
	return best;
}

static void tell_files(struct told_bands *told, const struct file_list *files, uint32_t first)
{
	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++) {
		uint32_t file = best_file(files, first, name);

		if (file != NO_FILE)
			tell(told, name, file_list_name(files, file));
	}
}

void scene_tell_bands(struct told_bands *told, const struct scene *scene,
		      const struct scene_list *scene_list, const struct options *options)
{
	const struct entry *entry = &scene_list->entry[scene->id];
	uint32_t first = entry_first(scene_list, entry);
	const char *base = file_list_name(&scene_list->files, first);

	*told = (struct told_bands){.n = 0};
	if (entry->kind == ENTRY_FAILED)
		return;
	if (scene->n_files && scene->files[0].info.bands && scene->files[0].info.n_bands > 1)
		tell_stack(told, scene, file_sensor(&scene_list->files, first),
			   sensor_find(base, name_stem(base), NULL), options);
	else if (!options->n_bands)
		tell_files(told, &scene_list->files, first);
}
