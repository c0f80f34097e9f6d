/*
 * Rules of --mask, and the layouts of quality bands. masks.c makes rules of texts; layouts.c is the
 * table of presets: a new layout is one row. This room opens no file and knows no scene.
 *
 *   preset[:set][+extra ...]     scl  scl:land  landsat-c2:strict+snow+radsat  cldprb:66
 *   auto[+extra ...]             auto-optional+snow
 *   NAME=4-7,11  NAME!=3,8-10    kept where the number is, or is not, one of these
 *   NAME<20  <=  >  >=
 *   NAME&31=0  NAME&192!=192     the same of some bits; NAME&31 alone is NAME&31=0
 *
 * NAME is what the name of a quality file, or the description of a band, holds; with * ? [ ] a
 * pattern of the file's whole name. NAME.2 is band 2 of that file, #5 is band 5 of a stack.
 * Thread-safe: no state but what is passed.
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
	 * one of these, separated by "|", the first that is found (quality_match() in
	 * stages/discover); or, with a wildcard, fnmatch() of the file's name. "#": band `index` of
	 * the stack itself.
	 */
	char pattern[64];
	/* Band of that file, from 1; 0: its only one. Of a band that its description tells, it says
	 * nothing: MSK_CLASSI_CIRRUS is that band of a stack, whatever its number. */
	uint32_t index;
	bool saturation; /* QA_RADSAT: bits of the bands that are read; see mask_saturation() */
	bool optional;   /* it only tells reasons; without it the rule still holds */
	struct mask_test test;
};

enum { MASK_NEEDS_MOST = 8 };

struct mask_rule {
	enum mask_rule_kind kind;
	char text[MASK_RULE_BYTES]; /* one text for each meaning: the same text, the same pixels */
	const struct mask_layout *layout; /* of a preset */
	unsigned set;                     /* of the layout, by its number: "clear" */
	unsigned threshold;               /* of a layout that takes one: "cldprb:66" */
	uint32_t extras;                  /* "+snow": the same bits in all layouts */
	struct mask_need need;            /* of a free rule */
};

/* All rules of a run, in the order given. Read-only once made. */
struct masks {
	unsigned n;
	struct mask_rule rule[MASK_RULES_MOST];
	char text[MASK_RULES_MOST * (MASK_RULE_BYTES + 4)]; /* all of them: "scl && qa&31=0" */
};

/* One rule. -1 with EX_USAGE, and what would be right. */
int mask_rule_parse(struct mask_rule *rule, const char *text, struct error *err) MUST_CHECK;

/* Rules that are the same count once. -1 with EX_USAGE. *out is NULL if there are none; free it
 * with masks_free(). */
int masks_make(struct masks **out, const struct text_list *texts, struct error *err) MUST_CHECK;
void masks_free(struct masks *masks);

/*
 * Can the rule read quality bands of this layout? A preset only its own; auto those that have all
 * its extras and need no threshold, the first of the table that the scene has.
 */
bool mask_takes(const struct mask_rule *rule, const struct mask_layout *layout);

/*
 * What a rule reads, in the order in which its tests tell reasons, if the quality bands have this
 * layout (rule->layout for presets, the layout that was found for auto, NULL for free rules).
 * Returns the number of needs.
 */
unsigned mask_needs(const struct mask_rule *rule, const struct mask_layout *layout,
		    struct mask_need need[MASK_NEEDS_MOST]);

/* Of a need with `saturation`: sets the bit of each band that is read, by the product's own number:
 * "4", "6". Others are left out. */
void mask_saturation(struct mask_test *test, const char *const *codes, unsigned n);

/* "cloud", "shadow" ...; the word of each reason in reports. Static. */
const char *mask_reason_word(enum mask_reason reason);

/* What a scene notes that auto-optional found nothing for. */
#define MASK_NONE_NOTE "no cloud mask whose layout is known: --mask auto-optional keeps all pixels"

/* What may be typed for --mask as it stands, one after another, then NULL: for completion. */
const char *mask_word(unsigned number);
/* And what may follow it behind a colon: names of its sets, one after another, then NULL. */
const char *mask_set_word(unsigned number, unsigned set);

#endif
