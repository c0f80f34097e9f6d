/*
 * Colours of classes of pixels in pictures, by code. Pure.
 */
#ifndef IMGPIPE_OUTPUT_CLASS_COLOURS_H
#define IMGPIPE_OUTPUT_CLASS_COLOURS_H

#include "picture/thumbnail.h"

struct rgba class_colour(unsigned code);

/* Codes that are to be seen in it: bit c, code c. 0 where its colours are numbers. */
uint16_t classes_seen(const struct thumbnail *thumbnail);

#endif
