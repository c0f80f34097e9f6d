/*
 * Sample types: how one pixel of one band is stored in memory, native byte order.
 * 64-bit integers and complex numbers are not among them: a reader refuses or converts those.
 */
#ifndef IMGPIPE_SAMPLE_H
#define IMGPIPE_SAMPLE_H

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>

enum sample_type {
	SAMPLE_U8,
	SAMPLE_I8,
	SAMPLE_U16,
	SAMPLE_I16,
	SAMPLE_U32,
	SAMPLE_I32,
	SAMPLE_F32,
	SAMPLE_F64,
	N_SAMPLE_TYPES
};

/* Bytes of one sample: 1, 2, 4 or 8. */
size_t sample_size(enum sample_type type);

/* "uint8", "int16", "float32" ...: NumPy's names. */
const char *sample_name(enum sample_type type);

bool sample_is_integer(enum sample_type type);

/*
 * Can a stored sample of this type equal `value`? (A nodata of -9999 in a uint16 band cannot.)
 * NaN: only floating-point types. On true *rounded is the value as the type holds it. For float32,
 * a value just beyond the finite range counts as the largest finite one, as GDAL does.
 */
bool sample_holds(enum sample_type type, double value, double *rounded);

/* Of whole numbers there is nothing to round. For loops over any type, beside sample_near_f32() and
 * _f64(). */
#define sample_same(sample, nodata) ((sample) == (nodata))

/*
 * Is a floating-point sample the nodata value, which is no NaN? As GDAL compares them: equal, or
 * closer than two units of the last place that their sum has in single precision, for both types.
 * Near the limit of the type that sum is infinite, so that whatever is of its size counts: a limit
 * that was rounded on its way (-3.4e38) is still found. An infinite nodata stands for the limit,
 * too.
 */
static inline bool sample_near_f32(float sample, float nodata)
{
	float finite = nodata > FLT_MAX ? FLT_MAX : nodata < -FLT_MAX ? -FLT_MAX : nodata;

	return sample == nodata ||
	       fabsf(sample - finite) < FLT_EPSILON * fabsf(sample + finite) * 2;
}

static inline bool sample_near_f64(double sample, double nodata)
{
	double finite = nodata > DBL_MAX ? DBL_MAX : nodata < -DBL_MAX ? -DBL_MAX : nodata;

	return sample == nodata ||
	       fabs(sample - finite) < (double)FLT_EPSILON * fabs(sample + finite) * 2;
}

#endif
