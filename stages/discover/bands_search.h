/*
 * The search for the bands of one stack: what its files share. bands.c settles, bands_evidence.c
 * knows the kinds of evidence, bands_refuse.c says what is missing.
 */
#ifndef IMGPIPE_BANDS_SEARCH_H
#define IMGPIPE_BANDS_SEARCH_H

#include "bands/sensors.h"
#include "describe.h"
#include "options.h"
#include "scene.h"

/* Bands whose descriptions are taken apart; no stack with names has a band of use behind these. */
enum { MAX_STACK = 256 };

struct search {
	struct scene *scene;
	const struct raster_info *info;
	const struct options *options;
	const struct recipe *recipe;
	const struct sensor *sensor;  /* of file and folder names */
	const struct sensor *by_stem; /* of the file's own name */
	const struct sensor *coded;   /* whose numbers the descriptions hold */
	bool coded_assumed;
	const struct stack_order *order; /* of by_stem's stacks of so many bands */
	uint32_t n;
	struct band_meaning meaning[MAX_STACK];
	uint16_t ambiguous; /* bands of the recipe that several bands are called */
};

/* What one kind of evidence says of a wish: a band, from 1, and why. index 0: nothing. */
struct finding {
	uint32_t index;
	bool stand_in; /* it is the band that may stand in for it */
	char source[sizeof(((struct band *)0)->source)];
};

/* What this kind of evidence says of the recipe's band i. */
typedef void evidence(struct search *search, unsigned i, struct finding *found);

evidence by_label, by_words, by_wavelength, by_codes, by_order, by_elimination, by_place,
	by_chosen_other;

/* The option alone may be wrong: -1 where it names a band that is not there. */
int by_option(struct search *search, unsigned i, struct finding *found,
	      struct error *err) MUST_CHECK;

/* The only band with this label; 0 if there is none, or several. */
uint32_t labelled(const struct raster_info *info, enum color_label color);

/*
 * Writers label the first three bands red, green and blue whatever they are. Who labelled one NIR,
 * or named one in words, meant the others' labels, too.
 */
bool labels_are_meant(const struct search *search);
bool is_rgb(const struct search *search);

/* Whose band numbers these are: by the way they are written, by names, by which there are. */
const struct sensor *code_sensor(const struct band_meaning *meaning, uint32_t n,
				 const struct sensor *sensor, bool *assumed);

/* Which bands of the recipe are settled, bit by bit. */
uint16_t has_bands(const struct search *search);

/* bands_refuse.c: the evidence is not enough for any value. Always -1. */
int not_known(const struct search *search, struct error *err) MUST_CHECK;

#endif
