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

/* CRS of the scene's red band, "" if not known. */
const char *scene_crs(const struct scene *scene);

/* Place of the scene among those of all shards, from 0. */
uint64_t scene_number(const struct scene *scene, const struct options *options);

/* Statistics of a scene that is SCENE_OK; false (and *out untouched) where it is not. */
bool scene_summary(const struct scene_result *result, struct summary *out);

/* Statistics of all scenes that are SCENE_OK. */
void totals_summary(const struct pixel_totals *totals, struct summary *out);

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
