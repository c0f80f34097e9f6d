/*
 * Spelling: which known names were probably meant by one that is not known. Pure, thread-safe.
 */
#ifndef IMGPIPE_SPELLING_H
#define IMGPIPE_SPELLING_H

/*
 * "NDVI, NDWI": of all words (the last is followed by NULL) those that are nearest to the name,
 * without regard to case, if it can have been a slip; "" where none is. Returns list.
 */
enum { SPELLING_LIST = 96 };
const char *spelling_near(char list[SPELLING_LIST], const char *name,
			  const char *(*word)(unsigned number));

#endif
