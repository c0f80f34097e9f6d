/*
 * The recipe: what a run computes from its scenes. Made from the options before anything is opened
 * (stages/formula), read-only afterwards, and the same in every process of a run.
 *
 * A scene's bands lie in the recipe's order: scene->band[i] is what recipe->band[i] asked for, and
 * scene->has_band[i] says whether it was found. A value that reads a band that the scene lacks is
 * missing there; the others are computed.
 */
#ifndef IMGPIPE_RECIPE_H
#define IMGPIPE_RECIPE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "band_name.h"

enum { RECIPE_MAX_BANDS = 16, RECIPE_MAX_VALUES = 16, VALUE_NAME_BYTES = 32 };

/* What a scale and an offset of all bands do to a value. */
enum value_kind {
	VALUE_SCALE_FREE,   /* a scale cancels, an offset does not: NDVI */
	VALUE_PROPORTIONAL, /* it is in some power of the unit of the samples: DVI */
	VALUE_REFLECTANCE,  /* has constants that mean reflectance from 0 to 1: EVI */
};

/*
 * How exact statistics hold a value (accum.h): on the grid 2^(exponent - 30), fastest while
 * |v| <= 2^exponent, with histogram bins over [lo, hi]. Part of the identity of partial results.
 */
struct value_grid {
	int exponent;  /* 0 to 40 */
	double lo, hi; /* finite, lo < hi */
};

struct index_row; /* stages/formula/index_table.h */
struct program;   /* stages/formula/program.h */

struct value_def {
	char name[VALUE_NAME_BYTES]; /* "ndvi": lower case, unique in the recipe */
	uint16_t reads;              /* bit i: it reads recipe->band[i] */
	enum value_kind kind;
	bool of_unit; /* a factor of all bands changes it, or may, by its formula */
	struct value_grid grid;
	bool limited;       /* pixels whose value is not from least to most are masked */
	double least, most; /* finite, least < most */
	/* (a - b) / (a + b) of two bands, by the kernel of exact integers; else by the program. */
	bool normalized_difference;
	uint8_t a, b;                  /* numbers of bands in the recipe */
	const struct program *program; /* owned by the recipe; NULL: normalized difference */
	const struct index_row *row;   /* of the table, NULL: an expression of the user's */
	char *formula; /* owned; with all names and constants put in: the same text, same numbers */
};

/* Options that a recipe is made from. */
enum recipe_option {
	RECIPE_INDEX,
	RECIPE_CONST,
	RECIPE_RANGE,
	RECIPE_EXPR,
	RECIPE_VALID,
	RECIPE_BANDS_OUTPUT,
	N_RECIPE_OPTIONS
};

struct recipe {
	unsigned n_bands; /* 1 to RECIPE_MAX_BANDS */
	struct band_wish band[RECIPE_MAX_BANDS];
	uint16_t kept; /* bit i: band[i] is written (--bands-output), though no value may read it */
	unsigned n_values; /* 1 to RECIPE_MAX_VALUES */
	struct value_def value[RECIPE_MAX_VALUES];
	/*
	 * What was asked for beside the default, by option: one text for each meaning, NULL where
	 * that is nothing. The same texts, the same values. Owned.
	 */
	char *asked[N_RECIPE_OPTIONS];
};

/* NDVI alone, of red and nir: what runs compute by default. Static. */
extern const struct recipe recipe_ndvi;

/* By its name: an expression that users call so is it as well. Pure. */
static inline bool value_is_ndvi(const struct value_def *value)
{
	return strcmp(value->name, "ndvi") == 0;
}

/* NDVI and nothing beside it. Pure. */
static inline bool recipe_is_ndvi(const struct recipe *recipe)
{
	return recipe->n_values == 1 && value_is_ndvi(&recipe->value[0]);
}

#endif
