/*
 * How well a name is what a rule of --mask calls its quality band: quality_match.c. Pure,
 * thread-safe.
 */
#ifndef IMGPIPE_QUALITY_MATCH_H
#define IMGPIPE_QUALITY_MATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "masks/masks.h"

/*
 * A match is one of these and, in its lower bits, how early the alternative that fits stands:
 * MATCH_FIRST for the first, one less for each behind it.
 */
enum { MATCH_NONE, MATCH_FIRST = 15, MATCH_HOLDS = 16, MATCH_WORD = 32, MATCH_WHOLE = 48 };

/*
 * The text, without extension and resolution, is the pattern; holds it as a word; or anywhere.
 * `name` is the file's whole name, which patterns with wildcards are for; NULL: it is no file's.
 * Of alternatives ("CLM_R1|CLM") the first counts more.
 */
unsigned quality_match(const char *text, const char *name, const char *pattern);

/* Bytes of the text without its extension, where that is an image's, and without a resolution. */
size_t quality_bare_length(const char *text);

/* Has it wildcards? */
bool quality_is_wild(const char *pattern);

/*
 * Does a free rule ask for the file of this name beside scenes? *prefix_len is the part in front of
 * what the rule calls it, the scene's; *whole is set instead where the rule has its whole name.
 */
bool quality_asked(const struct masks *masks, const char *name, size_t *prefix_len, bool *whole);

/* What the name of a file says of its band: from the quality band in it on, or all of it. */
const char *quality_text(const char *name);

/* Does some rule have a use for a file of this name? */
bool quality_of_use(const struct masks *masks, const char *name);

#endif
