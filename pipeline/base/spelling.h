/*
 * Spelling: which known name was probably meant by one that is not known. Pure, thread-safe.
 */
#ifndef IMGPIPE_SPELLING_H
#define IMGPIPE_SPELLING_H

#include <stdbool.h>
#include <stddef.h>

enum { SPELLING_MOST = 32 }; /* letters of names that are compared */

/*
 * How many letters must be changed, left out, put in or swapped with their neighbour to make b of
 * the `length` letters of a (optimal string alignment distance). SPELLING_MOST if one is longer.
 */
unsigned spelling_distance(const char *a, size_t length, const char *b);

/* As many slips are likely in a name of that length. */
unsigned spelling_slips(size_t length);

/* Is b no more than the likely slips away from a, without regard to case? */
bool spelling_is_near(const char *a, size_t length, const char *b);

#endif
