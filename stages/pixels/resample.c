/*
 * Samples on other grids: replicated where the file's pixels are larger than the scene's, averaged
 * where they are smaller. It knows no files and blocks.
 */
#include "resample.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

struct window window_coarser(const struct window *w, uint32_t ratio)
{
	uint32_t x1 = (w->x_off + w->x_size - 1) / ratio, y1 = (w->y_off + w->y_size - 1) / ratio;
	struct window c = {w->x_off / ratio, w->y_off / ratio, 0, 0};

	c.x_size = x1 - c.x_off + 1;
	c.y_size = y1 - c.y_off + 1;
	return c;
}

struct window window_finer(const struct window *w, uint32_t times)
{
	return (struct window){w->x_off * times, w->y_off * times, w->x_size * times,
			       w->y_size * times};
}

/* --- larger pixels --- */

/* One row: `first` pixels of the first sample, then `ratio` of each. */
#define DEFINE_SPREAD(name, type)                                                                  \
	static inline __attribute__((always_inline)) void name##_whole(type *out, const type *in,  \
								       uint32_t n, uint32_t ratio) \
	{                                                                                          \
		for (uint32_t i = 0; i < n; i++)                                                   \
			for (uint32_t k = 0; k < ratio; k++)                                       \
				out[(size_t)i * ratio + k] = in[i];                                \
	}                                                                                          \
                                                                                                   \
	static void name(void *out_row, const void *in_row, uint32_t n, uint32_t first,            \
			 uint32_t ratio)                                                           \
	{                                                                                          \
		type *out = out_row;                                                               \
		const type *in = in_row;                                                           \
		uint32_t whole, x = 0;                                                             \
                                                                                                   \
		first = first < n ? first : n;                                                     \
		whole = (n - first) / ratio;                                                       \
		for (; x < first; x++)                                                             \
			out[x] = *in;                                                              \
		in += first != 0;                                                                  \
		if (ratio == 2)                                                                    \
			name##_whole(out + x, in, whole, 2);                                       \
		else if (ratio == 3)                                                               \
			name##_whole(out + x, in, whole, 3);                                       \
		else if (ratio == 6)                                                               \
			name##_whole(out + x, in, whole, 6);                                       \
		else                                                                               \
			name##_whole(out + x, in, whole, ratio);                                   \
		for (x += whole * ratio; x < n; x++)                                               \
			out[x] = in[whole];                                                        \
	}

DEFINE_SPREAD(spread_1, uint8_t)
DEFINE_SPREAD(spread_2, uint16_t)
DEFINE_SPREAD(spread_4, uint32_t)
DEFINE_SPREAD(spread_8, uint64_t)

typedef void spread_row(void *, const void *, uint32_t, uint32_t, uint32_t);

static spread_row *spread_of(size_t size)
{
	return size == 1 ? spread_1 : size == 2 ? spread_2 : size == 4 ? spread_4 : spread_8;
}

void replicate(void *out, const struct window *w, const void *coarse, uint32_t ratio, size_t size)
{
	const struct window c = window_coarser(w, ratio);
	uint32_t first = (ratio - w->x_off % ratio) % ratio;
	spread_row *spread = spread_of(size);
	unsigned char *row = out;

	for (uint32_t y = 0; y < w->y_size; y++, row += w->x_size * size) {
		uint32_t from = (w->y_off + y) / ratio - c.y_off;

		if (y && (w->y_off + y) % ratio) /* as the row above */
			memcpy(row, row - w->x_size * size, w->x_size * size);
		else
			spread(row, (const unsigned char *)coarse + (size_t)from * c.x_size * size,
			       w->x_size, first, ratio);
	}
}

/* --- smaller pixels --- */

struct cell {
	double sum;
	uint32_t n;    /* samples in it */
	bool has_data; /* there is one that is not nodata, masked or not */
	bool unmasked; /* there is one that is not masked */
};

static double mean(const struct cell *cell)
{
	if (cell->n)
		return isfinite(cell->sum) ? cell->sum / cell->n : INFINITY;
	return cell->has_data && !cell->unmasked ? 0 : NAN;
}

struct nodata {
	bool some, nan;
	double value;
};

static inline __attribute__((always_inline)) void add_sample(struct cell *cell, double sample,
							     bool is_nodata, bool unmasked)
{
	bool data = !is_nodata;

	cell->sum += data && unmasked ? sample : 0;
	cell->n += data && unmasked;
	cell->has_data |= data;
	cell->unmasked |= unmasked;
}

#define DEFINE_MEANS(name, type, equals)                                                         \
	static inline bool name##_nodata(type sample, const struct nodata *nodata)               \
	{                                                                                        \
		return nodata->some && (nodata->nan ? isnan((double)sample)                      \
						    : equals(sample, (type)nodata->value));      \
	}                                                                                        \
	static struct cell name(const void *fine, const uint8_t *mask, size_t at, size_t across, \
				uint32_t times, const struct nodata *nodata)                     \
	{                                                                                        \
		const type *sample = fine;                                                       \
		struct cell cell = {0};                                                          \
                                                                                                 \
		for (uint32_t y = 0; y < times; y++, at += across)                               \
			for (uint32_t x = 0; x < times; x++)                                     \
				add_sample(&cell, (double)sample[at + x],                        \
					   name##_nodata(sample[at + x], nodata),                \
					   !mask || mask[at + x]);                               \
		return cell;                                                                     \
	}

DEFINE_MEANS(means_u8, uint8_t, sample_same)
DEFINE_MEANS(means_i8, int8_t, sample_same)
DEFINE_MEANS(means_u16, uint16_t, sample_same)
DEFINE_MEANS(means_i16, int16_t, sample_same)
DEFINE_MEANS(means_u32, uint32_t, sample_same)
DEFINE_MEANS(means_i32, int32_t, sample_same)
DEFINE_MEANS(means_f32, float, sample_near_f32)
DEFINE_MEANS(means_f64, double, sample_near_f64)

typedef struct cell means(const void *, const uint8_t *, size_t, size_t, uint32_t,
			  const struct nodata *);

static means *const means_of[N_SAMPLE_TYPES] = {
	[SAMPLE_U8] = means_u8,   [SAMPLE_I8] = means_i8,   [SAMPLE_U16] = means_u16,
	[SAMPLE_I16] = means_i16, [SAMPLE_U32] = means_u32, [SAMPLE_I32] = means_i32,
	[SAMPLE_F32] = means_f32, [SAMPLE_F64] = means_f64,
};

void average(double *out, const struct window *w, const void *fine, enum sample_type type,
	     const struct band *band, const uint8_t *mask, uint32_t times)
{
	const struct nodata nodata = {band->has_nodata, isnan(band->nodata), band->nodata};
	size_t across = (size_t)w->x_size * times;

	for (uint32_t y = 0; y < w->y_size; y++)
		for (uint32_t x = 0; x < w->x_size; x++) {
			size_t at = (size_t)y * times * across + (size_t)x * times;
			struct cell cell = means_of[type](fine, mask, at, across, times, &nodata);

			*out++ = mean(&cell);
		}
}

void average_mask(uint8_t *out, const struct window *w, const uint8_t *fine, uint32_t times)
{
	size_t across = (size_t)w->x_size * times;

	memset(out, 0, window_pixels(w));
	for (size_t row = 0; row < (size_t)w->y_size * times; row++)
		for (size_t x = 0; x < across; x++)
			out[row / times * w->x_size + x / times] |= fine[row * across + x];
}
