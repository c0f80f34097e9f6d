/*
 * Tags of a generated file's directories, and the codecs. Knows no pixels.
 */
#ifndef SAMPLES_SCENE_TAGS_H
#define SAMPLES_SCENE_TAGS_H

#include <tiffio.h>

#include "scene_spec.h"
#include "tiff_sink.h"

struct codec {
	const char *name;
	uint16_t compression;
	uint32_t level_tag; /* pseudo-tag that takes --level; 0: none */
	bool predictors;    /* may be combined with --predictor */
	bool only_uint8;
};
extern const struct codec codecs[]; /* ended by a row without a name */

/* One directory of a file: the image, an overview, or the mask of one of them. */
struct directory {
	uint32_t x_size, y_size;             /* pixels */
	uint32_t step;                       /* pixels of the scene along one of this */
	uint32_t block_x_size, block_y_size; /* tile or strip; a strip never exceeds the image */
	bool mask;
	unsigned samples; /* in one block: n_bands where interleaved by pixel, else 1 */
	unsigned planes;  /* blocks at one place: 1, or n_bands */
};

/* Bytes of one row of a block. */
size_t directory_row_bytes(const struct scene_spec *spec, const struct directory *dir,
			   uint32_t x_size);

unsigned sample_bits(enum sample_type type);

/*
 * Set what decides how a block is encoded. x_size and y_size: of the image in this handle, which
 * may be a single block. first_band: of a file that holds one band.
 */
int tags_layout(TIFF *tif, const struct scene_spec *spec, const struct directory *dir,
		uint32_t x_size, uint32_t y_size, unsigned n_samples) MUST_CHECK;

/* Set the rest: what the directory is, nodata, and in the first one names and georeference. */
int tags_describe(TIFF *tif, const struct scene_spec *spec, const struct directory *dir,
		  unsigned first_band, unsigned n_samples) MUST_CHECK;

#endif
