/*
 * Words for bands: one table for names of files, descriptions of bands, options and formulas. It
 * knows words, not which number a sensor's red has (sensors.h). Pure, thread-safe.
 */
#ifndef IMGPIPE_BAND_NAMES_H
#define IMGPIPE_BAND_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "band_name.h"
#include "error.h"

/* Where a word stands: "B" is blue in a formula; in a file's name it may be anything. */
enum band_use {
	USE_FILE = 1,        /* a part of a file's name */
	USE_DESCRIPTION = 2, /* some words of a band's description */
	USE_ALONE = 4,       /* the whole of a band's description */
	USE_OPTION = 8       /* options and formulas */
};

enum { BAND_WORD_MOST = 24 }; /* bytes of the longest word */

/*
 * Is text[0 ... len) a word for bands in this use? *name is its band, NAME_NONE for words that
 * several bands share ("swir"). Case does not matter; parts may be separated by one of " _-.", or
 * by nothing.
 */
bool band_word(const char *text, size_t len, enum band_use use, enum band_name *name);

/* The band that a whole word means; NAME_NONE where it is unknown, or means several. */
enum band_name band_name_find(const char *word, enum band_use use);

/* STAC's common name: "nir08"; "" for NAME_NONE. Static. */
const char *band_name_word(enum band_name name);

/* The same words to choose from, number 0 and so on: those most asked for first, the others by
 * wavelength. NULL after the last. Static. */
const char *band_name_listed(unsigned number);

/* The catalogue's letter: "N2", "" where it has none. Static. */
const char *band_name_letter(enum band_name name);

/* The band that may stand in for another: NIR and NIR08 for each other; else NAME_NONE. */
enum band_name band_name_stand_in(enum band_name name);

/* "04" -> "4", "8a" -> "8A". false where text is not a band number of at most two digits. */
bool name_band_code(const char *text, size_t len, char code[4]);

/*
 * What users call a band: a word or a letter (WISH_NAME), a product's number as "B8A", "b05",
 * "band5", "8A" (WISH_CODE), "#5" (WISH_PLACE). The text need not end at len. -1 with EX_USAGE and
 * what to write instead; *wish is then untouched.
 */
int band_wish_parse(const char *text, size_t len, struct band_wish *wish,
		    struct error *err) MUST_CHECK;

/* A wish for a band by name. */
struct band_wish band_wish_named(enum band_name name);

/* Do both ask for the same thing? "N" and "nir" do; "nir" and "B8" do not, whatever a scene has. */
bool band_wish_equal(const struct band_wish *a, const struct band_wish *b);

#endif
