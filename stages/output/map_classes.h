/*
 * Codes of --mask-output: why a pixel of the first index has no value. They are in files, so a code
 * never changes its meaning; README.md has the table. Pure, thread-safe.
 */
#ifndef IMGPIPE_OUTPUT_MAP_CLASSES_H
#define IMGPIPE_OUTPUT_MAP_CLASSES_H

#include <stdint.h>

#include "accum.h"
#include "mask.h"

enum map_class {
	CLASS_CODE_VALID = 0,
	/* Masked, by enum mask_reason: */
	CLASS_CODE_CLOUD = 1,
	CLASS_CODE_SHADOW = 2,
	CLASS_CODE_CIRRUS = 3,
	CLASS_CODE_SNOW = 4,
	CLASS_CODE_SATURATED = 5,
	CLASS_CODE_OTHER = 6,
	CLASS_CODE_ALPHA = 7,
	CLASS_CODE_DATASET = 8,
	CLASS_CODE_RANGE = 9,
	/* A band holds its nodata; */
	CLASS_CODE_NODATA = 10,
	/* a sample or the value is not finite; */
	CLASS_CODE_NONFINITE = 11,
	/* the index divides by zero. */
	CLASS_CODE_DIV0 = 12,
	N_CLASS_CODES,
	CLASS_CODE_NONE = 255, /* nodata of the file: beyond the image */
};

/* N_CLASS_CODES names by code, ended by NULL: category names of the file. Static. */
extern const char *const map_class_names[];

/* The code of a pixel; reason counts where it is PIXEL_MASKED alone. */
uint8_t map_class_code(enum pixel_class pixel_class, enum mask_reason reason);

#endif
