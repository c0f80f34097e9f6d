/*
 * The XML that GDAL keeps in a TIFF file for what TIFF has no tags for: gdal_metadata.c. For
 * tiff_file.c.
 */
#ifndef IMGPIPE_OUTPUT_GDAL_METADATA_H
#define IMGPIPE_OUTPUT_GDAL_METADATA_H

#include <stddef.h>

#include "tiff_file.h"

enum { GDAL_METADATA_MOST = 128 << 10, METADATA_NUMBER_BYTES = 32 };

/*
 * Into `out`, which has room for GDAL_METADATA_MOST bytes: the text's length; an item that finds no
 * room is left out.
 */
size_t gdal_metadata(char *out, const struct tiff_facts *facts);

/* The shortest decimal number that is read back as this one; "nan". Returns out. */
const char *metadata_number(char out[METADATA_NUMBER_BYTES], double value);

#endif
