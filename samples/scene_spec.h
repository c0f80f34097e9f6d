/*
 * What to make: one generated scene, as the options describe it. Plain data, read-only once parsed,
 * shared by all threads.
 */
#ifndef SAMPLES_SCENE_SPEC_H
#define SAMPLES_SCENE_SPEC_H

#include <stdbool.h>
#include <stdint.h>

#include "sample.h"

enum { MAX_BANDS = 10, MAX_SIZE = 1000000, MAX_OVERVIEWS = 12 };

/* Bands by their Sentinel-2 names; the order of the default stack. */
enum s2_band { B02, B03, B04, B08, B05, B06, B07, B8A, B11, B12 };
extern const char *const s2_band_names[MAX_BANDS];

enum labels {
	LABELS_DESCRIPTIONS, /* band names in GDAL_METADATA */
	LABELS_NONE,
	LABELS_RGB,  /* stored red, green, blue, NIR and labelled so */
	LABELS_LYING /* stored blue, green, red, NIR, yet labelled red, green, blue */
};

struct codec; /* a row of the writer's table, see scene_tags.h */

struct content; /* a row of the contents' table, see content.h */

struct scene_spec {
	uint32_t x_size, y_size; /* pixels */
	uint32_t seed;
	const struct content *content;
	unsigned n_bands;
	enum s2_band bands[MAX_BANDS]; /* what each stored band is */
	enum labels labels;
	enum sample_type type;
	bool has_nodata;
	double nodata;
	bool tiled;
	uint32_t block_x_size, block_y_size; /* tile; or rows of a strip in y, 0: whole image */
	bool band_interleaved;
	bool split; /* a file a band */
	const struct codec *codec;
	int level; /* -1: the codec's default */
	unsigned predictor;
	bool big_endian, bigtiff, mask, sparse;
	unsigned overviews;
	unsigned epsg; /* 0: no georeference */
	unsigned workers;
};

#endif
