/*
 * Predictors of TIFF, applied: 2 (TIFF 6.0, section 14) stores each sample as its difference from
 * the one on the left; 3 (Technical Note 3) takes a row of floats apart into its bytes, the most
 * significant ones first, and stores each byte as its difference from the one before. One sample a
 * pixel. Pure; private to the room.
 */
#ifndef IMGPIPE_OUTPUT_PREDICT_H
#define IMGPIPE_OUTPUT_PREDICT_H

#include <stddef.h>

/*
 * `rows` rows of n samples of 1, 2 or 4 bytes, in the machine's order of bytes, which is the
 * file's, too; `out` is another place of the same size. predictor: 1, 2 or 3, which has 4 bytes.
 */
void predict_rows(unsigned predictor, size_t sample_bytes, const void *samples, size_t rows,
		  size_t n, void *out);

#endif
