/*
 * Masks: what --mask asks for, and what that means in one scene.
 *
 * A *rule* is one --mask of the user's. Rules are made of the options before anything is opened
 * (stages/masks), and are the same in every process. In a scene (stages/discover) each rule becomes
 * *tests*: a test says which stored numbers of one quality band drop a pixel, and for what reason.
 * The room of pixels carries tests out and knows no layouts; reports count by reason.
 */
#ifndef IMGPIPE_MASK_H
#define IMGPIPE_MASK_H

#include <stdbool.h>
#include <stdint.h>

/* Why a pixel is masked. Its class is PIXEL_MASKED whatever the reason. */
enum mask_reason {
	REASON_CLOUD,     /* also dilated or adjacent to one */
	REASON_SHADOW,    /* of clouds or of terrain */
	REASON_CIRRUS,    /* also haze */
	REASON_SNOW,      /* or ice */
	REASON_SATURATED, /* or defective */
	REASON_OTHER,     /* fill and nodata of the quality band, free rules, whatever else */
	REASON_ALPHA,     /* transparent: 0 in an alpha band */
	REASON_DATASET,   /* the per-dataset mask of a file: a mask IFD, a .msk */
	REASON_RANGE,     /* --valid-range, --valid-reflectance */
	N_MASK_REASONS
};

enum {
	MASK_RULES_MOST = 8,       /* --mask, each once */
	MASK_TESTS_MOST = 12,      /* of a scene; one a quality band and rule, about */
	MASK_CONDITIONS_MOST = 32, /* of a test */
	MASK_RULE_BYTES = 200,
};

/* Holds of a stored number x where lo <= (x & bits) <= hi; with bits 0, where lo <= x <= hi. */
struct mask_condition {
	uint32_t bits; /* of integers alone; of signed ones, their two's complement */
	uint32_t reason;
	double lo, hi; /* NaN holds of nothing */
};

/*
 * One quality band's say. Pixels of its nodata value (has_nodata of the band), and those that are
 * NaN, are dropped for REASON_OTHER before anything else: what is not known is never kept.
 */
struct mask_test {
	uint8_t slot; /* scene->band[slot]: SCENE_QA or a later one */
	uint8_t rule; /* number of the rule; MASK_RULES_MOST: an alpha band that nobody asked for */
	/*
	 * keep: a pixel is kept where one of the conditions holds, else dropped for `reason`.
	 * Otherwise it is dropped where one holds, for the reason of the first that does.
	 */
	bool keep;
	uint8_t reason;
	uint8_t n; /* conditions; at least one */
	struct mask_condition condition[MASK_CONDITIONS_MOST];
};

/* Masked pixels by reason: they add up to those of PIXEL_MASKED. */
struct mask_counts {
	uint64_t n[N_MASK_REASONS];
};

/*
 * The masks of a scene. A pixel is kept where all tests keep it. Its reason is that of the first
 * test, in this order, that drops it.
 */
struct scene_masks {
	unsigned n_tests;
	struct mask_test test[MASK_TESTS_MOST];
	/* For reports, by rule of the run: */
	unsigned n_rules;
	struct scene_rule {
		char layout[24];  /* of the preset that was taken, "scl"; "" for a free rule */
		char source[120]; /* "file ..._SCL_20m.jp2, by its name"; "" if it has none */
	} rule[MASK_RULES_MOST];
};

#endif
