/*
 * Which file of a group is which band: of each band that is wished for the best file, by the
 * sensor's order of preference, then by resolution. It reads names only, and makes no scene.
 */
#include "group_key.h"

#include <string.h>

#include "wishes.h"

/* How well a file is the recipe's band i; -1: it is not. A pattern of --bands decides alone. */
static int rank_of(const struct grouping *g, unsigned i, const struct parsed *p,
		   const struct sensor *sensor)
{
	char captured[4];

	if (g->choice[i] && g->choice[i]->pattern)
		return name_capture(g->choice[i]->pattern, p->name, captured, sizeof(captured))
			       ? 0
			       : -1;
	return wish_rank(&g->options->recipe->band[i], &p->token, sensor);
}

bool is_wished(const struct grouping *g, const struct parsed *p, const struct sensor *sensor)
{
	for (unsigned i = 0; i < g->options->recipe->n_bands; i++)
		if (rank_of(g, i, p, sensor) >= 0)
			return true;
	return false;
}

/* The better one stays; of two that are as good ("x_red", "x_B04") nobody knows which. */
static void take(struct choice *choice, unsigned i, uint32_t file, int rank, uint8_t resolution_m)
{
	bool first = !(choice->has >> i & 1);

	if (!first && (rank > choice->rank[i] ||
		       (rank == choice->rank[i] && resolution_m > choice->resolution_m[i])))
		return;
	if (!first && rank == choice->rank[i] && resolution_m == choice->resolution_m[i]) {
		choice->clash[i] = file;
		return;
	}
	choice->has |= (uint16_t)(1u << i);
	choice->file[i] = file;
	choice->clash[i] = NO_FILE;
	choice->rank[i] = (uint8_t)rank;
	choice->resolution_m[i] = resolution_m;
}

/* only_m: files of this resolution alone; 0: all. */
static void choose(const struct grouping *g, const struct group *group, uint8_t only_m,
		   struct choice *choice)
{
	*choice = (struct choice){.has = 0};
	for (uint32_t file = group->file; file != NO_FILE; file = g->next[file]) {
		struct parsed p = name_parse(&g->scene_list->files, file);
		const struct sensor *sensor = p.token.kind == TOKEN_NONE
						      ? NULL
						      : file_sensor(&g->scene_list->files, file);

		if (only_m && p.resolution_m != only_m)
			continue;
		for (unsigned i = 0; i < g->options->recipe->n_bands; i++) {
			int rank = rank_of(g, i, &p, sensor);

			if (rank >= 0)
				take(choice, i, file, rank, p.resolution_m);
		}
	}
}

/* Is one of the bands not the sensor's best, and do they differ in resolution? */
static bool is_makeshift(const struct choice *choice, unsigned n_bands)
{
	bool second = false, mixed = false;
	uint8_t resolution_m = 0;

	for (unsigned i = 0; i < n_bands; i++) {
		if (!(choice->has >> i & 1))
			continue;
		second = second || choice->rank[i] > 0;
		mixed = mixed || (resolution_m && choice->resolution_m[i] != resolution_m);
		resolution_m = choice->resolution_m[i];
	}
	return second && mixed;
}

/*
 * The finest file of each band. But B8A of 20 m does not come beside B04 of 10 m where all bands
 * are there in 20 m: who has no B08 is served better by the folder that is whole.
 */
void group_choose(const struct grouping *g, const struct group *group, struct choice *choice)
{
	static const uint8_t resolutions[] = {10, 20, 60};
	struct choice whole;

	choose(g, group, 0, choice);
	for (size_t i = 0; is_makeshift(choice, g->options->recipe->n_bands) &&
			   i < sizeof(resolutions) / sizeof(resolutions[0]);
	     i++) {
		choose(g, group, resolutions[i], &whole);
		if (whole.has == choice->has)
			*choice = whole;
	}
}

uint8_t choice_finest(const struct choice *choice)
{
	uint8_t finest = 0;

	for (unsigned i = 0; i < RECIPE_MAX_BANDS; i++)
		if ((choice->has >> i & 1) && (!finest || choice->resolution_m[i] < finest))
			finest = choice->resolution_m[i];
	return finest;
}
