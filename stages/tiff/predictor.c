/*
 * Undoing predictors. Predictor 2 (TIFF 6.0, section 14) stores each sample as its difference from
 * the same band's sample to the left, modulo 2^bits. Predictor 3 (TIFF Technical Note 3) takes a
 * row of floats apart into its bytes, the most significant ones first, and stores each byte as its
 * difference from the one `samples` before it.
 *
 * Bands are independent of one another, so one running sum for each that is wanted does.
 */
#include "predictor.h"

#include <string.h>
#include <tiff.h>

#include "base/simd.h"
#include "samples.h"

bool predictor_takes(uint16_t predictor, size_t size)
{
	if (predictor == PREDICTOR_FLOATINGPOINT)
		return size == 4 || size == 8;
	return predictor == PREDICTOR_NONE || (predictor == PREDICTOR_HORIZONTAL && size <= 8);
}

/*
 * Running sums of samples that follow one another: a scan, which takes a step a sample as a chain
 * and a few steps a vector as `omp scan`. `out` may be `in`.
 */
#define DEFINE_SCAN(name, type)                                                                \
	SIMD_KERNEL(name, (type * out, const type *in, size_t n, type sum), (out, in, n, sum)) \
	{                                                                                      \
		_Pragma("omp simd reduction(inscan, + : sum)") for (size_t i = 0; i < n; i++)  \
		{                                                                              \
			sum = (type)(sum + in[i]);                                             \
			_Pragma("omp scan inclusive(sum)") out[i] = sum;                       \
		}                                                                              \
	}

DEFINE_SCAN(scan_8, uint8_t)
DEFINE_SCAN(scan_16, uint16_t)
DEFINE_SCAN(scan_32, uint32_t)
DEFINE_SCAN(scan_64, uint64_t)

/*
 * Interleaved samples are taken apart before: two loops by vectors are 1.3 to 3 times as fast as
 * one that takes a step a sample, for 8 and 16 bits.
 */
#define DEFINE_DIFFERENCES(name, scan, type)                                                \
	static void name(const struct predictor_row *r)                                     \
	{                                                                                   \
		for (unsigned b = 0; b < r->n_bands; b++) {                                 \
			const type *in = (const type *)r->row + r->band[b];                 \
			type *out = r->to[b], sum = 0;                                      \
                                                                                            \
			for (uint32_t x = 0; x < r->x_off; x++, in += r->samples)           \
				sum = (type)(sum + *in);                                    \
			if (r->samples > 1) {                                               \
				tiff_copy_samples(out, in, r->n, r->samples, sizeof(type)); \
				in = out;                                                   \
			}                                                                   \
			scan(out, in, r->n, sum);                                           \
		}                                                                           \
	}

DEFINE_DIFFERENCES(undo_8, scan_8, uint8_t)
DEFINE_DIFFERENCES(undo_16, scan_16, uint16_t)
DEFINE_DIFFERENCES(undo_32, scan_32, uint32_t)
DEFINE_DIFFERENCES(undo_64, scan_64, uint64_t)

/* Sums of the differences, over the whole row: each byte plane goes on where the last one ends. */
static void sum_bytes(unsigned char *out, const unsigned char *in, size_t n, uint16_t samples)
{
	if (samples == 1) {
		scan_8(out, in, n, 0);
		return;
	}
	memcpy(out, in, samples);
	for (size_t i = samples; i < n; i++)
		out[i] = (unsigned char)(out[i - samples] + in[i]);
}

/* Byte planes, the most significant one first, to samples in the machine's (little-endian) order.
 */
static void undo_float(const struct predictor_row *r, size_t size, unsigned char *bytes)
{
	size_t plane = (size_t)r->x_size * r->samples;

	sum_bytes(bytes, r->row, plane * size, r->samples);
	for (unsigned b = 0; b < r->n_bands; b++) {
		const unsigned char *in = bytes + (size_t)r->x_off * r->samples + r->band[b];
		unsigned char *out = r->to[b];

		for (uint32_t x = 0; x < r->n; x++, in += r->samples, out += size)
			for (size_t i = 0; i < size; i++)
				out[size - 1 - i] = in[i * plane];
	}
}

/* No predictor: only taken apart. */
static void take_plain(const struct predictor_row *r, size_t size)
{
	for (unsigned b = 0; b < r->n_bands; b++) {
		const unsigned char *from = (const unsigned char *)r->row +
					    ((size_t)r->x_off * r->samples + r->band[b]) * size;

		if (from != r->to[b])
			tiff_copy_samples(r->to[b], from, r->n, r->samples, size);
	}
}

void predictor_undo(const struct predictor_row *r, uint16_t predictor, size_t size, void *scratch)
{
	static void (*const differences[])(const struct predictor_row *) = {
		[1] = undo_8, [2] = undo_16, [4] = undo_32, [8] = undo_64};

	if (predictor == PREDICTOR_FLOATINGPOINT)
		undo_float(r, size, scratch);
	else if (predictor == PREDICTOR_HORIZONTAL)
		differences[size](r);
	else
		take_plain(r, size);
}
