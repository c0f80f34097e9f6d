/*
 * The legend of a picture: a strip of paper to stand below it, in the same table of colours. What
 * it was made of, when, which colour means which number (or class), and how long a kilometre is.
 */
#ifndef IMGPIPE_LEGEND_H
#define IMGPIPE_LEGEND_H

#include "picture.h"
#include "ramp.h"

/* Colours of its own, behind those of a ramp or of classes. */
enum {
	LEGEND_PAPER = RAMP_LEVELS + 1,
	LEGEND_INK,
	LEGEND_QUIET, /* small print */
	LEGEND_RULE,  /* frames */
	LEGEND_COLOURS
};

/* Texts: "" where there is none. */
struct legend {
	const char *title, *date, *name, *note;
	const struct ramp *ramp; /* NULL: classes */
	/* What colours 1, 2 ... mean, NULL-ended; "": that is not there, and is left out. */
	const char *const *category;
	double metres; /* on the ground, of a pixel along a row; 0: not known */
};

/* Paper, ink and the others into the table. */
void legend_colours(struct rgba colour[LEGEND_COLOURS]);
/* Pixels that it needs below a picture of that width: as many, but enough to be read. */
uint32_t legend_width(uint32_t width);
/* `strip` gets no colours. -1 with an error. */
int legend_make(struct picture *strip, const struct legend *legend, uint32_t width,
		struct error *err) MUST_CHECK;

/* Length of a scale bar: 1, 2 or 5 times a power of ten, `most` at the most; 0 where most is not
 * over 0. Pure. */
double legend_round_length(double most);

#endif
