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

static void tell(struct told_bands *told, enum band_name name, uint32_t index, const char *source)
{
	struct told_band *band = &told->band[told->n++];

	told->names |= 1u << name;
	band->name = name;
	band->index = index;
	snprintf(band->word, sizeof(band->word), "%s", band_name_word(name));
	snprintf(band->source, sizeof(band->source), "%s", source);
}

/*
 * What most indices read comes first: where ranges of names overlap, a band is told by the name
 * that a run would find it by.
 */
static const enum band_name asked[] = {
	NAME_RED,        NAME_NIR,    NAME_GREEN,  NAME_BLUE,   NAME_COASTAL,    NAME_GREEN05,
	NAME_YELLOW,     NAME_NIR08,  NAME_NIR09,  NAME_CIRRUS, NAME_REDEDGE071, NAME_REDEDGE075,
	NAME_REDEDGE078, NAME_SWIR16, NAME_SWIR22, NAME_LWIR11, NAME_LWIR12,     NAME_PAN,
};
enum { N_ASKED = sizeof(asked) / sizeof(asked[0]) };
_Static_assert(N_ASKED == N_BAND_NAMES - NAME_NONE - 1, "every name is asked for");

/* A recipe of the names from `first` on, as many as it holds. */
static struct recipe recipe_of_names(unsigned first)
{
	struct recipe recipe = {.n_values = 1};

	for (unsigned i = first; i < N_ASKED && recipe.n_bands < RECIPE_MAX_BANDS; i++)
		recipe.band[recipe.n_bands++] = band_wish_named(asked[i]);
	recipe.value[0].reads = 1;
	return recipe;
}

/* The band is told already, by the name that it has: it stands in for this one. */
static bool stands_in(const struct told_bands *told, const struct band *band)
{
	for (unsigned i = 0; i < told->n; i++)
		if (told->band[i].index == band->index)
			return true;
	return false;
}

/* Each name's band of a stack, looked for as ever; that the first of them is missing is no matter.
 */
static void find_names(struct band found[N_BAND_NAMES], const struct scene *scene,
		       const struct sensor *sensor, const struct sensor *by_stem,
		       const struct options *options)
{
	unsigned first = 0;

	while (first < N_ASKED) {
		struct recipe recipe = recipe_of_names(first);
		struct options of_names = *options;
		struct scene copy = {.n_files = 1, .files = {scene->files[0]}};
		struct error err;

		of_names.recipe = &recipe;
		(void)!bands_find(&copy, sensor, by_stem, &of_names, &err);
		for (unsigned i = 0; i < recipe.n_bands; i++)
			found[recipe.band[i].name] = copy.band[i];
		first += recipe.n_bands;
	}
}

static void tell_stack(struct told_bands *told, const struct scene *scene,
		       const struct sensor *sensor, const struct sensor *by_stem,
		       const struct options *options)
{
	struct band found[N_BAND_NAMES] = {{.index = 0}};
	char source[sizeof(told->band[0].source)];

	find_names(found, scene, sensor, by_stem, options);
	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++) {
		if (!found[name].index || stands_in(told, &found[name]))
			continue;
		snprintf(source, sizeof(source), "band %u, %.90s", found[name].index,
			 found[name].source);
		tell(told, name, found[name].index, source);
	}
}

/* The best file for a band so far; NO_FILE: none. */
struct best {
	uint32_t file;
	int rank;
	uint8_t resolution_m;
};

static void weigh(struct best *best, enum band_name name, uint32_t file, const struct parsed *p,
		  const struct sensor *sensor)
{
	const struct band_wish wish = band_wish_named(name);
	int rank = wish_rank(&wish, &p->token, sensor);

	if (rank < 0 || rank > best->rank || rank >= WISH_STAND_IN ||
	    (rank == best->rank && best->file != NO_FILE && p->resolution_m >= best->resolution_m))
		return;
	*best = (struct best){file, rank, p->resolution_m};
}

/* The best neighbour for each band: every name is taken apart once. */
static void tell_files(struct told_bands *told, const struct file_list *files, uint32_t first)
{
	struct parsed of = name_parse(files, first);
	uint32_t file = first > NEIGHBOURS ? first - NEIGHBOURS : 0;
	struct best best[N_BAND_NAMES];

	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++)
		best[name] = (struct best){.file = NO_FILE, .rank = WISH_STAND_IN};
	for (; file < files->n && file < first + NEIGHBOURS; file++) {
		struct parsed p = name_parse(files, file);
		const struct sensor *sensor;

		if (!p.token.kind || !same_family(&of, &p))
			continue;
		sensor = file_sensor(files, file);
		for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++)
			weigh(&best[name], name, file, &p, sensor);
	}
	for (enum band_name name = NAME_NONE + 1; name < N_BAND_NAMES; name++)
		if (best[name].file != NO_FILE)
			tell(told, name, 0, file_list_name(files, best[name].file));
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
