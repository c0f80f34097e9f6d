/*
 * A sample of any type as a number.
 */
#ifndef IMGPIPE_TESTS_SAMPLE_AT_H
#define IMGPIPE_TESTS_SAMPLE_AT_H

#include <stddef.h>
#include <stdint.h>

#include "sample.h"

static inline double sample_at(enum sample_type type, const void *plane, size_t i)
{
	switch (type) {
	case SAMPLE_U8:
		return ((const uint8_t *)plane)[i];
	case SAMPLE_I8:
		return ((const int8_t *)plane)[i];
	case SAMPLE_U16:
		return ((const uint16_t *)plane)[i];
	case SAMPLE_I16:
		return ((const int16_t *)plane)[i];
	case SAMPLE_U32:
		return ((const uint32_t *)plane)[i];
	case SAMPLE_I32:
		return ((const int32_t *)plane)[i];
	case SAMPLE_F32:
		return (double)((const float *)plane)[i];
	case SAMPLE_F64:
	case N_SAMPLE_TYPES:
		break;
	}
	return ((const double *)plane)[i];
}

#endif
