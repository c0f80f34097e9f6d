/*
 * What libtiff sees of a file, and how it reads it: view.c. For image.c alone.
 */
#ifndef IMGPIPE_TIFF_VIEW_H
#define IMGPIPE_TIFF_VIEW_H

#include "image.h"

/* Keep the entries of image->ifd that are used, and make libtiff's view of them. */
int tiff_view_make(struct tiff_image *image, struct error *err);

/* libtiff on the image's file; a read that fails leaves its errno in image->io_errno. */
TIFF *tiff_view_open(struct tiff_image *image, const char *mode, TIFFOpenOptions *options);

#endif
