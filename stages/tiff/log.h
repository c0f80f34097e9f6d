/*
 * What libtiff says: its errors and warnings are kept in a record, so that nothing is printed and
 * no global handler is touched. Made by log.c; image.c opens files with it, block.c and fetch.c
 * look at it.
 */
#ifndef IMGPIPE_TIFF_LOG_H
#define IMGPIPE_TIFF_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tiffio.h>

#include "libtiff.h"

/* What libtiff said since the log was cleared. */
struct tiff_log {
	bool failed;  /* an error; `text` is the first one */
	bool corrupt; /* a warning that means damaged pixels; `text` likewise */
	/* A JPEG of another size than its block: that is damage where rows of the image miss. */
	uint32_t want_x, want_y, jpeg_x, jpeg_y;
	char text[200];
};

/* Options whose handlers write to `log`. NULL if there is no memory. */
TIFFOpenOptions *tiff_log_options(const struct libtiff *libtiff, struct tiff_log *log,
				  size_t max_alloc);
void tiff_log_clear(struct tiff_log *log);

#endif
