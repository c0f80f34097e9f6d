/*
 * Spelling: which known name was probably meant by one that is not known. Pure, thread-safe.
 */
#ifndef IMGPIPE_SPELLING_H
#define IMGPIPE_SPELLING_H

#include <stddef.h>

enum { SPELLING_MOST = 32 }; /* letters of names that are compared */

/*
 * How many letters must be changed, left out, put in or swapped with their neighbour to make b of
 * the `length` letters of a (optimal string alignment distance). SPELLING_MOST if one is longer.
 */
unsigned spelling_distance(const char *a, size_t length, const char *b);

/* As many slips are likely in a name of that length. */
unsigned spelling_slips(size_t length);

/* The same without regard to case. */
unsigned spelling_distance_any_case(const char *a, size_t length, const char *b);

/* "NDVI, NDWI": of all words (the last is followed by NULL) those that are nearest to a, without
 * regard to case, if they are near; "" where none is. Returns list. */
enum { SPELLING_LIST = 96 };
const char *spelling_near(char list[SPELLING_LIST], const char *a,
			  const char *(*word)(unsigned number));

#endif
