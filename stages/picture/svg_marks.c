/*
 * Marks on the x axis of a plot: their labels stand above it, where no curve is, each in the lowest
 * row that is free.
 */
#include "svg.h"

#include <math.h>

enum { SIZE_TENTHS = 105, BESIDE = 5, APART = 8 };

/* Where the label of a mark lies. */
struct place {
	double at, from, to;
	bool left; /* of its line */
	unsigned row;
};

static bool is_shown(const struct svg_axis *axis, double at)
{
	return isfinite(at) && at >= axis->from - 0.5 && at <= axis->to + 0.5;
}

static struct place place_of(const struct svg_axis *axis, const struct svg_mark *mark)
{
	double width = svg_text_width(mark->label, SIZE_TENTHS / 10.0) + BESIDE;
	struct place place = {.at = svg_at(axis, mark->x)};

	place.left = place.at + width > axis->to && place.at - width >= axis->from;
	place.from = place.left ? place.at - width : place.at;
	place.to = place.left ? place.at : place.at + width;
	return place;
}

static bool apart(const struct place *a, const struct place *b)
{
	return a->row != b->row || a->to + APART < b->from || b->to + APART < a->from;
}

/* From the right: a line that goes up to its label then passes none of those. Returns the rows. */
static unsigned put_in_rows(struct place *place, unsigned n)
{
	unsigned rows = 0;

	for (unsigned i = n; i-- > 0;) {
		for (unsigned k = n - 1; k > i;)
			if (apart(&place[i], &place[k])) {
				k--;
			} else {
				place[i].row++;
				k = n - 1;
			}
		rows = place[i].row + 1 > rows ? place[i].row + 1 : rows;
	}
	return rows;
}

/* Those that are on the axis, from left to right. */
static unsigned places_of(struct place place[SVG_MARKS_MOST], const char *label[SVG_MARKS_MOST],
			  const struct svg_axis *axis, const struct svg_mark *mark, unsigned n)
{
	unsigned used = 0;

	for (unsigned i = 0; i < n && used < SVG_MARKS_MOST; i++) {
		struct place p = place_of(axis, &mark[i]);
		unsigned k = used;

		if (!is_shown(axis, p.at))
			continue;
		for (; k && place[k - 1].at > p.at; k--) {
			place[k] = place[k - 1];
			label[k] = label[k - 1];
		}
		place[k] = p;
		label[k] = mark[i].label;
		used++;
	}
	return used;
}

double svg_marks_height(const struct svg_axis *axis, const struct svg_mark *mark, unsigned n)
{
	struct place place[SVG_MARKS_MOST];
	const char *label[SVG_MARKS_MOST];

	return SVG_MARK_ROW * (double)put_in_rows(place, places_of(place, label, axis, mark, n));
}

void svg_marks(FILE *out, const struct svg_plot *plot, const struct svg_mark *mark, unsigned n)
{
	struct place place[SVG_MARKS_MOST];
	const char *label[SVG_MARKS_MOST];

	n = places_of(place, label, &plot->x, mark, n);
	(void)put_in_rows(place, n);
	for (unsigned i = 0; i < n; i++)
		svg_line(out, place[i].at, plot->y.from, place[i].at,
			 plot->y.to - (place[i].row + 1) * (double)SVG_MARK_ROW, SVG_QUIET,
			 SVG_DASHED);
	for (unsigned i = 0; i < n; i++)
		svg_halo_text(out, place[i].at + (place[i].left ? -BESIDE : BESIDE),
			      plot->y.to - 4 - place[i].row * (double)SVG_MARK_ROW,
			      place[i].left ? SVG_END : SVG_START, SVG_QUIET, label[i]);
}
