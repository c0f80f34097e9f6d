/*
 * Two ramps of our own; see ramp.h. tests/oracle/pictures.py looks at them as people with
 * protanopia, deuteranopia and tritanopia do.
 */
#include "ramp.h"

#include <math.h>

enum { ANCHORS_MOST = 7 };

/* At equal distances. */
static const struct {
	unsigned n;
	uint8_t anchor[ANCHORS_MOST][3];
} ramps[] = {
	[RAMP_DIVERGING] = {7,
			    {{84, 44, 8},
			     {156, 98, 36},
			     {212, 172, 104},
			     {238, 230, 206},
			     {142, 200, 186},
			     {44, 134, 124},
			     {4, 66, 64}}},
	[RAMP_SEQUENTIAL] =
		{5, {{36, 22, 84}, {42, 84, 138}, {36, 142, 140}, {112, 196, 108}, {250, 232, 92}}},
};

struct ramp ramp_make(double low, double high)
{
	double far = fmax(-low, high);

	if (!(low < high)) {
		high = fma(fabs(low), 1e-6, low) + 1e-6;
		return (struct ramp){RAMP_SEQUENTIAL, low, high};
	}
	if (low < 0 && high > 0 && fmin(-low, high) >= far / 4)
		return (struct ramp){RAMP_DIVERGING, -far, far};
	return (struct ramp){RAMP_SEQUENTIAL, low, high};
}

uint8_t ramp_level(const struct ramp *ramp, double value)
{
	double at = (value - ramp->low) / (ramp->high - ramp->low) * RAMP_LEVELS;

	if (isnan(at))
		return 0;
	return (uint8_t)(1 + fmin(fmax(floor(at), 0), RAMP_LEVELS - 1));
}

static uint8_t between(uint8_t from, uint8_t to, double part)
{
	return (uint8_t)floor(from + part * (to - from) + .5);
}

struct rgba ramp_colour(enum ramp_kind kind, double at)
{
	unsigned last = ramps[kind].n - 1;
	double place = fmin(fmax(at, 0), 1) * last;
	unsigned i = place < last ? (unsigned)place : last - 1;
	const uint8_t *a = ramps[kind].anchor[i], *b = ramps[kind].anchor[i + 1];

	return (struct rgba){between(a[0], b[0], place - i), between(a[1], b[1], place - i),
			     between(a[2], b[2], place - i), UINT8_MAX};
}

void ramp_colours(struct rgba colour[RAMP_LEVELS + 1], enum ramp_kind kind)
{
	colour[0] = (struct rgba){0};
	for (unsigned i = 0; i < RAMP_LEVELS; i++)
		colour[i + 1] = ramp_colour(kind, (double)i / (RAMP_LEVELS - 1));
}
