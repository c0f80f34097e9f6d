/*
 * The file's bytes: io.c, below everything else in this room.
 */
#ifndef IMGPIPE_TIFF_IO_H
#define IMGPIPE_TIFF_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "image.h"

/*
 * pread() until `size` bytes or the end of the TIFF file, which may be a part of an archive: bytes
 * read, -1 with errno on failure. Nothing outside that part is ever read.
 */
ssize_t tiff_pread(const struct tiff_image *image, void *buffer, size_t size, uint64_t offset);

/* A read that failed under libtiff (image->io_errno), in words; always -1. */
int tiff_io_error(const struct tiff_image *image, struct error *err);

/* Has the file been written to since it was opened? */
bool tiff_file_changed(const struct tiff_image *image);

#endif
