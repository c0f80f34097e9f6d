/*
 * Colours of numbers. A ramp has RAMP_LEVELS colours between two values; what lies beyond has those
 * of the ends. Two ramps, both told apart with every common kind of colour blindness, and in grey
 * by lightness:
 *
 *   diverging    brown, cream at 0, blue-green: for values on both sides of 0
 *   sequential   dark blue to yellow: for all others
 *
 * Colours between the anchors are linear in each of red, green and blue, as stored. Pure,
 * thread-safe.
 */
#ifndef IMGPIPE_RAMP_H
#define IMGPIPE_RAMP_H

#include <stdint.h>

#include "picture.h"

enum ramp_kind { RAMP_DIVERGING, RAMP_SEQUENTIAL };
enum { RAMP_LEVELS = 250 };

struct ramp {
	enum ramp_kind kind;
	double low, high; /* finite, low < high */
};

/*
 * The ramp for values from low to high. Diverging where 0 is between them and neither side is less
 * than a quarter of the other: then it is made even, so that 0 is in its middle. An empty range
 * gets a width.
 */
struct ramp ramp_make(double low, double high);

/* 1 to RAMP_LEVELS: the level that the value lies in, all of equal width; 0 for NaN. */
uint8_t ramp_level(const struct ramp *ramp, double value);

/* at: 0 to 1, from the lower end of the ramp to the upper one. */
struct rgba ramp_colour(enum ramp_kind kind, double at);

/* colour[0] is nothing, colour[1 ... RAMP_LEVELS] those of the levels; ends are the anchors'. */
void ramp_colours(struct rgba colour[RAMP_LEVELS + 1], enum ramp_kind kind);

#endif
