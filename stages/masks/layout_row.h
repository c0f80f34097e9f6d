/*
 * What a row of the table of layouts is. Private to the room.
 */
#ifndef IMGPIPE_MASKS_LAYOUT_ROW_H
#define IMGPIPE_MASKS_LAYOUT_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include "layouts.h"

/* What "+word" adds to a set; the words are in layout_extras. The same bits in every layout. */
enum layout_extra {
	PLUS_SNOW = 1,
	PLUS_WATER = 2,
	PLUS_TERRAIN = 4,
	PLUS_RADSAT = 8,
	PLUS_AEROSOL = 16,
	PLUS_CIRRUS = 32,
	PLUS_ADJACENT = 64,
	PLUS_HAZE = 128,
	PLUS_SUN = 256,
};

/* By bit, from the lowest; ended by a word that is NULL. */
extern const struct layout_extra_word {
	const char *word;    /* as it is typed */
	const char *meaning; /* "snow and ice" */
} layout_extras[];

struct layout_set {
	const char *name;
	const char *words; /* what it drops, for people */
};

/* Sets by bit; the first is the default. */
enum { SET_1 = 1, SET_2 = 2, SET_3 = 4, SET_4 = 8, SET_5 = 16, EVERY_SET = 31, SETS_MOST = 5 };

/* A condition of a test. It is there in these sets, and where one of these extras is asked for. */
struct layout_condition {
	unsigned sets; /* both 0: behind the last */
	unsigned extras;
	uint32_t bits;
	double lo, hi; /* lo NaN: above the threshold that the rule names */
	enum mask_reason reason;
	const char *words; /* what such numbers are, for people */
};

enum { LAYOUT_CONDITIONS_MOST = 20 };

/* A band and its test. It is read where one of its conditions is there. */
struct layout_need {
	const char *pattern; /* as in struct mask_need, the best first; NULL: behind the last */
	uint32_t index;
	bool saturation;
	bool only_reasons; /* in sets, not in extras: without it the rule still holds */
	bool keep;
	struct layout_condition condition[LAYOUT_CONDITIONS_MOST + 1];
};

struct mask_layout {
	const char *name;
	const char *title;
	const char *source;
	/* Words of names of files, parted by "|"; each stands between characters that are neither
	 * letters nor digits. */
	const char *files;
	/* Names of the scenes where layouts share such a word (name_matches()); NULL: all that are
	 * none of the others'. */
	const char *scenes;
	bool takes_threshold; /* 0 to 99, instead of a set */
	bool usgs_bits;       /* one of USGS's: 0, no bit at all, is never written, so it is fill */
	bool has_fill;
	struct mask_condition fill;
	const char *fill_words; /* NULL: it has none */
	/* Why numbers that were seen are not of this layout, NULL: they may be. */
	const char *(*cannot_be)(const struct quality_seen *seen);
	const char *(*doubt)(const struct quality_seen *seen);
	struct layout_set set[SETS_MOST + 1];
	struct layout_need need[MASK_NEEDS_MOST + 1];
};

/* Checks of what was seen; layout_checks.c. `seen` holds one pixel at least. */
const char *check_scl(const struct quality_seen *seen);
const char *check_flag(const struct quality_seen *seen);
const char *check_percent(const struct quality_seen *seen);
const char *check_qa60(const struct quality_seen *seen);
const char *check_landsat_c2(const struct quality_seen *seen);
const char *check_landsat_c1(const struct quality_seen *seen);
const char *check_landsat_pre(const struct quality_seen *seen);
const char *check_landsat_bqa(const struct quality_seen *seen);
const char *check_pixel_qa(const struct quality_seen *seen);
const char *check_byte(const struct quality_seen *seen);
const char *check_cfmask(const struct quality_seen *seen);
const char *check_udm1(const struct quality_seen *seen);
const char *check_sr_cloud_qa(const struct quality_seen *seen);
const char *check_word(const struct quality_seen *seen);
const char *check_force(const struct quality_seen *seen);
const char *check_maja(const struct quality_seen *seen);
const char *doubt_only_zeros(const struct quality_seen *seen);
const char *doubt_classes(const struct quality_seen *seen);
const char *tell_landsat_bqa(const struct quality_seen *seen);

/* Does the name hold a word of the layout's, whatever the scene is called? */
bool layout_shares_word(const struct mask_layout *layout, const char *file_name);

#endif
