/*
 * Names of bands: what a recipe asks for and what scenes are found to hold. The names are STAC's
 * common names (eo extension 1.1); letters and older words mean the same (stages/bands/names.c).
 */
#ifndef IMGPIPE_BAND_NAME_H
#define IMGPIPE_BAND_NAME_H

#include <stdint.h>

enum band_name {
	NAME_NONE, /* a band without a common name */
	NAME_COASTAL,
	NAME_BLUE,
	NAME_GREEN,
	NAME_GREEN05,
	NAME_YELLOW,
	NAME_RED,
	NAME_REDEDGE071,
	NAME_REDEDGE075,
	NAME_REDEDGE078,
	NAME_NIR,
	NAME_NIR08,
	NAME_NIR09,
	NAME_CIRRUS,
	NAME_SWIR16,
	NAME_SWIR22,
	NAME_LWIR11,
	NAME_LWIR12,
	NAME_PAN,
	N_BAND_NAMES
};

enum { BAND_WORD_BYTES = 16 };

/*
 * A band as it is asked for. By common name; by the product's own number ("8A", "4": as names of
 * files and bands write it, without "B" and leading zeros); by its place in a stack.
 */
enum band_wish_kind {
	WISH_NAME,  /* name */
	WISH_CODE,  /* code: the product's band; where it has none of such codes, of that place */
	WISH_PLACE, /* place: "#5" */
};

struct band_wish {
	enum band_wish_kind kind;
	enum band_name name;
	uint32_t place;             /* PLACE, and CODE where it is a number; from 1, else 0 */
	char code[4];               /* CODE */
	char text[BAND_WORD_BYTES]; /* as reports show it: "nir", "B8A", "#5" */
};

#endif
