/*
 * Predictors undone on the way to planes, against the definitions written out one sample at a time:
 * all sample sizes, strides, windows and instruction sets.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <tiff.h>

#include "base/simd.h"
#include "tiff/predictor.h"

enum { WIDTH = 203, MAX_SAMPLES = 6, ROW_BYTES = WIDTH * MAX_SAMPLES * 8 };

static unsigned char truth[ROW_BYTES], stored[ROW_BYTES], scratch[ROW_BYTES];
static unsigned char out[PREDICTOR_MAX_BANDS][WIDTH * 8];

/* Little-endian samples of any size as numbers, and back. */
static uint64_t get(const unsigned char *at, size_t size)
{
	uint64_t value = 0;

	memcpy(&value, at, size);
	return value;
}

static void put(unsigned char *at, size_t size, uint64_t value)
{
	memcpy(at, &value, size);
}

/* TIFF 6.0, section 14: from the right, each sample less its neighbour on the left. */
static void differences(size_t size, unsigned samples)
{
	for (size_t i = 0; i < (size_t)WIDTH * samples; i++) {
		uint64_t left = i < samples ? 0 : get(truth + (i - samples) * size, size);

		put(stored + i * size, size, get(truth + i * size, size) - left);
	}
}

/* Technical Note 3: bytes of all samples, most significant first, then byte differences. */
static void shuffled(size_t size, unsigned samples)
{
	size_t n = (size_t)WIDTH * samples;
	static unsigned char bytes[ROW_BYTES];

	for (size_t i = 0; i < n; i++)
		for (size_t byte = 0; byte < size; byte++)
			bytes[byte * n + i] = truth[i * size + size - 1 - byte];
	for (size_t i = 0; i < n * size; i++)
		stored[i] = (unsigned char)(bytes[i] - (i < samples ? 0 : bytes[i - samples]));
}

static void check(uint16_t predictor, size_t size, uint16_t samples, uint32_t x_off, uint32_t n,
		  unsigned n_bands)
{
	struct predictor_row r = {.row = stored,
				  .x_size = WIDTH,
				  .x_off = x_off,
				  .n = n,
				  .samples = samples,
				  .n_bands = n_bands};

	for (unsigned b = 0; b < n_bands; b++) {
		r.band[b] = (uint16_t)((b * 2 + 1) % samples);
		r.to[b] = out[b];
	}
	memset(out, 0xa5, sizeof(out));
	predictor_undo(&r, predictor, size, scratch);
	for (unsigned b = 0; b < n_bands; b++)
		for (uint32_t x = 0; x < n; x++)
			assert_memory_equal(
				out[b] + x * size,
				truth + ((size_t)(x_off + x) * samples + r.band[b]) * size, size);
}

static void every_form(void **state)
{
	(void)state;
	srand(5);
	for (size_t i = 0; i < sizeof(truth); i++)
		truth[i] = (unsigned char)rand();
	for (uint16_t predictor = PREDICTOR_NONE; predictor <= PREDICTOR_FLOATINGPOINT; predictor++)
		for (size_t size = 1; size <= 8; size *= 2)
			for (uint16_t samples = 1; samples <= MAX_SAMPLES; samples++) {
				if (!predictor_takes(predictor, size))
					continue;
				if (predictor == PREDICTOR_NONE)
					memcpy(stored, truth, sizeof(stored));
				else if (predictor == PREDICTOR_HORIZONTAL)
					differences(size, samples);
				else
					shuffled(size, samples);
				for (unsigned bands = 1; bands <= PREDICTOR_MAX_BANDS;
				     bands += bands < 3 ? 1 : 7) {
					check(predictor, size, samples, 0, WIDTH, bands);
					check(predictor, size, samples, 17, 101, bands);
					check(predictor, size, samples, WIDTH - 1, 1, bands);
				}
			}
}

/* One band, undone where it was decoded. */
static void in_place(void **state)
{
	(void)state;
	for (size_t size = 1; size <= 8; size *= 2) {
		struct predictor_row r = {
			.row = stored, .x_size = WIDTH, .n = WIDTH, .samples = 1, .n_bands = 1};

		differences(size, 1);
		r.to[0] = stored;
		predictor_undo(&r, PREDICTOR_HORIZONTAL, size, scratch);
		assert_memory_equal(stored, truth, WIDTH * size);
		predictor_undo(&r, PREDICTOR_NONE, size, scratch);
		assert_memory_equal(stored, truth, WIDTH * size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form),
		cmocka_unit_test(in_place),
	};
	int failed = 0;

	for (int level = 0; level < N_SIMD_LEVELS; level++)
		if (simd_force((enum simd_level)level) == (enum simd_level)level)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
