/*
 * Bands that are written as maps: the recipe asks for them, whether a value reads them or not.
 */
#include "maker.h"

#include <string.h>

#include "bands/names.h"

static int add_one(struct maker *m, const char *word, size_t length, struct error *err)
{
	struct band_wish wish;
	unsigned slot;

	if (!length)
		return error_set(err, EX_USAGE, "there is an empty place in the list");
	if (band_wish_parse(word, length, &wish, err))
		return -1;
	for (unsigned i = 0; i < m->n_kept; i++)
		if (band_wish_equal(&m->kept[i], &wish))
			return error_set(err, EX_USAGE, "%s is asked for twice", wish.text);
	if (recipe_add_band(m->recipe, &wish, &slot, err))
		return -1;
	m->kept[m->n_kept++] = wish;
	return 0;
}

int kept_add(struct maker *m, const char *list, struct error *err)
{
	for (const char *at = list; at; at++) {
		size_t length = strcspn(at, ",");

		if (add_one(m, at, length, err))
			return error_prefix(err, "--bands-output %.100s", list);
		at += length;
		if (!*at)
			break;
	}
	return 0;
}

void kept_mark(struct maker *m)
{
	struct recipe *recipe = m->recipe;

	for (unsigned i = 0; i < recipe->n_bands; i++)
		for (unsigned k = 0; k < m->n_kept; k++)
			if (band_wish_equal(&recipe->band[i], &m->kept[k]))
				recipe->kept |= (uint16_t)(1u << i);
}
