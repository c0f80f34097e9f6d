/*
 * The table of indices as text for people.
 */
#ifndef IMGPIPE_FORMULA_INDEX_TEXT_H
#define IMGPIPE_FORMULA_INDEX_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bands/sensors.h"
#include "error.h"
#include "index_table.h"

enum { EVERY_BAND = -1 };

/*
 * A line an index, of those that need none but these bands: bit by enum band_name; nir and nir08
 * stand in for each other. Where there are scenes, of those that one of them allows by its bands,
 * and of several how many do. -1 with EX_DATAERR where no index can do with them, or without
 * memory.
 */
int index_text_list(FILE *out, uint32_t bands, const uint32_t *scene, uint32_t n_scenes,
		    struct error *err) MUST_CHECK;
/*
 * "NDVI, GNDVI": those again by name alone, cut where there is no room; either those that need
 * reflectance, or the others. -1 without memory.
 */
int index_text_names(char *text, size_t size, uint32_t bands, bool reflectance,
		     struct error *err) MUST_CHECK;
/* All that there is to say of one. -1 without memory. */
int index_text_show(FILE *out, const struct index_row *row, struct error *err) MUST_CHECK;

/* Bands of a sensor, as above. */
uint32_t index_text_bands(const struct sensor *sensor);

#endif
