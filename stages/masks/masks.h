/*
 * Rules of --mask, and the layouts of quality bands. masks.c makes rules of texts; layouts.c is the
 * table of presets: a new layout is one row. This room opens no file and knows no scene.
 */
#ifndef IMGPIPE_MASKS_MASKS_H
#define IMGPIPE_MASKS_MASKS_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "mask.h"
#include "options.h"

struct mask_layout; /* layouts.h */

enum mask_rule_kind {
	RULE_PRESET,
	RULE_AUTO,          /* the layout that the scene's product has */
	RULE_AUTO_OPTIONAL, /* the same; a scene without one is kept, with a note */
	RULE_FREE,
};

/* A band that a rule reads, and its test; slot and rule are set by whoever finds the band. */
struct mask_need {
	/*
	 * What the band is called: the name of a quality file, or the description of a band, holds
	 * one of these, separated by "|" (name_holds()); or, with a wildcard, fnmatch() of the
	 * file's name.
	 */
	char pattern[64];
	uint32_t index; /* band of that file, from 1; 0: its only one */
	bool saturation; /* QA_RADSAT: bits of the bands that are read; see mask_saturation() */
	bool optional;   /* it only tells reasons; without it the rule still holds */
	struct mask_test test;
};

enum { MASK_NEEDS_MOST = 8 };

struct mask_rule {
	enum mask_rule_kind kind;
	char text[MASK_RULE_BYTES];       /* one text for each meaning: the same text, the same pixels */
	const struct mask_layout *layout; /* of a preset */
	unsigned set;                     /* of the layout, by its number: "clear" */
	uint32_t extras;                  /* bit by extra of the layout: "+snow" */
	struct mask_need need;            /* of a free rule */
};

/* All rules of a run, in the order given. Read-only once made. */
struct masks {
	unsigned n;
	struct mask_rule rule[MASK_RULES_MOST];
};

/* -1 with EX_USAGE. *out is NULL if there are none; free it with masks_free(). */
int masks_make(struct masks **out, const struct text_list *texts, struct error *err) MUST_CHECK;
void masks_free(struct masks *masks);

/*
 * What a rule reads if the quality bands have this layout (rule->layout for presets, the layout
 * that was found for auto, NULL for free rules). Returns the number of needs.
 */
unsigned mask_needs(const struct mask_rule *rule, const struct mask_layout *layout,
		    struct mask_need need[MASK_NEEDS_MOST]);

/* Sets the bit of each band that is read, by the product's own number: "4", "6". */
void mask_saturation(struct mask_test *test, const char *const *codes, unsigned n);

#endif
