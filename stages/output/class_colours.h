/*
 * Colours of classes of pixels in pictures, by code. Pure.
 */
#ifndef IMGPIPE_OUTPUT_CLASS_COLOURS_H
#define IMGPIPE_OUTPUT_CLASS_COLOURS_H

#include "picture/picture.h"

struct rgba class_colour(unsigned code);

#endif
