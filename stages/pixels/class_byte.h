/*
 * Classes of pixels as planes hold them: a byte each.
 */
#ifndef IMGPIPE_STAGES_CLASS_BYTE_H
#define IMGPIPE_STAGES_CLASS_BYTE_H

#include <stdint.h>

#include "accum.h"

/*
 * A byte of value_plane.pixel_class: enum pixel_class, and above these bits the reason for which a
 * pixel is masked; 0 of all others.
 */
enum { CLASS_BITS = 3, CLASS_ONLY = (1 << CLASS_BITS) - 1 };
_Static_assert((int)N_PIXEL_CLASSES <= CLASS_ONLY + 1 && N_MASK_REASONS << CLASS_BITS <= UINT8_MAX,
	       "a byte has room for both");

static inline uint8_t masked_for(enum mask_reason reason)
{
	return (uint8_t)(PIXEL_MASKED | (unsigned)reason << CLASS_BITS);
}

#endif
