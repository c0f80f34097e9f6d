/*
 * Spelling: which known names were probably meant by one that is not known. Pure, thread-safe.
 */
#ifndef IMGPIPE_SPELLING_H
#define IMGPIPE_SPELLING_H

#include "error.h"

/*
 * "NDVI, NDWI": of all words (the last is followed by NULL) those that are nearest to the name,
 * without regard to case, if it can have been a slip; "" where none is. Returns list.
 */
enum { SPELLING_LIST = 96 };
const char *spelling_near(char list[SPELLING_LIST], const char *name,
			  const char *(*word)(unsigned number));

/* The same of words ended by NULL. */
const char *spelling_near_words(char list[SPELLING_LIST], const char *name,
				const char *const *words);

/*
 * "'x' is none of: a, b; did you mean a?" as EX_USAGE; words are ended by NULL. Of a long value the
 * beginning is shown. Returns -1.
 */
int spelling_none_of(struct error *err, const char *value, const char *const *words);

#endif
