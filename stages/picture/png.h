/*
 * PNG files of pictures with a table of colours, row by row. The same picture gives the same bytes:
 * no time, no names of machines; as long as libpng and zlib are the same.
 */
#ifndef IMGPIPE_PNG_H
#define IMGPIPE_PNG_H

#include <stdio.h>

#include "picture.h"

struct png_file;

/* What a reader of the file is told beside its pixels. Texts are Latin-1 or ASCII; NULL: none. */
struct png_head {
	uint32_t x_size, y_size; /* to PICTURE_MOST */
	unsigned n_colours;      /* 1 to PICTURE_COLOURS */
	const struct rgba *colour;
	const char *software, *title;
};

enum { PNG_FILE_BYTES = 512 << 10 }; /* memory that a file takes while it is written, at the most */

/* Its head is written. `out` outlives it. NULL with an error. */
struct png_file *png_file_new(FILE *out, const struct png_head *head, struct error *err);
/* y_size of them, x_size bytes each. -1 with EX_IOERR. */
int png_file_row(struct png_file *file, const uint8_t *row, struct error *err) MUST_CHECK;
/* The end is written, to the stream's buffer at least; free it whatever comes back. */
int png_file_end(struct png_file *file, struct error *err) MUST_CHECK;
void png_file_free(struct png_file *file); /* NULL is allowed */

/* A whole picture. */
int png_write(FILE *out, const struct picture *picture, const char *software, const char *title,
	      struct error *err) MUST_CHECK;

#endif
