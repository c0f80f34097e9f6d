/*
 * What several reports say of a scene or an error in the same words; and whether what was said
 * could be written. Knows no report.
 */
#ifndef IMGPIPE_STAGES_REPORT_WORDS_H
#define IMGPIPE_STAGES_REPORT_WORDS_H

#include <stdio.h>

#include "report.h"

/* "ok", "failed", "cancelled". */
const char *scene_status_name(enum scene_status status);

/* "EX_DATAERR" and its like: the part of an error that does not depend on who read the file. */
const char *error_code_name(int code);

/* "1200 cloud, 31 shadow": those that are not 0. Returns text, "" where all are. */
enum { MASKED_TEXT_BYTES = N_MASK_REASONS * 36 };
const char *masked_text(char text[MASKED_TEXT_BYTES], const struct mask_counts *by);

/*
 * What the scene took for rule i of --mask: "auto as scl: file SCL.tif, by its name". i is below
 * masks->n and scene->masks.n_rules. Returns text.
 */
enum { MASK_TEXT_BYTES = MASK_RULE_BYTES + sizeof(struct scene_rule) + 80 };
const char *mask_taken_text(char text[MASK_TEXT_BYTES], const struct scene *scene,
			    const struct masks *masks, unsigned i);

/* The same of an alpha band; NULL where none masks. */
const char *alpha_taken_text(char text[MASK_TEXT_BYTES], const struct scene *scene);

/* CRS of the scene's first band, "" if not known. */
const char *scene_crs(const struct scene *scene);

/* Place of the scene among those of all shards, from 0. */
uint64_t scene_number(const struct scene *scene, const struct options *options);

/* Statistics of value v; false (and *out untouched) where the scene is not SCENE_OK or lacks it. */
bool scene_summary(struct summary *out, const struct scene_result *result, unsigned v,
		   const struct recipe *recipe);

/* Statistics of value v in all scenes that are SCENE_OK and have it. */
void totals_summary(struct summary *out, const struct pixel_totals *totals, unsigned v);

/*
 * Are values of a normalised difference beyond -1 to 1, and so of its grid? It is so where one of
 * its bands is negative, and nowhere else: (a-b)^2 > (a+b)^2 where ab < 0.
 */
#define BEYOND_WHY "as one of the bands is negative there: reflectance of dark pixels may be"
bool is_beyond(const struct summary *s, const struct value_def *def);

/* Area of valid pixels; no digits that it is not known to. */
enum { AREA_TEXT_BYTES = 48 };
const char *area_text(char text[AREA_TEXT_BYTES], double m2);

/* Has it failed, or is it no scene: then result->error says why. */
bool scene_has_error(const struct scene_result *result);

/* Key and column `error` of all reports: file, cause and remedy, "" where there is no error. */
const char *scene_error(const struct scene_result *result);
/* `error_code` of all reports: its error_code_name(), "" where there is no error. */
const char *scene_error_code(const struct scene_result *result);

/* The scene is SCENE_OK, but some of its values are missing; scene_missing_reason() has why. */
bool scene_lacks_values(const struct scene_result *result);

/*
 * Why the scene lacks value v, for people who read its rows from the first to the last: "as above"
 * where the value missing before lacks the same, and no advice that a note gives. Returns text.
 */
const char *missing_told(char text[MISSING_TEXT_BYTES], const struct scene *scene,
			 const struct recipe *recipe, unsigned v);

/* "seccomp and Landlock (ABI 7)", "seccomp; the kernel offers no ...", "none". Returns text. */
enum { CONFINEMENT_TEXT_BYTES = 240 };
const char *confinement_text(char text[CONFINEMENT_TEXT_BYTES],
			     const struct confinement *confinement);

/*
 * 0, or -1 with EX_IOERR where anything written to `out` so far has failed. A stream's error flag
 * stays set, so one look after a group of fprintf() calls sees a failure of any of them.
 */
int report_check(FILE *out, struct error *err) MUST_CHECK;

#endif
