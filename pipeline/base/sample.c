/*
 * Sample types: sizes, names, and which values they can hold. It knows no file format and no band.
 */
#include "sample.h"

#include <float.h>
#include <math.h>

/* Integer limits are exact in double; floating-point types have none here. */
static const struct {
	const char *name;
	size_t size;
	double min, max;
} sample_table[N_SAMPLE_TYPES] = {
	[SAMPLE_U8] = {"uint8", 1, 0, 255},
	[SAMPLE_I8] = {"int8", 1, -128, 127},
	[SAMPLE_U16] = {"uint16", 2, 0, 65535},
	[SAMPLE_I16] = {"int16", 2, -32768, 32767},
	[SAMPLE_U32] = {"uint32", 4, 0, 4294967295.0},
	[SAMPLE_I32] = {"int32", 4, -2147483648.0, 2147483647.0},
	[SAMPLE_F32] = {"float32", 4, 0, 0},
	[SAMPLE_F64] = {"float64", 8, 0, 0},
};

size_t sample_size(enum sample_type type)
{
	return sample_table[type].size;
}

const char *sample_name(enum sample_type type)
{
	return sample_table[type].name;
}

bool sample_is_integer(enum sample_type type)
{
	return type != SAMPLE_F32 && type != SAMPLE_F64;
}

/*
 * Half a unit in the last place of FLT_MAX is 2^-25 of it: up to there a double rounds to the
 * largest finite float, and text such as "-3.40282347e+38" lies within it.
 */
static bool float32_holds(double value, double *rounded)
{
	const double limit = (double)FLT_MAX * (1 + 0x1p-25);

	if (isnan(value) || isinf(value)) {
		*rounded = value;
		return true;
	}
	if (fabs(value) > limit)
		return false;
	*rounded = fabs(value) >= (double)FLT_MAX ? copysign((double)FLT_MAX, value)
						  : (double)(float)value;
	return true;
}

bool sample_holds(enum sample_type type, double value, double *rounded)
{
	if (type == SAMPLE_F32)
		return float32_holds(value, rounded);
	if (type != SAMPLE_F64 && !(value >= sample_table[type].min &&
				    value <= sample_table[type].max && value == floor(value)))
		return false;
	*rounded = value;
	return true;
}
