/*
 * The TIFF file of one map: where each part of it lies, and the bytes of its header. Works out of
 * sizes of tiles that are all known; writes nothing itself.
 */
#ifndef IMGPIPE_OUTPUT_TIFF_FILE_H
#define IMGPIPE_OUTPUT_TIFF_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "input/geo_tags.h"
#include "maps.h"
#include "pyramid.h"

/* What the header says beside the layout. Texts are UTF-8, "" where there is none. */
struct tiff_facts {
	const struct map_def *map;
	const struct map_format *format;
	struct pyramid pyramid;
	const struct geo_tags *geo; /* NULL: none */
	const char *description;    /* of the band: "NDVI" */
	/* Items of the dataset (map_facts.c): name and text of each; NULL-ended. Escaped here. */
	const char *const *item;
	const char *const *category; /* names of classes from 0, NULL-ended; NULL: none */
	char date_time[20];          /* "2026:07:01 10:00:31", "" none */
	/* STATISTICS_* in stored units; n 0: VALID_PERCENT=0 alone. */
	uint64_t n_pixels, n_valid;
	double least, most, mean, stddev;
};

struct tiff_file; /* layout and header, made */

/*
 * bytes[i]: encoded bytes of tile i by pyramid_number(), 0: not stored. Chooses classic or BigTIFF.
 * NULL with an error (EX_CANTCREAT where BIGTIFF=NO does not hold it).
 */
struct tiff_file *tiff_file_make(const struct tiff_facts *facts, const uint32_t *bytes,
				 struct error *err);
void tiff_file_free(struct tiff_file *file);

/* Header: everything up to the first record of a tile. */
const void *tiff_file_header(const struct tiff_file *file, size_t *bytes);
uint64_t tiff_file_bytes(const struct tiff_file *file);
/* Where the record of a tile begins (leader, payload, trailer: tile_record.h); 0: not stored. */
uint64_t tiff_file_offset(const struct tiff_file *file, uint64_t number);
/* Bytes that tiff_file_make() takes, at the most. Pure. */
size_t tiff_file_memory(const struct pyramid *pyramid);

#endif
