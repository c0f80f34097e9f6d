/*
 * Contents: what the pixels of a generated scene are, as a function of seed, coordinates and scene
 * size alone. Tiles, codecs, threads and files are unknown here, so they cannot change a pixel.
 */
#ifndef SAMPLES_CONTENT_H
#define SAMPLES_CONTENT_H

#include <stdint.h>

#include "error.h"
#include "scene_spec.h"

enum { RUN_MAX = 512, HOLE = INT32_MIN };

/* A run of pixels of one row: columns x, x + step, x + 2 step ...; n <= RUN_MAX of them. */
struct run {
	uint32_t x, y, step;
	unsigned n;
};

/* Samples of a run by stored band. HOLE: the band has no data there. */
struct run_pixels {
	int32_t value[MAX_BANDS][RUN_MAX];
};

/* Statistics of NDVI over a whole scene, derived from the content's formula, not from pixels. */
struct expected {
	uint64_t valid, nodata, zero_denominator;
	double mean, std, min, max; /* NaN where nothing is valid */
};

struct content {
	const char *name, *help;
	/* Pixels may lie beyond the scene's edge (padding of tiles): then they are the next ground.
	 */
	void (*fill)(const struct scene_spec *spec, const struct run *run, struct run_pixels *out);
	/* keep[i] = 1 where the mask says that the pixel counts, else 0. */
	void (*mask)(const struct scene_spec *spec, const struct run *run, unsigned char *keep);
	/* Refuse what the content cannot be (types, nodata); NULL: it can be anything. */
	int (*check)(const struct scene_spec *spec, struct error *err);
	/* NULL: no closed form. */
	void (*expect)(const struct scene_spec *spec, struct expected *out);
	double (*default_nodata)(enum sample_type type);
	enum sample_type default_type;
};

extern const struct content contents[]; /* ended by a row without a name */

/* terrain.c: Sentinel-2-like farmland. */
void terrain_fill(const struct scene_spec *spec, const struct run *run, struct run_pixels *out);
void terrain_mask(const struct scene_spec *spec, const struct run *run, unsigned char *keep);
void swath_fill(const struct scene_spec *spec, const struct run *run, struct run_pixels *out);
void swath_mask(const struct scene_spec *spec, const struct run *run, unsigned char *keep);

#endif
