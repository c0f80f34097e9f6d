/*
 * What was seen of a quality band beside the layout that it should have.
 */
#include <stdio.h>

#include "layout_row.h"

unsigned layout_fills(const struct mask_layout *layout, struct mask_condition fill[LAYOUT_FILLS])
{
	unsigned n = 0;

	if (layout->has_fill)
		fill[n++] = layout->fill;
	if (layout->usgs_bits)
		fill[n++] = (struct mask_condition){.lo = 0, .hi = 0};
	return n;
}

bool layout_is_fill(const struct mask_layout *layout, uint32_t x)
{
	struct mask_condition fill[LAYOUT_FILLS];
	unsigned n = layout_fills(layout, fill);
	bool is = false;

	for (unsigned i = 0; i < n; i++) {
		double y = fill[i].bits ? x & fill[i].bits : x;

		is = is || (y >= fill[i].lo && y <= fill[i].hi);
	}
	return is;
}

bool layout_fits(const struct mask_layout *layout, const struct quality_seen *seen, char *problem,
		 unsigned size)
{
	const char *words = seen->n ? layout->cannot_be(seen) : NULL;

	if (words)
		(void)snprintf(problem, size, "holds numbers from %u to %u, which %s has not: %s",
			       seen->least, seen->most, layout->name, words);
	return !words;
}

const char *layout_doubt(const struct mask_layout *layout, const struct quality_seen *seen)
{
	return seen->n && layout->doubt ? layout->doubt(seen) : NULL;
}

/* Does the file's name say that its bits are those of a layout of USGS's, whichever? */
static bool is_usgs(const char *file_name)
{
	const struct mask_layout *l = layout_next(NULL);

	while (l && !(l->usgs_bits && layout_names(l, file_name, NULL)))
		l = layout_next(l);
	return l != NULL;
}

const struct mask_layout *layout_that_fits(const char *file_name, const struct quality_seen *seen)
{
	const struct mask_layout *like = NULL;
	bool usgs = is_usgs(file_name);
	char problem[LAYOUT_PROBLEM_BYTES];

	for (const struct mask_layout *l = layout_next(NULL); l; l = layout_next(l)) {
		if (!layout_fits(l, seen, problem, sizeof(problem)))
			continue;
		if (layout_shares_word(l, file_name))
			return l;
		if (!like && usgs && l->usgs_bits)
			like = l;
	}
	return like;
}
