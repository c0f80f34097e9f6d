/*
 * Differences of neighbours do not wait for one another, so plain loops become vectors.
 */
#include "predict.h"

#include <stdint.h>
#include <string.h>

#include "base/simd.h"

#define DEFINE_DIFFERENCES(bits)                                                                 \
	SIMD_KERNEL(differences_##bits,                                                          \
		    (uint##bits##_t *restrict out, const uint##bits##_t *restrict in, size_t n), \
		    (out, in, n))                                                                \
	{                                                                                        \
		out[0] = in[0];                                                                  \
		for (size_t i = 1; i < n; i++)                                                   \
			out[i] = (uint##bits##_t)(in[i] - in[i - 1]);                            \
	}                                                                                        \
	static void rows_##bits(const uint##bits##_t *in, size_t rows, size_t n,                 \
				uint##bits##_t *out)                                             \
	{                                                                                        \
		for (size_t y = 0; y < rows; y++, in += n, out += n)                             \
			differences_##bits(out, in, n);                                          \
	}

DEFINE_DIFFERENCES(8)
DEFINE_DIFFERENCES(16)
DEFINE_DIFFERENCES(32)

/* Each plane of bytes goes on where the one before ends. */
SIMD_KERNEL(float_row, (uint8_t *restrict out, const uint32_t *restrict in, size_t n), (out, in, n))
{
	uint8_t *restrict first = out, *restrict second = out + n;
	uint8_t *restrict third = out + 2 * n, *restrict fourth = out + 3 * n;
	const uint32_t last = in[n - 1];

	first[0] = (uint8_t)(in[0] >> 24);
	second[0] = (uint8_t)((in[0] >> 16) - (last >> 24));
	third[0] = (uint8_t)((in[0] >> 8) - (last >> 16));
	fourth[0] = (uint8_t)(in[0] - (last >> 8));
	for (size_t i = 1; i < n; i++) {
		const uint32_t here = in[i], left = in[i - 1];

		first[i] = (uint8_t)((here >> 24) - (left >> 24));
		second[i] = (uint8_t)((here >> 16) - (left >> 16));
		third[i] = (uint8_t)((here >> 8) - (left >> 8));
		fourth[i] = (uint8_t)(here - left);
	}
}

void predict_rows(unsigned predictor, size_t sample_bytes, const void *samples, size_t rows,
		  size_t n, void *out)
{
	if (n == 0)
		return;
	if (predictor == 1)
		memcpy(out, samples, rows * n * sample_bytes);
	else if (predictor == 3)
		for (size_t y = 0; y < rows; y++)
			float_row((uint8_t *)out + y * n * 4, (const uint32_t *)samples + y * n, n);
	else if (sample_bytes == 4)
		rows_32(samples, rows, n, out);
	else if (sample_bytes == 2)
		rows_16(samples, rows, n, out);
	else
		rows_8(samples, rows, n, out);
}
