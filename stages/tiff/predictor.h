/*
 * Predictors undone while samples go from decoded rows to planes: bands that nobody asked for are
 * neither undone nor copied. Pure; private to the TIFF reader.
 */
#ifndef IMGPIPE_TIFF_PREDICTOR_H
#define IMGPIPE_TIFF_PREDICTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "input/raster_reader.h"

enum { PREDICTOR_MAX_BANDS = READ_MAX_BANDS };

/* Pixels x_off ... x_off + n of one row, of which some bands are wanted. */
struct predictor_row {
	const void *row; /* as decoded, from the row's first pixel on */
	uint32_t x_size; /* pixels of the whole row, padding of the block included */
	uint32_t x_off, n;
	uint16_t samples; /* interleaved in a pixel */
	unsigned n_bands;
	uint16_t band[PREDICTOR_MAX_BANDS];
	void *to[PREDICTOR_MAX_BANDS]; /* n samples each; may be the row itself where samples is 1
					*/
};

/* Can this be undone here? size: bytes of a sample; predictor: as in TIFF, 1, 2 or 3. */
bool predictor_takes(uint16_t predictor, size_t size);

/*
 * scratch: for predictor 3 a row of bytes (x_size * samples * size), else not used. Samples come
 * out in the order of bytes that they were decoded in: the machine's.
 */
void predictor_undo(const struct predictor_row *r, uint16_t predictor, size_t size, void *scratch);

#endif
