/*
 * Samples on their way from decoded rows to planes: samples.c. Pure.
 */
#ifndef IMGPIPE_TIFF_SAMPLES_H
#define IMGPIPE_TIFF_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

#include "sample.h"

/* n samples of `size` bytes that stand `stride` samples apart, put side by side. */
void tiff_copy_samples(void *to, const void *from, uint32_t n, uint16_t stride, size_t size);
void tiff_fill_samples(void *to, const void *sample, uint32_t n, size_t size);

/* The nearest float; beyond the largest one infinity. */
float tiff_to_float(double value);

/* `value` as a sample of this type, converted as GDAL fills sparse blocks with a nodata value. */
void tiff_make_sample(unsigned char out[8], enum sample_type type, double value);

/* Samples in the other byte order, turned in place. */
void tiff_swap_samples(void *samples, size_t bytes, unsigned bits);
/* The bits of each byte the other way round. */
void tiff_reverse_bits(unsigned char *bytes, size_t n);

#endif
