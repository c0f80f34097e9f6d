/*
 * Wishes: what the recipe asks of a scene, held against what names and --bands say. wishes.c; for
 * grouping, and for whatever finds the bands of one scene. Pure, thread-safe.
 */
#ifndef IMGPIPE_WISHES_H
#define IMGPIPE_WISHES_H

#include <stdint.h>

#include "bands/sensors.h"
#include "error.h"
#include "names.h"
#include "options.h"
#include "recipe.h"

/* Are the names in --bands names of bands, all of different ones? -1 with EX_USAGE. */
int wishes_check(const struct options *options, struct error *err) MUST_CHECK;

/* What --bands says of a wish; NULL: nothing. */
const struct band_choice *wish_choice(const struct options *options, const struct band_wish *wish);

enum { WISH_STAND_IN = 16, WISH_NO_RANK = 127 };

/*
 * How well a file whose name holds this token is what was wished for: 0 is best, from WISH_STAND_IN
 * on it is another band that may stand in; -1: it is not. sensor: whose band numbers they are, or
 * NULL.
 */
int wish_rank(const struct band_wish *wish, const struct band_token *token,
	      const struct sensor *sensor);

/* The product's number of a band that is known by its wish alone; "" where nobody knows. */
void wish_code(const struct band_wish *wish, const struct sensor *sensor, char code[4]);

/* Bands, bit by number in the recipe -> values that lack one of them; all bits of others are 0. */
uint16_t recipe_missing(const struct recipe *recipe, uint16_t has);

/* Of the bands that the scene has: those that values other than the missing ones read, and those
 * that are written. */
uint16_t recipe_used(const struct recipe *recipe, uint16_t has, uint16_t missing);

/* Bits of all values. */
uint16_t recipe_all(const struct recipe *recipe);

/* The value that lacks fewest bands: what errors of scenes without any speak of. */
unsigned wishes_nearest(const struct recipe *recipe, uint16_t has);

/* "red and nir": the bands that the nearest value lacks. Returns text. */
const char *wishes_lacking(const struct recipe *recipe, uint16_t has, char *text, size_t size);

/*
 * "red (band 4) and nir (band 8 or 8A)": the same with the sensor's numbers, where there is one.
 * Returns text.
 */
const char *wishes_needed(const struct recipe *recipe, uint16_t has, const struct sensor *sensor,
			  char *text, size_t size);

/* "red=*_r.tif,nir=*_n.tif": --bands as it was given. Returns text. */
const char *choices_text(const struct options *options, char *text, size_t size);

/* "red=N,nir=N": what to pass for these bands of the recipe. Returns text. */
const char *wishes_advice(const struct recipe *recipe, uint16_t bands, const char *what, char *text,
			  size_t size);

/* "NDVI": a value's name in a sentence; an expression's as it is. Returns text. */
const char *wishes_value(const struct recipe *recipe, unsigned v, char *text, size_t size);

/* "NDVI", "EVI, NDMI", "5 indices" or "all 12 indices": these values, bit by bit. Returns text. */
const char *wishes_values(const struct recipe *recipe, uint16_t values, char *text, size_t size);

/* "EVI", "EVI and 2 others": at least one of these values, bit by bit. Returns text. */
const char *wishes_first(const struct recipe *recipe, uint16_t values, char *text, size_t size);

#endif
