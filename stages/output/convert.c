/*
 * Values to stored samples, in runs that fit L1: first numbers of 32 bits, then samples and sums.
 * Loops without branches; every operation on reals is a single IEEE one.
 */
#include "convert.h"

#include <string.h>

#include "base/simd.h"
#include "stored.h"

enum {
	RUN = 1024, /* 2^10 samples below 2^15: their sum fits 32 bits */
	QUIET_NAN = 0x7fc00000,
};

/* Of integer maps. */
struct rule {
	double offset, scale;
	struct stored_numbers stored;
};

/* Of one run. Squares, below 2^31, by halves. */
struct run_sums {
	uint32_t square_low, square_high;
	int32_t sum, n, least, most;
};

/*
 * Quotients rounded to whole numbers: adding 1.5 * 2^52 leaves no digits behind the point, and
 * rounds half to even. Those beyond the type become the next number outside it, NaN too.
 */
SIMD_KERNEL(run_numbers,
	    (int32_t *restrict number, const float *restrict value, size_t n,
	     const struct rule *restrict rule),
	    (number, value, n, rule))
{
	const double offset = rule->offset, scale = rule->scale, whole = 0x1.8p52;
	const double low = rule->stored.least - 1, high = rule->stored.most + 1;

	for (size_t i = 0; i < n; i++) {
		double quotient = ((double)value[i] - offset) / scale;

		quotient = quotient > low ? quotient : low;
		quotient = quotient < high ? quotient : high;
		number[i] = (int32_t)((quotient + whole) - whole);
	}
}

/*
 * hold: numbers to samples that are not nodata, but for NaN; does any differ from its number?
 * sums: pixels without a value become nodata; the others are added.
 * clamped: how many of the others differ from their number.
 */
#define DEFINE_SAMPLES(type)                                                                       \
	SIMD_KERNEL(hold_##type,                                                                   \
		    (type *restrict out, const int32_t *restrict number,                           \
		     const float *restrict value, size_t n,                                        \
		     const struct stored_numbers *restrict stored, int32_t *restrict any),         \
		    (out, number, value, n, stored, any))                                          \
	{                                                                                          \
		const int32_t low = stored->least, high = stored->most;                            \
		const int32_t nodata = stored->nodata, beside = stored->beside;                    \
		int32_t differ = 0;                                                                \
                                                                                                   \
		_Pragma("omp simd reduction(| : differ)") for (size_t i = 0; i < n; i++)           \
		{                                                                                  \
			int32_t held = number[i] < low    ? low                                    \
				       : number[i] > high ? high                                   \
							  : number[i];                             \
                                                                                                   \
			held = held == nodata ? beside : held;                                     \
			differ |= held ^ number[i];                                                \
			out[i] = (type)(value[i] == value[i] ? held : nodata);                     \
		}                                                                                  \
		*any = differ;                                                                     \
	}                                                                                          \
                                                                                                   \
	SIMD_KERNEL(                                                                               \
		mask_##type,                                                                       \
		(type *restrict out, const uint8_t *restrict pixel_class, size_t n, type nodata),  \
		(out, pixel_class, n, nodata))                                                     \
	{                                                                                          \
		for (size_t i = 0; i < n; i++)                                                     \
			out[i] = pixel_class[i] == PIXEL_VALID ? out[i] : nodata;                  \
	}                                                                                          \
                                                                                                   \
	SIMD_KERNEL(                                                                               \
		extremes_##type,                                                                   \
		(const type *restrict out, size_t n, type nodata, struct run_sums *restrict sums), \
		(out, n, nodata, sums))                                                            \
	{                                                                                          \
		type least = type##_MOST, most = type##_LEAST;                                     \
                                                                                                   \
		_Pragma("omp simd reduction(min : least) reduction(max : most)") for (size_t i =   \
											      0;   \
										      i < n; i++)  \
		{                                                                                  \
			type smaller = out[i] == nodata ? type##_MOST : out[i];                    \
			type larger = out[i] == nodata ? type##_LEAST : out[i];                    \
                                                                                                   \
			least = smaller < least ? smaller : least;                                 \
			most = larger > most ? larger : most;                                      \
		}                                                                                  \
		sums->least = least;                                                               \
		sums->most = most;                                                                 \
	}                                                                                          \
                                                                                                   \
	SIMD_KERNEL(                                                                               \
		sums_##type,                                                                       \
		(const type *restrict out, size_t n, type nodata, struct run_sums *restrict sums), \
		(out, n, nodata, sums))                                                            \
	{                                                                                          \
		int32_t sum = 0, count = 0;                                                        \
		uint32_t low = 0, high = 0;                                                        \
                                                                                                   \
		_Pragma("omp simd reduction(+ : sum, count, low, high)") for (size_t i = 0; i < n; \
									      i++)                 \
		{                                                                                  \
			int32_t added = out[i] == nodata ? 0 : out[i];                             \
			uint32_t square = (uint32_t)(added * added);                               \
                                                                                                   \
			count += out[i] != nodata;                                                 \
			sum += added;                                                              \
			low += square & UINT16_MAX;                                                \
			high += square >> 16;                                                      \
		}                                                                                  \
		sums->sum = sum;                                                                   \
		sums->n = count;                                                                   \
		sums->square_low = low;                                                            \
		sums->square_high = high;                                                          \
	}                                                                                          \
                                                                                                   \
	static uint64_t clamped_##type(const type *out, const int32_t *number, size_t n,           \
				       type nodata)                                                \
	{                                                                                          \
		uint64_t clamped = 0;                                                              \
                                                                                                   \
		for (size_t i = 0; i < n; i++)                                                     \
			clamped += (out[i] != nodata) & (out[i] != number[i]);                     \
		return clamped;                                                                    \
	}                                                                                          \
                                                                                                   \
	static void run_##type(const struct rule *rule, const int32_t *number, const float *value, \
			       const uint8_t *pixel_class, size_t n, type *out,                    \
			       struct stored_sums *sums)                                           \
	{                                                                                          \
		const type nodata = (type)rule->stored.nodata;                                     \
		struct run_sums found = {0};                                                       \
		int32_t any = 0;                                                                   \
                                                                                                   \
		hold_##type(out, number, value, n, &rule->stored, &any);                           \
		mask_##type(out, pixel_class, n, nodata);                                          \
		extremes_##type(out, n, nodata, &found);                                           \
		sums_##type(out, n, nodata, &found);                                               \
		add_sums(sums, &found);                                                            \
		if (any)                                                                           \
			sums->clamped += clamped_##type(out, number, n, nodata);                   \
	}

#define int16_t_LEAST INT16_MIN
#define int16_t_MOST  INT16_MAX
#define uint8_t_LEAST 0
#define uint8_t_MOST  UINT8_MAX

static void add_sums(struct stored_sums *sums, const struct run_sums *run)
{
	if (run->n == 0)
		return;
	if (sums->n == 0 || run->least < sums->least)
		sums->least = run->least;
	if (sums->n == 0 || run->most > sums->most)
		sums->most = run->most;
	sums->sum_of_squares += ((int128)run->square_high << 16) + run->square_low;
	sums->sum += run->sum;
	sums->n += (uint64_t)run->n;
}

DEFINE_SAMPLES(int16_t)
DEFINE_SAMPLES(uint8_t)

static void convert_integers(const struct map_def *map, const float *value,
			     const uint8_t *pixel_class, size_t n, void *out,
			     struct stored_sums *sums)
{
	const struct rule rule = {map->offset, map->scale, stored_numbers(map)};
	int32_t number[RUN];

	for (size_t i = 0; i < n; i += RUN) {
		const size_t run = n - i < RUN ? n - i : RUN;

		run_numbers(number, value + i, run, &rule);
		if (map->type == MAP_INT16)
			run_int16_t(&rule, number, value + i, pixel_class + i, run,
				    (int16_t *)out + i, sums);
		else
			run_uint8_t(&rule, number, value + i, pixel_class + i, run,
				    (uint8_t *)out + i, sums);
	}
}

/* As bits, so that no operation on reals can change them. nodata, beside: bits too. */
struct real_run {
	uint32_t nodata, beside;
	float nodata_value;
	int32_t n, clamped;
};

SIMD_KERNEL(store_float32,
	    (uint32_t *restrict out, const float *restrict value,
	     const uint8_t *restrict pixel_class, size_t n, struct real_run *restrict run),
	    (out, value, pixel_class, n, run))
{
	const uint32_t nodata = run->nodata, beside = run->beside;
	const float nodata_value = run->nodata_value;
	int32_t count = 0, clamped = 0;

#pragma omp simd reduction(+ : count, clamped)
	for (size_t i = 0; i < n; i++) {
		uint32_t bits;
		int32_t valid = (pixel_class[i] == PIXEL_VALID) & (value[i] == value[i]);
		int32_t taken = value[i] == nodata_value;

		memcpy(&bits, value + i, sizeof(bits));
		bits = taken ? beside : bits;
		out[i] = valid ? bits : nodata;
		count += valid;
		clamped += valid & taken;
	}
	run->n = count;
	run->clamped = clamped;
}

static uint32_t float_bits(float v)
{
	uint32_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return v == v ? bits : QUIET_NAN;
}

static void convert_reals(const struct map_def *map, const float *value, const uint8_t *pixel_class,
			  size_t n, uint32_t *out, struct stored_sums *sums)
{
	const struct stored_reals stored = stored_reals(map);
	struct real_run run = {.nodata = float_bits(stored.nodata),
			       .beside = float_bits(stored.beside),
			       .nodata_value = stored.nodata};

	for (size_t i = 0; i < n; i += RUN) {
		store_float32(out + i, value + i, pixel_class + i, n - i < RUN ? n - i : RUN, &run);
		sums->n += (uint64_t)run.n;
		sums->clamped += (uint64_t)run.clamped;
	}
}

void convert_values(const struct map_def *map, const float *value, const uint8_t *pixel_class,
		    size_t n, void *out, struct stored_sums *sums)
{
	if (map->type == MAP_FLOAT32)
		convert_reals(map, value, pixel_class, n, out, sums);
	else
		convert_integers(map, value, pixel_class, n, out, sums);
}
